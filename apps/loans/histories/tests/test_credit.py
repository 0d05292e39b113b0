"""Asking other MFIs: only with consent, written down first, sums alone; the score on its pages; MongoDB away."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.credit import inquiries
from apps.credit.documents import CreditInquiry
from apps.credit.inquiries import MAXIMUM_A_DAY, HistoriesAway
from apps.credit.relay import relay_outbox
from apps.credit.tests import kept
from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review, withdraw
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.book.selectors.other_lenders import other_lenders_exposure
from apps.loans.histories.services.inquiries import ask_other_lenders, credit_summary, past_inquiries, tell_of_inquiries
from apps.loans.products.models import Product
from apps.loans.servicing.services import repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.borrowers import register_borrower, update_borrower
from apps.users.accounts.services.people import Person
from apps.users.consents.services import give_consent, withdraw_consent
from apps.users.messaging.models import Message
from tests.factories import TODAY, Branch

NATIONAL_ID, NAME = "199305271234", "Mamello Khoabane"

Maker = Callable[..., Loan]

pytestmark = pytest.mark.usefixtures("own_histories")


def identified(account: Account) -> None:
    update_borrower(
        account=account,
        person=Person(NAME, phone=account.phone or "", national_id=NATIONAL_ID),
        actor=SYSTEM,
        today=TODAY,
    )


@pytest.fixture
def elsewhere(alpha: Branch, active: Maker) -> Loan:
    """A loan of 1,000 at alpha, told to the histories; its borrower has a national ID."""
    identified(alpha.borrower)
    loan = active()
    relay_outbox()
    return loan


@pytest.fixture
def here(alpha: Branch, beta: Branch, elsewhere: Loan) -> Loan:
    """The same person's application at beta."""
    with tenant_context(beta.mfi):
        identified(beta.borrower)
        application = apply_for_loan(
            borrower=beta.borrower,
            request=LoanRequest(product_id=beta.product.pk, principal=Decimal(1000), installments=12),
            actor=beta.borrower.actor,
            currency="LSL",
            value_date=TODAY,
        )
        return Loan.objects.get(pk=application.id)


def consent(account: Account) -> None:
    give_consent(actor=account.actor, purpose="sharing", version=1, language="en", value_date=business_date())


def test_without_consent_nothing_is_asked(beta: Branch, here: Loan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the store is: what cannot be asked can tell nothing by its answer or its time."""
    asked: list[Any] = []
    monkeypatch.setattr("apps.loans.histories.services.inquiries.make_inquiry", lambda *a, **k: asked.append(a))
    with tenant_context(beta.mfi):
        stranger = register_borrower(person=Person("Neo Letuka", phone="58990044"), actor=SYSTEM, today=TODAY)
        application = apply_for_loan(
            borrower=stranger,
            request=LoanRequest(product_id=beta.product.pk, principal=Decimal(1000), installments=12),
            actor=stranger.actor,
            currency="LSL",
            value_date=TODAY,
        )
        said = []
        for loan_id in (here.pk, application.id):
            with pytest.raises(WrongState) as refused:
                ask_other_lenders(loan_id=loan_id, actor=beta.staff["officer"].actor)
            said.append(refused.value.message)
        assert said[0] == said[1]
    assert asked == []
    assert kept.count(CreditInquiry) == 0


def test_with_consent_the_sums_and_after_its_end_nothing(
    alpha: Branch, beta: Branch, elsewhere: Loan, here: Loan
) -> None:
    officer = beta.staff["officer"]
    rows = list(elsewhere.installments.order_by("n"))
    with tenant_context(beta.mfi):
        consent(beta.borrower)
        event = ask_other_lenders(loan_id=here.pk, actor=officer.actor)
        known = other_lenders_exposure(here)
        assert known
        assert (known.lenders, known.worst_days_past_due) == (1, (business_date() - rows[0].due_date).days)
        assert known.outstanding == elsewhere.state.total_outstanding
        # 12 monthly installments: what is scheduled, divided by the 12 months.
        scheduled = sum(r.principal + r.interest + r.fees for r in rows)
        assert known.monthly_installments == (scheduled / 12).quantize(Decimal("0.01"))
        assert "Asked other lenders: 1 lend" in event.reason
        assert Message.objects.filter(about="looked_up", account=beta.borrower).count() == 1
        (seen,) = past_inquiries(beta.borrower) or []
        assert (seen.mfi, seen.purpose) == (beta.mfi.schema_name, "application")
        page = beta.client("approver").get(f"/admin/loans/loan/{here.pk}/change/").content.decode()
        assert "At other lenders" in page
        withdraw_consent(actor=beta.borrower.actor, purpose="sharing", value_date=business_date())
        with pytest.raises(WrongState):
            ask_other_lenders(loan_id=here.pk, actor=officer.actor)
        told = beta.client(beta.borrower).get("/api/v1/credit-history").json()
        assert [(x["own"], x["purpose"]) for x in told["inquiries"]] == [(True, "application")]
    with tenant_context(alpha.mfi):  # told at the telephone that alpha knows, once
        assert (tell_of_inquiries(), tell_of_inquiries()) == (1, 0)
        assert Message.objects.get(about="looked_up_here").account == alpha.borrower
    # At alpha, whose loan was counted, the borrower sees that another lender asked, and not which.
    told = alpha.client(alpha.borrower).get("/api/v1/credit-history").json()
    assert [x["own"] for x in told["inquiries"]] == [False]
    assert beta.mfi.schema_name not in json.dumps(told)
    assert told["score"]["band"] == "D"  # nothing was ever paid on it
    assert told["score"]["advice"].startswith("Pay what is overdue")
    assert told["accounts"][0]["profile"][0] == "7"


def test_another_with_the_same_number_in_their_profile_sees_no_look_up(
    alpha: Branch, beta: Branch, elsewhere: Loan, here: Loan
) -> None:
    """Somebody without a loan anywhere who wrote another's national ID into their own profile at a third place."""
    with tenant_context(beta.mfi):
        consent(beta.borrower)
        ask_other_lenders(loan_id=here.pk, actor=beta.staff["officer"].actor)
        BorrowerProfile.objects.filter(pk=beta.borrower.pk).update(national_id=None)
        impostor = register_borrower(
            person=Person("Im Postor", phone="58990045", national_id=NATIONAL_ID), actor=SYSTEM, today=TODAY
        )
        assert past_inquiries(impostor) == []


def test_an_mfi_does_not_probe(beta: Branch, here: Loan) -> None:
    with tenant_context(beta.mfi):
        consent(beta.borrower)
        for wrong in ("cashier", "approver"):
            with pytest.raises(NotAllowed):
                ask_other_lenders(loan_id=here.pk, actor=beta.staff[wrong].actor)
        for _ in range(MAXIMUM_A_DAY):
            ask_other_lenders(loan_id=here.pk, actor=beta.staff["officer"].actor)
        with pytest.raises(WrongState, match="within a day"):
            ask_other_lenders(loan_id=here.pk, actor=beta.staff["officer"].actor)
        assert kept.count(CreditInquiry) == MAXIMUM_A_DAY
        withdraw(loan_id=here.pk, actor=beta.borrower.actor)
        with pytest.raises(WrongState):  # nothing is applied for, and nothing runs
            ask_other_lenders(loan_id=here.pk, actor=beta.staff["officer"].actor)


def test_a_look_up_that_is_not_written_is_not_answered(
    beta: Branch, here: Loan, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    with tenant_context(beta.mfi):
        consent(beta.borrower)
        before = LoanEvent.objects.filter(loan=here).count()
        answered: list[Any] = []
        monkeypatch.setattr(inquiries, "_exposure", lambda *a: answered.append(a))
        right, settings.MONGODB_URL = settings.MONGODB_URL, "mongodb://127.0.0.1:1/letsema"
        settings.MONGODB_TIMEOUT_MS = 200
        with pytest.raises(HistoriesAway):
            ask_other_lenders(loan_id=here.pk, actor=beta.staff["officer"].actor)
        assert answered == []
        assert LoanEvent.objects.filter(loan=here).count() == before
        assert not credit_summary(beta.borrower, on=TODAY).available
        page = beta.client("officer").get(f"/admin/loans/loan/{here.pk}/change/").content.decode()
        assert "out of reach" in page
        told = beta.client(beta.borrower).get("/api/v1/credit-history").json()
        assert (told["available"], told["score"], told["inquiries"]) == (False, None, [])
        settings.MONGODB_URL = right


def test_what_is_paid_elsewhere_counts_before_approval(beta: Branch, here: Loan) -> None:
    """Net pay 500, of which 40 % may go into installments: 94.56 here fit alone, and not with those at alpha."""
    with tenant_context(beta.mfi):
        Product.objects.filter(pk=beta.product.pk).update(affordability_percent=Decimal(20))
        BorrowerProfile.objects.filter(pk=beta.borrower.pk).update(net_monthly_income=Decimal(500))
        consent(beta.borrower)
        start_review(loan_id=here.pk, actor=beta.staff["officer"].actor)
        ask_other_lenders(loan_id=here.pk, actor=beta.staff["officer"].actor)
        recommend(loan_id=here.pk, actor=beta.staff["officer"].actor, reason="Seen")
        with pytest.raises(InvalidInput, match="at other lenders"):
            approve(loan_id=here.pk, actor=beta.staff["approver"].actor)
        BorrowerProfile.objects.filter(pk=beta.borrower.pk).update(net_monthly_income=Decimal(5000))
        approve(loan_id=here.pk, actor=beta.staff["approver"].actor)


def test_no_document_names_anybody(alpha: Branch, beta: Branch, elsewhere: Loan, here: Loan) -> None:
    with tenant_context(beta.mfi):
        consent(beta.borrower)
        ask_other_lenders(loan_id=here.pk, actor=beta.staff["officer"].actor)
    everything = kept.everything()
    assert "inquiries" in kept.collections()
    for secret in (NATIONAL_ID, NAME, NAME.split()[0], alpha.borrower.phone, beta.staff["officer"].full_name):
        assert secret
        assert secret not in everything


def test_months_late_are_told_by_profile_and_score(alpha: Branch, active: Maker) -> None:
    loan = active()
    relay_outbox()
    first = loan.installments.order_by("n").first()
    assert first
    on = first.due_date + timedelta(days=40)
    standing = credit_summary(alpha.borrower, on=on)
    assert standing.profiles[0][1].startswith("2")
    repayment.record_repayment(
        loan_id=loan.pk,
        actor=alpha.staff["cashier"].actor,
        amount=Decimal(2000),
        accept_overpayment=True,
        channel="cash",
        value_date=TODAY + timedelta(days=1),
    )
    relay_outbox()
    assert credit_summary(alpha.borrower, on=TODAY + timedelta(days=2)).profiles[0][1].startswith("C")
