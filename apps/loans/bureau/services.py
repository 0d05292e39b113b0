"""The monthly file for a credit bureau: rehearsed, made, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from django.utils import timezone

from apps.loans.book.models import Loan, Status
from apps.loans.book.queries.days import Standing
from apps.loans.book.selectors.allocations import last_paid
from apps.loans.book.selectors.positions import standings_on
from apps.loans.bureau.adapter import BureauAnswer, Header, bureau_adapter
from apps.loans.bureau.models import BureauFile, BureauReply
from apps.loans.bureau.records import ACTIVE, CHARGED_OFF, CLOSED, WRITTEN_OFF, Record, Totals, faults, totals
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.nodes.home import require_home
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import BorrowerProfile

LARGEST_ANSWER = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a month's file would hold, and what would be left out of it: loan number and why."""

    month_end: date
    records: list[Record]
    left_out: list[tuple[str, str]]

    @property
    def totals(self) -> Totals:
        return totals(self.records)


def last_month_end(today: date) -> date:
    """The last day of the month before."""
    return today.replace(day=1) - timedelta(days=1)


def rehearse(*, month_end: date, actor: Actor) -> Rehearsal:
    """What the file of a month would be. Changes nothing.

    Every loan that ran at the month's end, and every one that ended during the month, as the facts known now have it.

    Raises:
        NotAllowed: the duty is missing. InvalidInput: not a month's last day, or not over yet.
    """
    if not actor.may(Action.REPORT_TO_BUREAU):
        raise NotAllowed(f"Your duties do not include this: {Action.REPORT_TO_BUREAU.label}.")
    if (month_end + timedelta(days=1)).day != 1 or month_end >= business_date():
        raise InvalidInput("Choose a month that is over, by its last day.", field="month_end")
    records, left_out = [], []
    profiles = BorrowerProfile.objects.in_bulk()
    paid = last_paid(month_end)
    for loan, standing in standings_on(month_end):
        if standing.closed_on and standing.closed_on < month_end.replace(day=1):
            continue  # it was told of in the month in which it ended
        record = _record(loan, standing, profiles.get(loan.borrower_id), paid.get(loan.pk))
        if broken := faults(record, month_end):
            left_out.append((record.loan_number, "; ".join(broken)))
        else:
            records.append(record)
    records.sort(key=lambda r: r.loan_number)
    return Rehearsal(month_end, records, sorted(left_out))


@command(Action.REPORT_TO_BUREAU)
def make_file(*, month_end: date, actor: Actor) -> BureauFile:
    """Makes the file of a month and keeps it. One made again gets the next number.

    Raises:
        NotAllowed, InvalidInput: as for the rehearsal. WrongState: nothing to tell, or the same file stands already.
        NotHome: the MFI's home is another node.
    """
    require_home()
    rehearsal = rehearse(month_end=month_end, actor=actor)
    if not rehearsal.records:
        raise WrongState("There is nothing to tell of this month.")
    mfi = MFI.objects.select_for_update().get(schema_name=connection.schema_name)
    before = BureauFile.objects.filter(month_end=month_end).order_by("sequence").last()
    header = Header(mfi.subdomain, month_end, business_date(), before.sequence + 1 if before else 1)
    if before and bureau_adapter().write(_with(header, before), rehearsal.records) == bytes(before.content):
        raise WrongState(f"File no. {before.sequence} of this month holds exactly this already.")
    return _keep_file(rehearsal, header, made_by=actor.name)


def _keep_file(rehearsal: Rehearsal, header: Header, *, made_by: str) -> BureauFile:
    adapter = bureau_adapter()
    content = adapter.write(header, rehearsal.records)
    return BureauFile.objects.create(
        month_end=rehearsal.month_end,
        sequence=header.sequence,
        layout=adapter.layout,
        records=len(rehearsal.records),
        left_out=len(rehearsal.left_out),
        balance=rehearsal.totals.balance,
        overdue=rehearsal.totals.overdue,
        sha256=sha256(content).hexdigest(),
        loans=[r.loan_number for r in rehearsal.records],
        content=content,
        made_by=made_by,
    )


def _with(header: Header, before: BureauFile) -> Header:
    """The header that the earlier file has: made on its own day, with its own number."""
    return Header(header.supplier, header.month_end, timezone.localdate(before.recorded_at), before.sequence)


@command(Action.REPORT_TO_BUREAU)
def keep_answer(*, file_id: UUID, content: bytes, actor: Actor) -> BureauReply:
    """Keeps a bureau's answer to a file, once each.

    Raises:
        NotAllowed: the duty is missing. NotFound: no such file. WrongState: this answer is kept already.
        InvalidInput: it cannot be read, or is not an answer to this file.
    """
    answer = _read_answer(content)
    file = BureauFile.objects.filter(pk=file_id).first()
    if file is None:
        raise NotFound("There is no such file.")
    _check_answer(answer, file)
    return BureauReply.objects.create(
        file=file, reference=answer.reference, accepted=answer.accepted, refused=answer.refused, entered_by=actor.name
    )


def _read_answer(content: bytes) -> BureauAnswer:
    if not content or len(content) > LARGEST_ANSWER:
        raise InvalidInput("The answer is empty, or larger than 5 MB.", field="answer")
    try:
        return bureau_adapter().read_answer(content)
    except ValueError as error:
        raise InvalidInput(str(error), field="answer") from error


def _check_answer(answer: BureauAnswer, file: BureauFile) -> None:
    """Refuses an answer to another file, and one that is kept already."""
    if strangers := set(answer.refused) - set(file.loans):
        raise InvalidInput(f"Loan {min(strangers)} is not in this file; is it the answer to another?", field="answer")
    count = answer.accepted + len(answer.refused)
    if count != file.records:
        raise InvalidInput(f"It speaks of {count} records; this file has {file.records}.", field="answer")
    if BureauReply.objects.filter(file=file, reference=answer.reference).exists():
        raise WrongState("This answer is kept already.")


STATUSES = {Status.WRITTEN_OFF: WRITTEN_OFF, Status.CHARGED_OFF: CHARGED_OFF, Status.ACTIVE: ACTIVE}  # others: closed


def _record(loan: Loan, standing: Standing, profile: BorrowerProfile | None, last_paid_on: date | None) -> Record:
    status = STATUSES.get(Status(standing.status), CLOSED)
    return Record(
        loan_number=loan.number,
        name=loan.borrower.full_name,
        phone=loan.borrower.phone or "",
        national_id=(profile.national_id or "") if profile else "",
        date_of_birth=profile.date_of_birth if profile else None,
        currency=loan.currency,
        opened_on=standing.disbursed_on,
        principal=loan.principal,
        installment=standing.largest,
        installments=int(loan.terms_agreed["installments"]),
        status=status,
        balance=standing.balance,
        overdue=standing.overdue,
        months_in_arrears=-(-standing.days_past_due // 30),
        last_paid_on=last_paid_on,
        closed_on=standing.closed_on if status in (WRITTEN_OFF, CLOSED) else None,
    )
