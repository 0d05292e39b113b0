"""Applications that are not handed in yet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.models import ApplicationDraft, Group, Product
from apps.loans.services.origination import apply_for_loan
from apps.mfis.acting import acting
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound
from apps.users.models import Account
from apps.users.roles import Action, Role
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer

FIELDS = ("product_id", "principal", "installments", "rate", "purpose", "group_id")
MOST_OPEN = 5  # of one borrower


def save_draft(*, borrower: Account, by: Account, draft_id: UUID | None = None, **values: Any) -> ApplicationDraft:
    """Keeps what is filled in so far; limits are checked when it is handed in. `values` are among FIELDS.

    Raises:
        NotAllowed: `by` is neither the borrower nor may enter applications. NotFound: draft, product or group.
        InvalidInput: an amount that is none, or too many drafts.
    """
    _check_may(borrower, by)
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    if values.get("product_id") and not Product.objects.filter(pk=values["product_id"]).exists():
        raise NotFound("This product is not on offer.")
    if values.get("group_id") and not Group.objects.filter(pk=values["group_id"]).exists():
        raise NotFound("There is no such group.")
    principal: Decimal | None = values.get("principal")
    if principal is not None and not 0 < principal < Decimal("1e10"):
        raise InvalidInput("Give an amount above zero.", field="principal")
    if len(values.get("purpose") or "") > 200:
        raise InvalidInput("At most 200 characters.", field="purpose")
    with acting(actor_of(by)):
        Account.objects.select_for_update().get(pk=borrower.pk)
        if draft_id:
            draft = _open(borrower, draft_id)
        elif ApplicationDraft.objects.filter(borrower=borrower, is_active=True).count() >= MOST_OPEN:
            raise InvalidInput(f"There are {MOST_OPEN} drafts already; finish or discard one.")
        else:
            draft = ApplicationDraft(borrower=borrower, entered_by=by.full_name)
        for name, value in values.items():
            setattr(draft, name, "" if value is None and name == "purpose" else value)
        draft.save()
        return draft


def submit_draft(
    *,
    borrower: Account,
    by: Account,
    draft_id: UUID,
    currency: str,
    key: str = "",
    agreed: str = "",
    language: str = "en",
) -> Answer:
    """Hands a draft in: from then on it is an application like any other.

    Raises:
        As `apply_for_loan`; InvalidInput: something is not filled in. NotFound: no such draft, or discarded.
    """
    _check_may(borrower, by)
    with acting(actor_of(by)):
        Account.objects.select_for_update().get(pk=borrower.pk)
        handed_in = ApplicationDraft.objects.filter(pk=draft_id, borrower=borrower, loan__isnull=False).first()
        if handed_in and handed_in.loan:  # sent again: the same answer
            return {"id": str(handed_in.loan_id), "number": handed_in.loan.number}
        draft = _open(borrower, draft_id)
        for name, label in (
            ("product_id", "product"),
            ("principal", "amount"),
            ("installments", "number of installments"),
        ):
            if getattr(draft, name) is None:
                raise InvalidInput(f"The {label} is not filled in yet.", field=name)
        answer = apply_for_loan(
            borrower=borrower,
            product_id=draft.product_id,  # type: ignore[arg-type]
            principal=draft.principal,  # type: ignore[arg-type]
            installments=draft.installments,  # type: ignore[arg-type]
            purpose=draft.purpose,
            by=by,
            currency=currency,
            key=key,
            rate=draft.rate,
            group_id=draft.group_id,
            agreed=agreed,
            language=language,
        )
        draft.loan_id = UUID(str(answer["id"]))
        draft.is_active = False
        draft.save(update_fields=["loan", "is_active"])
        return answer


def discard_draft(*, borrower: Account, by: Account, draft_id: UUID) -> None:
    """Throws a draft away.

    Raises:
        NotAllowed, NotFound: as above.
    """
    _check_may(borrower, by)
    with acting(actor_of(by)):
        draft = _open(borrower, draft_id)
        draft.is_active = False
        draft.save(update_fields=["is_active"])


def _open(borrower: Account, draft_id: UUID) -> ApplicationDraft:
    draft = ApplicationDraft.objects.filter(pk=draft_id, borrower=borrower, is_active=True).first()
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft


def _check_may(borrower: Account, by: Account) -> None:
    if by.pk != borrower.pk and not by.may(Action.APPLY_FOR_BORROWER):
        raise NotAllowed("Your duties do not include entering an application.")
    if borrower.role != Role.BORROWER or not borrower.is_active:
        raise NotAllowed("Only an open borrower's account can borrow.")
