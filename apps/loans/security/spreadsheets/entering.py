"""What guarantors and collateral from a spreadsheet have in common: a loan, a record of it, and its release."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.named_loans import NamedLoans
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.security.many import enter_securities, release_securities
from apps.loans.security.models import Collateral, Guarantor
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
        records = [row.ready for row in rows]
        # What is asked about was asked about above.
        for row, refused in zip(rows, enter_securities(records=records, actor=self.context.actor), strict=True):
            if refused:
                refuse(row, refused)
            else:
                row.record = str(row.ready.pk)

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Releases what was entered, but where money was paid out on it since."""
        found = self.model.objects.select_related("loan").filter(pk__in=[each.record for each in made], is_active=True)
        paid_out = _paid_out_at({record.loan_id for record in found})
        resting = [record for record in found if paid_out.get(record.loan_id, record.created_at) > record.created_at]
        reasons = {str(record.pk): _said(record.loan) for record in resting}
        released = [record for record in found if str(record.pk) not in reasons]
        refusals = release_securities(records=released, actor=self.context.actor, reason=REASON)
        for record, refused in zip(released, refusals, strict=True):
            if refused:
                reasons[str(record.pk)] = str(refused.message)
        return reasons


def _paid_out_at(loan_ids: set[UUID]) -> dict[UUID, datetime]:
    """When money was handed over last on each of these loans, where it was."""
    events = LoanEvent.objects.of_type(EventType.DISBURSED).standing().filter(loan__in=loan_ids).order_by()
    return dict(events.values_list("loan_id").annotate(at=Max("recorded_at")))


def _said(loan: Loan) -> str:
    return f"Loan {loan.number} was paid out on it; release it on the loan's page, if it should be."
