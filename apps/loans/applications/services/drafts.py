"""Applications that are not handed in yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from apps.loans.applications.models import ApplicationDraft
from apps.loans.applications.services.apply import (
    Application,
    LoanRequest,
    apply_for_loan,
    check_may_apply,
    lock_borrower,
    purpose_named,
    terms_asked_for,
)
from apps.loans.groups.selectors import find_group
from apps.loans.products.models import Product
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account


class DraftValues(TypedDict, total=False):
    """What may be filled in; what is left out stays as it was."""

    product_id: UUID | None
    principal: Decimal | None
    installments: int | None
    rate: Decimal | None
    purpose: str
    listed_purpose_id: UUID | None
    group_id: UUID | None


FIELDS = tuple(DraftValues.__annotations__)

MAXIMUM_OPEN = 5  # of one borrower

MAXIMUM_PRINCIPAL = Decimal("1e10")  # below it; the column holds no more


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is kept."""

    id: UUID
    product_id: UUID | None
    principal: Decimal | None
    installments: int | None
    purpose: str
    listed_purpose_id: UUID | None
    created_at: datetime

    @classmethod
    def of(cls, draft: ApplicationDraft) -> Draft:
        asked = (draft.product_id, draft.principal, draft.installments, draft.purpose, draft.listed_purpose_id)
        return cls(draft.pk, *asked, draft.created_at)


@command(Action.BORROW, Action.APPLY_FOR_BORROWER, new_business=True)
def save_draft(
    *,
    borrower: Account,
    actor: Actor,
    draft_id: UUID | None = None,
    idempotency_key: str = "",
    **values: Unpack[DraftValues],
) -> Draft:
    """Keeps what is filled in so far, in a new draft or in `draft_id`; limits are checked when it is handed in.

    Raises:
        NotAllowed: the actor is neither the borrower nor may enter applications. NotFound: draft, product or group.
        InvalidInput: an amount that is none, or too many drafts.
    """
    check_may_apply(borrower, actor)
    _check_values(values)
    lock_borrower(borrower)
    draft = _open_draft(borrower, draft_id) if draft_id else _new_draft(borrower, actor)
    for name, value in values.items():
        setattr(draft, name, "" if value is None and name == "purpose" else value)
    draft.save()
    return Draft.of(draft)


@command(Action.BORROW, Action.APPLY_FOR_BORROWER, new_business=True)
def submit_draft(
    *,
    borrower: Account,
    actor: Actor,
    draft_id: UUID,
    currency: str,
    agreed: str = "",
    language: str = "en",
    idempotency_key: str = "",
) -> Application:
    """Hands a draft in: from then on it is an application like any other. Handed in again, it answers the same.

    Raises:
        As `apply_for_loan`; InvalidInput: something is not filled in. NotFound: no such draft, or discarded.
    """
    check_may_apply(borrower, actor)
    lock_borrower(borrower)
    handed_in = ApplicationDraft.objects.filter(pk=draft_id, borrower=borrower, loan__isnull=False).first()
    if handed_in and handed_in.loan:
        return Application(handed_in.loan.pk, handed_in.loan.number)
    draft = _open_draft(borrower, draft_id)
    application = apply_for_loan(
        borrower=borrower, request=_request(draft), actor=actor, currency=currency, agreed=agreed, language=language
    )
    draft.loan_id = application.id
    draft.is_active = False
    draft.save(update_fields=["loan", "is_active"])
    return application


def terms_of_draft(*, borrower: Account, draft_id: UUID, currency: str) -> tuple[Product, dict[str, Any]]:
    """The product, and the terms of the loan that the draft asks for, as they would be agreed today.

    Raises:
        NotFound: no such draft. InvalidInput: something is not filled in, or outside the product's limits.
    """
    asked = _request(_open_draft(borrower, draft_id))
    product, _, terms = terms_asked_for(borrower, asked, currency, business_date())
    return product, terms


@command(Action.BORROW, Action.APPLY_FOR_BORROWER)
def discard_draft(*, borrower: Account, actor: Actor, draft_id: UUID) -> None:
    """Throws a draft away.

    Raises:
        NotAllowed, NotFound: as above.
    """
    check_may_apply(borrower, actor)
    draft = _open_draft(borrower, draft_id)
    draft.is_active = False
    draft.save(update_fields=["is_active"])


def _check_values(values: DraftValues) -> None:
    product_id, principal = values.get("product_id"), values.get("principal")
    if product_id and not Product.objects.filter(pk=product_id).exists():
        raise NotFound("This product is not on offer.")
    find_group(values.get("group_id"))
    purpose_named(values.get("listed_purpose_id"))
    if principal is not None and not 0 < principal < MAXIMUM_PRINCIPAL:
        raise InvalidInput(Sentence("Give an amount above zero.", "above_zero"), field="principal")
    if len(values.get("purpose") or "") > 200:
        raise InvalidInput(Sentence("At most 200 characters.", "too_long", maximum=200), field="purpose")


def _new_draft(borrower: Account, actor: Actor) -> ApplicationDraft:
    if ApplicationDraft.objects.open().filter(borrower=borrower).count() >= MAXIMUM_OPEN:
        raise InvalidInput(
            Sentence(
                f"There are {MAXIMUM_OPEN} drafts already; finish or discard one.",
                "drafts_too_many",
                maximum=MAXIMUM_OPEN,
            )
        )
    return ApplicationDraft(borrower=borrower, entered_by=actor.name)


def _open_draft(borrower: Account, draft_id: UUID) -> ApplicationDraft:
    draft = ApplicationDraft.objects.open().filter(pk=draft_id, borrower=borrower).first()
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft


def _request(draft: ApplicationDraft) -> LoanRequest:
    """What the draft asks for.

    Raises:
        InvalidInput: it is not filled in.
    """
    if draft.product_id is None:
        raise InvalidInput(Sentence("The product is not filled in yet.", "required"), field="product_id")
    if draft.principal is None:
        raise InvalidInput(Sentence("The amount is not filled in yet.", "required"), field="principal")
    if draft.installments is None:
        raise InvalidInput(
            Sentence("The number of installments is not filled in yet.", "required"), field="installments"
        )
    return LoanRequest(
        product_id=draft.product_id,
        principal=draft.principal,
        installments=draft.installments,
        purpose=draft.purpose,
        rate=draft.rate,
        group_id=draft.group_id,
        listed_purpose_id=draft.listed_purpose_id,
    )
