"""Payments that borrowers report: kept whole, once, and put down to them; or refused, and nothing kept.

All of it holds of the one statement that takes them, and of its twin by the ORM.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.book.models import Loan, LoanState
from apps.loans.recording.transfers import AlreadyBooked
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services import reported_payments
from apps.loans.servicing.services.reported_payments import Reported
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import COMMANDS
from apps.mfis.core.errors import InvalidInput, KeyReused, NotAllowed, NotFound, ServiceError, WrongState
from apps.mfis.core.models import Command, Revision
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]

Sent = dict[str, Any]

Report = Callable[..., Reported]

WAYS = {"one statement": reported_payments.report_payment, "the ORM": reported_payments.report_payment_stepwise}


def send(way: str, loan: Loan, who: Account, **changed: Any) -> Reported:
    payment: Sent = {
        "amount": Decimal(80),
        "channel": "ecocash",
        "reference": "EC9",
        "paid_on": TODAY,
        "idempotency_key": "k",
    }
    return WAYS[way](loan_id=loan.pk, actor=who.actor, **{**payment, **changed})


@pytest.fixture(params=WAYS)
def report(request: pytest.FixtureRequest) -> Report:
    """Reports a payment, in each of the two ways."""

    def by_this_way(loan: Loan, who: Account, **changed: Any) -> Reported:
        return send(request.param, loan, who, **changed)

    return by_this_way


@pytest.fixture
def neighbour(alpha: Branch) -> Account:
    return register_borrower(person=Person("Other", phone="58127777"), actor=SYSTEM, today=TODAY)


@pytest.fixture
def not_paid_out(alpha: Branch, neighbour: Account) -> Loan:
    """An application of the neighbour's."""
    application = apply_for_loan(
        borrower=neighbour,
        request=LoanRequest(product_id=alpha.product.pk, principal=Decimal(1000), installments=12),
        actor=neighbour.actor,
        currency="LSL",
        value_date=TODAY,
    )
    return Loan.objects.get(pk=application.id)


WRONG: list[tuple[Sent, type[ServiceError], str]] = [
    ({"amount": Decimal(0)}, InvalidInput, "amount"),
    ({"amount": Decimal("1.001")}, InvalidInput, "amount"),
    ({"channel": "cash"}, InvalidInput, "channel"),
    ({"channel": "pigeon"}, InvalidInput, "channel"),
    ({"reference": " "}, InvalidInput, "reference"),
    ({"paid_on": business_date() + timedelta(days=1)}, InvalidInput, "paid_on"),
    ({"paid_on": TODAY - timedelta(days=1)}, InvalidInput, "paid_on"),  # the loan was paid out today
    ({"idempotency_key": "k" * 81}, InvalidInput, "Idempotency-Key"),
]

GOOD: list[Sent] = [
    {},
    {"idempotency_key": ""},
    {"paid_on": None},
    {"reference": " EC9 "},
    {"amount": Decimal("80.50"), "channel": "bank"},
]


def kept() -> dict[str, list[Any]]:
    """The rows that reported payments left behind, but for keys and times."""
    of_each_its_own = {"id", "created_at"}
    notices, commands = PaymentNotice.objects.order_by("pk"), Command.objects.filter(name="report_payment")
    return {
        "notices": [{k: v for k, v in row.items() if k not in of_each_its_own} for row in notices.values()],
        "revisions": list(
            Revision.objects.filter(row_id__in=notices.values("pk")).values_list("actor_id", "actor_name", "action")
        ),
        "commands": [(c.pk, c.node, c.actor_id, c.body_hash, sorted(c.answer)) for c in commands],
    }


def outcome(way: str, loan: Loan, who: Account, **changed: Any) -> Any:
    """What is answered or refused, and what is kept of it; it is undone."""
    with transaction.atomic():
        try:
            answer: Any = send(way, loan, who, **changed).status
        except ServiceError as error:
            answer = type(error), error.message, error.field
        rows = kept()
        transaction.set_rollback(True)
    return answer, rows


@pytest.mark.parametrize("changed", [*GOOD, *(changed for changed, _, _ in WRONG)])
def test_both_ways_answer_and_keep_the_same(alpha: Branch, active: Maker, changed: Sent) -> None:
    loan = active()
    first, second = (outcome(way, loan, alpha.borrower, **changed) for way in WAYS)
    assert first == second


def test_both_ways_refuse_the_same_loans(alpha: Branch, active: Maker, neighbour: Account, not_paid_out: Loan) -> None:
    for loan, who in ((active(), neighbour), (not_paid_out, neighbour)):
        first, second = (outcome(way, loan, who) for way in WAYS)
        assert first == second
        assert first[0][0] in (NotFound, WrongState)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("again", WAYS)
def test_both_ways_know_each_others_keys(alpha: Branch, active: Maker, way: str, again: str) -> None:
    loan = active()
    first = send(way, loan, alpha.borrower)
    assert send(again, loan, alpha.borrower) == first
    with pytest.raises(KeyReused):
        send(again, loan, alpha.borrower, amount=Decimal(81))
    assert PaymentNotice.objects.count() == 1


def test_both_ways_are_commands_of_borrowers(alpha: Branch, active: Maker) -> None:
    registered = [command for command in COMMANDS.values() if command.name == "report_payment"]
    assert [command.duties for command in registered] == [(Action.BORROW,)] * 2
    loan = active()
    for way in WAYS:
        with pytest.raises(NotAllowed):
            send(way, loan, alpha.staff["cashier"])


def test_a_reported_payment_is_put_down_to_who_sent_it(alpha: Branch, active: Maker, report: Report) -> None:
    reported = report(active(), alpha.borrower)
    [revision] = Revision.objects.filter(row_id=reported.id)
    assert (revision.actor_id, revision.actor_name) == (alpha.borrower.pk, alpha.borrower.full_name)
    command = Command.objects.get(name="report_payment")
    assert (command.actor_id, command.answer) == (alpha.borrower.pk, {"id": str(reported.id), "status": "waiting"})


@pytest.mark.parametrize(("changed", "refusal", "field"), WRONG)
@pytest.mark.parametrize("key", ["k", ""])
def test_a_payment_that_is_refused_leaves_nothing(
    alpha: Branch, active: Maker, report: Report, changed: Sent, refusal: type[ServiceError], field: str, key: str
) -> None:
    loan = active()
    with pytest.raises(refusal) as refused:
        report(loan, alpha.borrower, **{"idempotency_key": key, **changed})
    assert refused.value.field == field
    assert not PaymentNotice.objects.exists()
    assert not Command.objects.filter(name="report_payment").exists()
    assert report(loan, alpha.borrower).status == "waiting"  # the key is still good


def test_nothing_is_paid_on_a_loan_that_is_not_paid_out_or_is_not_theirs(
    active: Maker, report: Report, neighbour: Account, not_paid_out: Loan
) -> None:
    with pytest.raises(NotFound):
        report(active(), neighbour)
    with pytest.raises(WrongState, match="submitted"):
        report(not_paid_out, neighbour)
    assert not PaymentNotice.objects.exists()


def test_a_payment_without_a_key_is_another_each_time(alpha: Branch, active: Maker, report: Report) -> None:
    loan = active()
    with_key = report(loan, alpha.borrower)
    without = [report(loan, alpha.borrower, idempotency_key="", reference=f"EC{n}") for n in range(2)]
    assert PaymentNotice.objects.count() == 3
    assert with_key.id not in {reported.id for reported in without}


def test_the_same_reference_is_the_same_payment(alpha: Branch, active: Maker, report: Report) -> None:
    loan = active()
    report(loan, alpha.borrower)
    with pytest.raises(AlreadyBooked, match="known on this loan"):
        report(loan, alpha.borrower, idempotency_key="another", reference=" ec-9 ")
    assert PaymentNotice.objects.count() == 1


def test_a_reported_payment_counts_once_it_is_confirmed(alpha: Branch, active: Maker, report: Report) -> None:
    loan = active()
    notice_id = report(loan, alpha.borrower).id
    assert LoanState.objects.get(pk=loan.pk).total_paid == 0
    with pytest.raises(NotAllowed):
        reported_payments.confirm_payment(notice_id=notice_id, actor=alpha.staff["officer"].actor)
    reported_payments.confirm_payment(notice_id=notice_id, actor=alpha.staff["cashier"].actor)
    assert LoanState.objects.get(pk=loan.pk).total_paid == 80
    with pytest.raises(WrongState, match="already confirmed"):
        reported_payments.decline_payment(
            notice_id=notice_id, actor=alpha.staff["cashier"].actor, reason="No money came"
        )


def test_a_reported_payment_is_declined_with_a_reason(alpha: Branch, active: Maker, report: Report) -> None:
    notice_id = report(active(), alpha.borrower).id
    cashier = alpha.staff["cashier"].actor
    with pytest.raises(InvalidInput, match="the borrower sees it"):
        reported_payments.decline_payment(notice_id=notice_id, actor=cashier, reason=" ")
    notice = reported_payments.decline_payment(notice_id=notice_id, actor=cashier, reason="No money came")
    assert (notice.status, notice.decided_reason) == ("declined", "No money came")


def test_the_cashier_s_queue(alpha: Branch, active: Maker) -> None:
    """A button for each step that may be taken now, and its confirm page."""
    loan, cashier = active(), alpha.client("cashier")
    first = send("one statement", loan, alpha.borrower, idempotency_key="").id
    second = send("one statement", loan, alpha.borrower, idempotency_key="", reference="EC10").id
    page = f"/admin/loans/paymentnotice/{first}/"
    assert f"{page}confirm/" in cashier.get(f"{page}change/").content.decode()
    assert f"{page}confirm/" not in alpha.client("officer").get(f"{page}change/").content.decode()
    assert alpha.client("officer").post(f"{page}confirm/").status_code == 403
    assert cashier.get(f"{page}confirm/").status_code == 200
    assert cashier.post(f"{page}confirm/").status_code == 302
    assert f"{page}confirm/" not in cashier.get(f"{page}change/").content.decode()
    assert cashier.post(f"{page}decline/", {"reason": "Late"}).status_code == 422
    assert cashier.post(f"/admin/loans/paymentnotice/{second}/decline/", {"reason": ""}).status_code == 422
    assert cashier.post(f"/admin/loans/paymentnotice/{second}/decline/", {"reason": "None came"}).status_code == 302
    assert cashier.get(f"/admin/loans/paymentnotice/{uuid4()}/confirm/").status_code == 404
    assert [n.status for n in PaymentNotice.objects.order_by("pk")] == ["confirmed", "declined"]
