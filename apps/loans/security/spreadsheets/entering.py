"""What guarantors and collateral from a spreadsheet have in common: a loan, a record of it, and its release."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.named_loans import NamedLoans
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.security.models import Collateral, Guarantor
from apps.loans.security.services import Security, release
from apps.mfis.core.errors import ServiceError, Unsure
from apps.users.spreadsheets.kinds import Context, Interpreter, Made, Option, Row
from apps.users.spreadsheets.records import refuse, sentences_by_field
from apps.users.spreadsheets.values import Holds

CONFIRMED = Option(
    "confirmed",
    _("What is asked about is meant so"),
    Holds.TRUTH,
    note=_("Half names, what stands for a loan already, a vehicle without registration."),
)

REASON = "The import was taken back."


class SecurityInterpreter(Interpreter):
    """What stands behind the loans of one MFI."""

    model: ClassVar[type[Guarantor] | type[Collateral]]
    transition: ClassVar[str]

    @abstractmethod
    def draft(self, row: Row, loan: Loan) -> str:
        """Leaves the record that the row would make in `row.ready`, checked, and what would be kept in `row.kept`.
        Returns why there is nothing to do; "" where there is.

        Raises:
            ServiceError: it is refused, or asked about.
        """

    @abstractmethod
    def enter(self, row: Row) -> Security:
        """Enters what was drafted by the command that forms and API call.

        Raises:
            ServiceError: it is refused.
        """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.loans = NamedLoans()

    @property
    def is_confirmed(self) -> bool:
        return bool(self.context.options.get("confirmed"))

    def interpret(self, rows: list[Row]) -> None:
        loans = self.loans.look_up(rows)
        self.look_up(loans)
        for row in rows:
            loan = loans.get(row.number)
            if loan and self._is_open(row, loan) and not row.errors:
                self._draft(row, loan)

    def look_up(self, loans: dict[int, Loan]) -> None:
        """Loads what stands behind the loans of a chunk, where that is compared with."""

    def _is_open(self, row: Row, loan: Loan) -> bool:
        """Whether the loan takes security now; why not is among the row's errors."""
        if loan.state.status in TRANSITIONS[self.transition].sources:
            return True
        row.fail("loan", f"Loan {loan.number} is {loan.state.get_status_display().lower()}; leave the row out.")
        return False

    def _draft(self, row: Row, loan: Loan) -> None:
        try:
            if note := self.draft(row, loan):
                row.pass_over(note)
        except Unsure as question:
            for key, sentences in sentences_by_field(question).items():
                row.fail(key, f"{sentences[0]} Mend it, or say that what is asked about is meant so.")
        except ServiceError as error:
            refuse(row, error)

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            try:
                row.record = str(self.enter(row).id)
            except ServiceError as error:
                refuse(row, error)

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Releases what was entered, but where money was paid out on it since."""
        found = self.model.objects.select_related("loan").in_bulk([each.record for each in made])
        reasons = {}
        for key, record in found.items():
            try:
                why = self._release(record)
            except ServiceError as error:
                why = str(error.message)
            if why:
                reasons[str(key)] = why
        return reasons

    def _release(self, record: Guarantor | Collateral) -> str:
        if not record.is_active:
            return ""
        paid_out = LoanEvent.objects.of_type(EventType.DISBURSED).standing().filter(loan=record.loan_id)
        if paid_out.filter(recorded_at__gt=record.created_at).exists():
            return f"Loan {record.loan.number} was paid out on it; release it on the loan's page, if it should be."
        release(security=self.model, record_id=record.pk, actor=self.context.actor, reason=REASON)
        return ""
