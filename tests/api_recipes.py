"""How each operation of the borrowers' API is called well: what tests/test_api_cases.py makes its calls from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.loans.applications.services import documents, drafts
from apps.loans.applications.services.amend import wanted_terms
from apps.loans.applications.services.review import request_info, start_review
from apps.loans.book.key_facts import facts_hash, facts_of
from apps.loans.book.models import Loan
from apps.loans.servicing.services.repayment import record_repayment
from apps.users.access.models import SignIn
from apps.users.access.services.codes import send_code
from apps.users.access.services.tokens import create_token
from apps.users.accounts.models import OneTimeCode
from apps.users.consents.texts import current_text
from conftest import PASSWORD, TODAY, Branch
from tests.factories import agreed

PAPER = b"%PDF-1.4 a"

Maker = Callable[..., Loan]


@dataclass
class World:
    """A borrower with an active loan and a receipt; what else a call wants is made when its id is asked for."""

    branch: Branch
    active: Maker
    apply: Maker
    ids: dict[str, UUID] = field(default_factory=dict)

    def id(self, name: str) -> UUID:
        """The id of something of the borrower's own, the same one each time."""
        if name not in self.ids:
            self.ids[name] = getattr(self, f"_make_{name}")()
        return self.ids[name]

    @property
    def actor(self) -> Any:
        return self.branch.borrower.actor

    def _make_product(self) -> UUID:
        return self.branch.product.pk

    def _make_loan(self) -> UUID:
        return self.active().pk

    def _make_application(self) -> UUID:
        return self.apply().pk

    def _make_asked(self) -> UUID:
        """An application about which the officer wants to know more."""
        loan_id, officer = self.id("application"), self.branch.staff["officer"].actor
        start_review(loan_id=loan_id, actor=officer, value_date=TODAY)
        request_info(loan_id=loan_id, actor=officer, reason="Which market?", value_date=TODAY)
        return loan_id

    def _make_event(self) -> UUID:
        cashier = self.branch.staff["cashier"].actor
        payment: dict[str, Any] = {"amount": Decimal(50), "channel": "cash", "value_date": TODAY}
        return UUID(str(record_repayment(loan_id=self.id("loan"), actor=cashier, **payment).id))

    def _make_draft(self) -> UUID:
        asked: dict[str, Any] = {
            "product_id": self.id("product"),
            "principal": Decimal(1000),
            "installments": 6,
            "purpose": "Stock",
        }
        return UUID(str(drafts.save_draft(borrower=self.branch.borrower, actor=self.actor, **asked).id))

    def _make_document(self) -> UUID:
        paper: dict[str, Any] = {"what": "other", "file_name": "a.pdf", "content": PAPER}
        return documents.add_document(loan_id=self.id("loan"), actor=self.actor, **paper).pk

    def _make_token(self) -> UUID:
        return create_token(actor=self.actor, name="till").id

    def _make_sign_in(self) -> UUID:
        return SignIn.objects.create(account=self.branch.borrower, session_key="none").pk

    def code(self, purpose: str) -> str:
        """The digits of a code that the borrower has just asked for."""
        send_code(actor=self.actor, purpose=purpose)
        return OneTimeCode.objects.filter(account=self.branch.borrower, purpose=purpose)[0].digits


Body = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Recipe:
    """How an operation is called well, and what is its own in the other cases."""

    body: Body | None = None
    query: str = ""
    ids: dict[str, str] = field(default_factory=dict)  # where a path's name means something narrower
    is_form: bool = False
    same_again: bool = False  # without a key too, sending it again changes nothing
    missing: int = 404


def profile(world: World) -> dict[str, Any]:
    known = {"national_id": "100000000001", "date_of_birth": "1990-05-27"}
    return {"full_name": "Mamello Khoabane", "phone": "58120001", "village": "Ha Thetsane", **known}


def payment(world: World) -> dict[str, Any]:
    return {"amount": "10.00", "channel": "mpesa", "reference": "QX12", "paid_on": str(TODAY)}


def application(world: World) -> dict[str, Any]:
    return {"product_id": world.id("product"), "principal": "1000.00", "installments": 6, "purpose": "Stock"}


def agreed_application(world: World) -> dict[str, Any]:
    return {**application(world), "agreed": agreed(world.branch.product)}


def consent(world: World) -> dict[str, Any]:
    return {"purpose": "sharing", "version": current_text("sharing").version}


def paper(world: World) -> dict[str, Any]:
    return {"what": "other", "file": SimpleUploadedFile("a.pdf", PAPER)}


def registration(world: World) -> dict[str, Any]:
    read = current_text("records").version
    return {"full_name": "Khotso Pheko", "phone": "59990009", "password": PASSWORD, "agreed": read}


def agreement(world: World, principal: str | None = None) -> dict[str, Any]:
    """The hash of the key facts of the application as it stands, or with another amount."""
    loan = Loan.objects.select_related("state", "product").get(pk=world.id("asked" if principal else "application"))
    terms = wanted_terms(loan, Decimal(principal) if principal else None, None)
    return {"agreed": facts_hash(facts_of(loan.product, terms, loan.submitted_on))}


def changes(world: World) -> dict[str, Any]:
    return {"principal": "700.00", "installments": 12, "purpose": "Seed", **agreement(world, "700.00")}


GET = Recipe()
QUOTE = Recipe(query="?principal=1000&installments=6")
ON_APPLICATION = Recipe(lambda world: {}, ids={"loan": "application"})

RECIPES: dict[str, Recipe] = {
    "GET /loans": GET,
    "POST /loans": Recipe(agreed_application),
    "GET /loans/{loan_id}": GET,
    "GET /loans/{loan_id}/payments": GET,
    "POST /loans/{loan_id}/payments": Recipe(payment),
    "GET /me": GET,
    "PUT /me": Recipe(profile, same_again=True),
    "PUT /me/settings": Recipe(lambda world: {"language": "st"}, same_again=True),
    "PUT /me/password": Recipe(lambda world: {"current": PASSWORD, "password": "thaba-bosiu-1824"}),
    "GET /messages": GET,
    "GET /pay-to": GET,
    "GET /products": GET,
    "GET /purposes": GET,
    "GET /employers": GET,
    "GET /products/{product_id}/quote": QUOTE,
    "GET /products/{product_id}/key-facts": QUOTE,
    "GET /products/{product_id}/key-facts.pdf": QUOTE,
    "GET /loans/{loan_id}/schedule": GET,
    "GET /loans/{loan_id}/repayments": GET,
    "GET /loans/{loan_id}/statement": GET,
    "GET /loans/{loan_id}/statement.csv": GET,
    "GET /loans/{loan_id}/statement.pdf": GET,
    "GET /loans/{loan_id}/key-facts.pdf": GET,
    "GET /loans/{loan_id}/receipts/{event_id}.pdf": GET,
    "GET /loans/{loan_id}/pay-off": GET,
    "GET /loans/{loan_id}/events": GET,
    "GET /credit-history": GET,
    "POST /sign-in": Recipe(lambda world: {"name": "58120001", "password": PASSWORD}),
    "POST /password-reset": Recipe(lambda world: {"name": "58120001"}, same_again=True),
    "POST /password-reset/new": Recipe(
        lambda world: {"name": "58120001", "code": world.code("reset"), "password": "thaba-bosiu-1824"}
    ),
    "POST /sign-out": Recipe(lambda world: {}),
    "GET /session": GET,
    "POST /register": Recipe(registration),
    "POST /me/codes": Recipe(lambda world: {"to": "phone"}, same_again=True),
    "POST /me/verify": Recipe(lambda world: {"to": "phone", "code": world.code("verify")}),
    "PUT /me/second-factor": Recipe(lambda world: {"wanted": True, "code": world.code("verify")}),
    "GET /sessions": GET,
    "DELETE /sessions/{sign_in_id}": GET,
    "GET /tokens": GET,
    "POST /tokens": Recipe(lambda world: {"name": "till", "scopes": ["read"]}),
    "DELETE /tokens/{token_id}": Recipe(same_again=True),
    "GET /drafts": GET,
    "POST /drafts": Recipe(application),
    "PUT /drafts/{draft_id}": Recipe(application, same_again=True),
    "DELETE /drafts/{draft_id}": GET,
    "GET /drafts/{draft_id}/key-facts": GET,
    "POST /drafts/{draft_id}/submit": Recipe(lambda world: {"agreed": agreed(world.branch.product)}),
    "POST /loans/{loan_id}/answer": Recipe(lambda world: {"text": "Maseru"}, ids={"loan": "asked"}),
    "POST /loans/{loan_id}/withdraw": ON_APPLICATION,
    "POST /loans/{loan_id}/change": Recipe(changes, ids={"loan": "asked"}),
    "POST /loans/{loan_id}/agree": Recipe(agreement, ids={"loan": "application"}, same_again=True),
    "GET /loans/{loan_id}/key-facts": GET,
    "GET /loans/{loan_id}/documents": GET,
    "POST /loans/{loan_id}/documents": Recipe(paper, is_form=True, same_again=True),
    "GET /documents/{document_id}": GET,
    "GET /disputes": GET,
    "POST /disputes": Recipe(lambda world: {"loan": world.id("loan"), "text": "Not mine"}),
    "GET /me/everything": GET,
    "GET /me/everything.pdf": GET,
    "GET /complaints": GET,
    "POST /complaints": Recipe(lambda world: {"about": "other", "text": "The queue"}),
    "GET /consent-texts": GET,
    "GET /consents": GET,
    "POST /consents": Recipe(consent, same_again=True),
    "DELETE /consents/{purpose}": Recipe(same_again=True, missing=422),
}
