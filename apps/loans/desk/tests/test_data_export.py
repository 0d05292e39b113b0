"""All that is kept about a borrower, in one answer and as a paper: complete, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from apps.credit.relay import relay_outbox
from apps.loans.applications.services import documents
from apps.loans.book.models import Loan
from apps.loans.histories.services.disputes import open_dispute
from apps.loans.servicing.services import repayment, reported_payments
from apps.loans.statements.data_export import everything_pdf
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.complaints.services import complain
from apps.users.consents.services import give_consent
from apps.users.messaging.services import queue_message, send_due
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]

pytestmark = pytest.mark.usefixtures("own_histories")


@pytest.fixture
def kept(alpha: Branch, active: Maker) -> Any:
    """The answer for a borrower who has something on every page."""
    loan, who = active(), alpha.borrower
    repayment.record_repayment(
        loan_id=loan.pk,
        actor=alpha.staff["cashier"].actor,
        amount=Decimal(50),
        channel="cash",
        value_date=TODAY,
        reference="SLIP-77",
    )
    reported_payments.report_payment(
        loan_id=loan.pk, actor=who.actor, amount=Decimal(10), channel="mpesa", reference="WALLET-1", paid_on=TODAY
    )
    documents.add_document(
        loan_id=loan.pk, actor=who.actor, what="other", file_name="payslip.pdf", content=b"%PDF-1.4 a"
    )
    complain(actor=who.actor, about="other", text="I waited all day", value_date=TODAY)
    open_dispute(actor=who.actor, loan_id=loan.pk, entry=None, text="Not mine")
    give_consent(actor=who.actor, purpose="sharing", version=1, language="en", value_date=business_date())
    relay_outbox()
    queue_message(account=who, about="approved", key="a", values={"loan": loan.number, "amount": "M 1,000.00"})
    assert send_due() == (1, 0)
    answer = alpha.client(who).get("/api/v1/me/everything")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_it_holds_what_each_page_holds(alpha: Branch, kept: Any) -> None:
    client = alpha.client(alpha.borrower)
    (loan,) = kept["loans"]
    own = loan["loan"]["id"]
    same = {
        "me": kept["account"],
        "consents": kept["consents"],
        "disputes": kept["disputes"],
        "complaints": kept["complaints"],
        "messages": kept["messages"],
        "credit-history": kept["credit_history"],
        f"loans/{own}": loan["loan"],
        f"loans/{own}/schedule": loan["schedule"],
        f"loans/{own}/events": loan["events"],
        f"loans/{own}/documents": loan["documents"],
    }
    for page, part in same.items():
        assert part, page
        assert client.get(f"/api/v1/{page}").json() == part
    assert client.get(f"/api/v1/loans/{own}/statement").json()["rows"] == loan["statement"]
    assert client.get(f"/api/v1/loans/{own}/payments").json()["items"] == loan["payments_reported"]


def test_a_neighbour_finds_nothing_of_it(alpha: Branch, kept: Any) -> None:
    neighbour = register_borrower(person=Person("Neo Letuka", phone="58990071"), actor=SYSTEM, today=TODAY)
    found = alpha.client(neighbour).get("/api/v1/me/everything").json()
    assert (found["loans"], found["complaints"], found["disputes"]) == ([], [], [])
    assert found["credit_history"]["accounts"] == []
    assert found["account"]["full_name"] == "Neo Letuka"


@pytest.mark.parametrize(("language", "words"), [("en", "Everything that is kept"), ("st", "Tsohle tse bolokiloeng")])
def test_the_paper_says_it_in_both_languages(
    alpha: Branch, kept: Any, language: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = alpha.client(alpha.borrower).get(f"/api/v1/me/everything.pdf?language={language}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    drawn: list[Any] = []
    monkeypatch.setattr("apps.loans.statements.data_export.render", lambda paper: drawn.append(paper) or b"")
    everything_pdf(kept, mfi=alpha.mfi, language=language)
    (paper,) = drawn
    said = str([paper.title, paper.facts, [(p.title, p.rows) for p in paper.parts]])
    assert words in paper.title
    for what in (
        alpha.borrower.full_name,
        "payslip.pdf",
        "I waited all day",
        "Not mine",
        kept["loans"][0]["loan"]["number"],
    ):
        assert what in said
