"""Months, scores and consents in the credit histories; how long they are kept; documents of an earlier release."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.credit.documents import (
    SCHEMA_VERSION,
    CreditAccount,
    CreditConsent,
    CreditEventDocument,
    CreditInquiry,
    CreditPerson,
    CreditScore,
    CreditSnapshot,
    InvalidDocument,
    checked,
    midnight,
)
from apps.credit.history import credit_history
from apps.credit.models import HistoriesMonth, OutboxEntry
from apps.credit.monitoring import months_scored, watch_score
from apps.credit.relay import relay_outbox
from apps.credit.snapshots import profiles_from_snapshots
from apps.credit.tests import kept
from apps.loans.book.models import Loan
from apps.loans.histories.services.months import OVERLAP, take_months
from apps.loans.histories.services.reconciliation import compare_histories, rebuild_histories, upgrade_histories
from apps.loans.servicing.services.pay_out import undo_disbursement
from apps.loans.servicing.services.repayment import record_repayment
from apps.users.consents.services import give_consent, withdraw_consent
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]

pytestmark = pytest.mark.usefixtures("own_histories")

# Paid out on 2 March 2026, twelve installments of 94.56 from 2 April; "now" is in August of that year.
AUGUST = date(2026, 8, 10)

MARCH, APRIL, MAY, JUNE, JULY = (date(2026, m, d) for m, d in ((3, 31), (4, 30), (5, 31), (6, 30), (7, 31)))


def pay(branch: Branch, loan: Loan, amount: str, on: date) -> Any:
    return record_repayment(
        loan_id=loan.pk,
        actor=branch.staff["cashier"].actor,
        amount=Decimal(amount),
        channel="cash",
        value_date=on,
        accept_overpayment=True,
    )


def snapshots(loan: Loan) -> dict[date, dict[str, Any]]:
    return {d["month"].date(): d for d in kept.documents(CreditSnapshot, {"account": loan.pk})}


def a_while_later() -> None:
    """So long after the months were taken that nothing was on its way then."""
    HistoriesMonth.objects.update(taken_at=timezone.now() + 2 * OVERLAP)


def test_what_another_node_told_late_is_taken_again(alpha: Branch, active: Maker) -> None:
    """A receipt carries the time at which the other node took it; it was told here when it came."""
    loan, quiet = active(), active()
    take_months(today=AUGUST)
    a_while_later()
    receipt = pay(alpha, loan, "94.56", date(2026, 4, 1))
    assert take_months(today=AUGUST) == [], "recorded before the months were taken, as far as its own time says"
    told = OutboxEntry.objects.get(payload__event=str(receipt.id))
    told.queued_at = timezone.now() + 3 * OVERLAP
    told.save()
    a_while_later()
    assert [m.month_end for m in take_months(today=AUGUST)] == [APRIL, MAY, JUNE, JULY]
    assert (snapshots(loan)[APRIL]["days_late"], snapshots(quiet)[APRIL]["days_late"]) == (0, 28)


def test_a_month_says_how_a_loan_stood(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "94.56", date(2026, 4, 2))
    pay(alpha, loan, "94.56", date(2026, 6, 20))  # May's, 49 days late
    relay_outbox()
    assert [m.month_end for m in take_months(today=AUGUST)] == [MARCH, APRIL, MAY, JUNE, JULY]
    found = snapshots(loan)
    # On time in March and April; on 31 May 2 May's is 29 days late; on 30 June 2 June's 28; on 31 July the same 59.
    assert [found[m]["code"] for m in (MARCH, APRIL, MAY, JUNE, JULY)] == ["0", "0", "1", "1", "2"]
    assert [found[m]["days_late"] for m in (MAY, JUNE, JULY)] == [29, 28, 59]
    assert found[JULY]["overdue"].to_decimal() == Decimal("189.12")
    assert found[APRIL]["overdue"].to_decimal() == 0
    assert found[MARCH]["balance"].to_decimal() == Decimal("1134.70")
    # The months' own signs are the ones that follow from the events.
    (account,) = credit_history(loan_ids=[loan.pk]).accounts
    assert profiles_from_snapshots([loan.pk], JULY)[loan.pk] == account.profile(JULY)
    a_while_later()
    assert take_months(today=AUGUST) == [], "a month is taken once"


def test_what_is_booked_late_is_taken_again(alpha: Branch, active: Maker) -> None:
    loan, other = active(), active()
    relay_outbox()
    take_months(today=AUGUST)
    HistoriesMonth.objects.update(taken_at=timezone.now() + OVERLAP)
    before = snapshots(other)
    pay(alpha, loan, "94.56", date(2026, 4, 1))
    assert [m.month_end for m in take_months(today=AUGUST)] == [APRIL, MAY, JUNE, JULY]
    assert [snapshots(loan)[m]["code"] for m in (MARCH, APRIL, MAY)] == ["0", "0", "1"]
    assert snapshots(other) == before, "the others' months stay as they were"
    assert HistoriesMonth.objects.get(pk=MAY).accounts == 2


def test_a_pay_out_that_was_undone_leaves_no_month(alpha: Branch, active: Maker) -> None:
    loan = active()
    take_months(today=AUGUST)
    assert len(snapshots(loan)) == 5
    undo_disbursement(loan_id=loan.pk, actor=alpha.staff["accountant"].actor, reason="Not fetched")
    undone_on = Loan.objects.get(pk=loan.pk).events.latest("recorded_at").value_date
    assert undone_on == TODAY, "it never was paid out"
    take_months(today=AUGUST)
    assert snapshots(loan) == {}


def test_a_closed_loan_ends_with_its_month(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "1200.00", date(2026, 5, 4))
    take_months(today=AUGUST)
    found = snapshots(loan)
    assert sorted(found) == [MARCH, APRIL, MAY]
    assert (found[MAY]["code"], found[MAY]["balance"].to_decimal()) == ("C", 0)


def test_the_score_is_watched(alpha: Branch, active: Maker) -> None:
    """Two borrowers would be needed for two bands; one who fails after July is enough to see it counted."""
    loan = active()
    for day in (date(2026, 4, 2), date(2026, 5, 2)):
        pay(alpha, loan, "94.56", day)
    take_months(today=AUGUST)
    assert months_scored() == [JULY, JUNE, MAY, APRIL, MARCH]
    scores = {d["month"].date(): d for d in kept.documents(CreditScore)}
    # March and April: fewer than three months, no history. May: three on time, 600 + 3 x 4 = 612: C.
    assert [scores[m]["points"] for m in (MARCH, APRIL, MAY)] == [None, None, 612]
    assert scores[MAY]["band"] == "C"
    soon = watch_score(MAY, today=AUGUST)
    assert [(b.band, b.borrowers, b.followed, b.defaulted) for b in soon.bands] == [
        ("A", 0, 0, 0),
        ("B", 0, 0, 0),
        ("C", 1, 1, 0),
        ("D", 0, 0, 0),
        ("none", 0, 0, 0),
    ]
    # 2 June's installment is 91 days late on 1 September, and so at the end of that month.
    later = date(2026, 10, 5)
    take_months(today=later)
    seen = watch_score(MAY, today=later)
    assert [(b.band, b.followed, b.defaulted) for b in seen.bands if b.borrowers] == [("C", 1, 1)]
    assert seen.bands[2].rate == 100
    assert seen.seen_until == date(2026, 9, 30)
    # Who had failed already is followed no more.
    assert [b.followed for b in watch_score(date(2026, 9, 30), today=later).bands] == [0, 0, 0, 0, 0]


def test_the_page_of_the_score(alpha: Branch, active: Maker) -> None:
    active()
    client = alpha.client("officer")
    assert "No month with loans is over yet" in client.get("/admin/credit/retentionrun/score/").content.decode()
    take_months()
    page = client.get(f"/admin/credit/retentionrun/score/?month={MARCH}").content.decode()
    assert "No history" in page
    assert "chart-rates" in page


def test_the_page_of_the_score_while_mongodb_is_away(alpha: Branch, settings: Any) -> None:
    with override_settings(MONGODB_URL="mongodb://127.0.0.1:1/x"):
        page = alpha.client("manager").get("/admin/credit/retentionrun/score/")
    assert (page.status_code, "out of reach" in page.content.decode()) == (200, True)


def test_a_consent_reaches_the_histories(alpha: Branch) -> None:
    given = give_consent(actor=alpha.borrower.actor, purpose="sharing", version=1, language="st", value_date=TODAY)
    withdraw_consent(actor=alpha.borrower.actor, purpose="sharing", value_date=TODAY + timedelta(days=3))
    give_consent(actor=alpha.borrower.actor, purpose="records", version=1, language="en", value_date=TODAY)
    assert relay_outbox().count == 2, "consent to keeping records is the MFI's own"
    consents = sorted(kept.documents(CreditConsent, {"mfi": "alpha"}), key=lambda d: d["given_on"])
    assert [(d["granted"], d["language"], d["given_on"].date()) for d in consents] == [
        (True, "st", TODAY),
        (False, "st", TODAY + timedelta(days=3)),
    ]
    assert consents[0]["expires_on"].date() == given.expires_on
    assert compare_histories() == []
    kept.remove(CreditConsent, {"_id": given.pk})
    assert compare_histories() == [f"consent {given.pk}: it is missing"]
    rebuild_histories()
    assert compare_histories() == []


def test_a_person_is_known_since_the_first_day(alpha: Branch, beta: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "10.00", date(2026, 4, 2))
    relay_outbox(batch=1)
    (person,) = kept.documents(CreditPerson)
    assert (person["lenders"], person["since"].date()) == (["alpha"], TODAY)
    assert "58120001" not in str(person)


# What may stand in a document


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "9"), ("days_late", -1), ("status", "sleeping"), ("person", "Mamello"), ("month", None), ("name", "M")],
)
def test_what_breaks_a_rule_is_refused_by_its_field(field: str, value: Any) -> None:
    good = {
        "_id": uuid4(),
        "version": 3,
        "account": uuid4(),
        "person": "a" * 64,
        "mfi": "alpha",
        "month": midnight(JULY),
        "status": "active",
        "balance": Decimal(1),
        "overdue": Decimal(0),
        "days_late": 0,
        "code": "0",
        "taken_at": midnight(JULY),
    }
    assert checked(CreditSnapshot, good) is good
    with pytest.raises(InvalidDocument) as refused:
        checked(CreditSnapshot, {**good, field: value})
    assert refused.value.field_name == field


def test_an_event_that_breaks_a_rule_is_set_aside_with_its_reason(alpha: Branch, active: Maker) -> None:
    loan = active()
    entry = OutboxEntry.objects.get(account=loan.pk)
    entry.payload = {**entry.payload, "status": "sleeping"}
    entry.save()
    for _ in range(3):
        relay_outbox()
    entry.refresh_from_db()
    assert (entry.dead_letter, entry.last_error) == (True, "It breaks a rule of the document: status")


# How long it is kept


# Documents of an earlier release


def test_documents_of_an_earlier_release_are_brought_to_the_present_form(alpha: Branch, active: Maker) -> None:
    old, new = active(), active()
    relay_outbox()
    kept.change(CreditAccount, {"_id": old.pk}, {"version": 2})
    kept.change(CreditEventDocument, {"account": old.pk}, {"version": 1}, without="status")
    kept.remove(CreditPerson, {})
    inquiry = uuid4()
    kept.insert(CreditInquiry, {"_id": inquiry, "mfi": "alpha", "version": 1})
    assert upgrade_histories() == 1
    for kind in (CreditAccount, CreditEventDocument, CreditInquiry):
        assert {d["version"] for d in kept.documents(kind)} == {SCHEMA_VERSION}
    assert kept.count(CreditPerson) == 1
    assert [d["accounts"] for d in kept.documents(CreditInquiry, {"_id": inquiry})] == [[]]
    assert compare_histories() == []
    assert upgrade_histories() == 0
    assert UUID(str(new.pk))


def test_the_worker_keeps_the_histories(alpha: Branch, active: Maker, capsys: Any) -> None:
    loan = active()
    call_command("worker", "--once")
    with tenant_context(alpha.mfi):
        assert len(snapshots(loan)) == HistoriesMonth.objects.count() > 0
    assert "is in the credit histories" in capsys.readouterr().out
