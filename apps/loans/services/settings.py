"""What a manager settles for the MFI, and the chart of accounts: checked, and put down to whoever changed it."""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from apps.credit.models import RetentionPeriod
from apps.loans.ledger.chart import ensure_chart
from apps.loans.models import AccountMapping, AgeingPreset, GLAccount, JournalEntry, JournalLine, Policy, PublicHoliday
from apps.loans.models.policy import the_policy
from apps.mfis.acting import acting
from apps.mfis.errors import AlreadyExists, InvalidInput, NotAllowed
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of

Record = TypeVar("Record", bound=models.Model)
ACTION_FOR: dict[type[models.Model], Action] = {
    Policy: Action.MANAGE_POLICY,
    PublicHoliday: Action.MANAGE_POLICY,
    AgeingPreset: Action.MANAGE_POLICY,
    RetentionPeriod: Action.MANAGE_POLICY,
    GLAccount: Action.MANAGE_ACCOUNTS,
    AccountMapping: Action.MANAGE_ACCOUNTS,
}


def save_setting(record: Record, *, by: Account) -> Record:
    """Saves a new or changed policy, holiday, ageing preset, retention period, account or mapping.

    Raises:
        NotAllowed: duty. InvalidInput: with the sentences by field. AlreadyExists: the code is taken.
    """
    action = ACTION_FOR[type(record)]
    if not by.may(action):
        raise NotAllowed(f"Your duties do not include this: {action.label}.")
    try:
        record.full_clean()
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    if isinstance(record, GLAccount):
        _check_account(record)
    elif isinstance(record, Policy):
        _check_policy(record)
    elif isinstance(record, AccountMapping):
        _check_mapping(record)
    with acting(actor_of(by)):
        ensure_chart()
        try:
            record.save()
        except IntegrityError as error:
            raise AlreadyExists("This code already belongs to another account.", field="code") from error
    return record


def _check_policy(policy: Policy) -> None:
    """How income counts is settled before the first posting: changing it later would part the books from the loans."""
    if policy.recognition != the_policy().recognition and JournalEntry.objects.exists():
        raise InvalidInput("The books have begun; how income counts stays as it is.", field="recognition")


def _check_mapping(mapping: AccountMapping) -> None:
    """A product's accounts are chosen before its first posting, and one for each role."""
    if JournalEntry.objects.filter(loan__product=mapping.product).exists():
        raise InvalidInput("Loans of this product are posted already; its accounts stay as they are.", field="product")
    same = AccountMapping.objects.filter(product=mapping.product, role=mapping.role).exclude(pk=mapping.pk)
    if same.exists():
        raise InvalidInput("This product has an account for that already; change it.", field="role")


def _check_account(account: GLAccount) -> None:
    """What the loans post to stays in use, and an account that was posted to keeps its type."""
    kept = GLAccount.objects.filter(pk=account.pk).first()
    if kept is None:
        return
    if kept.role and not account.is_active:
        raise InvalidInput("Loans are posted to this account; it stays in use.", field="is_active")
    if kept.type != account.type and JournalLine.objects.filter(account=kept).exists():
        raise InvalidInput("This account has been posted to; its type stays.", field="type")
