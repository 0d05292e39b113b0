"""The chart of accounts, and accounts of its own for a product: checked, and put down to whoever changed it."""

from __future__ import annotations

from django.db import IntegrityError
from django.db.models import Q

from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import AccountMapping, GLAccount, JournalEntry, JournalLine
from apps.loans.products.models import Policy, the_policy
from apps.loans.products.settings import check_fields
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import AlreadyExists, InvalidInput
from apps.mfis.core.roles import Action

CODE_TAKEN = "This code already belongs to another account."


@command(Action.MANAGE_ACCOUNTS)
def save_account(*, account: GLAccount, actor: Actor) -> GLAccount:
    """Saves a new or changed account of the chart.

    Raises:
        NotAllowed: duty. InvalidInput: what `check_account` refuses. AlreadyExists: the code is taken.
    """
    check_account(account)
    ensure_chart()
    try:
        account.save()
    except IntegrityError as error:
        raise AlreadyExists(CODE_TAKEN, field="code") from error
    return account


def check_account(account: GLAccount) -> None:
    """Refuses an account that cannot stand in the chart.

    Raises:
        InvalidInput: with the sentences by field; or what the loans post to would go out of use, or an account that was
        posted to change its type.
    """
    check_fields(account)
    kept = GLAccount.objects.filter(pk=account.pk).first()
    if kept and kept.role and not account.is_active:
        raise InvalidInput("Loans are posted to this account; it stays in use.", field="is_active")
    if kept and kept.type != account.type and JournalLine.objects.filter(account=kept).exists():
        raise InvalidInput("This account has been posted to; its type stays.", field="type")


@command(Action.MANAGE_ACCOUNTS)
def save_mapping(*, mapping: AccountMapping, actor: Actor) -> AccountMapping:
    """Saves another account for a posting role of one product. It is chosen before the product's first posting.

    Raises:
        NotAllowed: duty. InvalidInput: with the sentences by field; or the product has an account for the role, or is
        posted already.
    """
    check_fields(mapping)
    of_product = Q(loan__product=mapping.product) | Q(product=mapping.product)
    if JournalEntry.objects.filter(of_product).exists():
        raise InvalidInput("Loans of this product are posted already; its accounts stay as they are.", field="product")
    same = AccountMapping.objects.filter(product=mapping.product, role=mapping.role).exclude(pk=mapping.pk)
    if same.exists():
        raise InvalidInput("This product has an account for that already; change it.", field="role")
    ensure_chart()
    mapping.save()
    return mapping


def check_recognition(policy: Policy) -> None:
    """How income counts is settled before the first posting: changing it later would part the books from the loans.

    Raises:
        InvalidInput: the books have begun.
    """
    if policy.recognition != the_policy().recognition and JournalEntry.objects.exists():
        raise InvalidInput("The books have begun; how income counts stays as it is.", field="recognition")
