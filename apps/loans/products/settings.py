"""What a manager settles for all the lending of the MFI: checked, and put down to whoever changed it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db.models import Model

from apps.credit.models import RetentionPeriod
from apps.loans.products.models import (
    USUAL_PURPOSES,
    AgeingPreset,
    LoanPurpose,
    Policy,
    PublicHoliday,
    usual_purpose_id,
)
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action

Setting = Policy | PublicHoliday | AgeingPreset | RetentionPeriod | LoanPurpose

# What rooms above have to say about a new policy before it is saved; each raises InvalidInput.
policy_checks: list[Callable[[Policy], None]] = []


@command(Action.MANAGE_POLICY)
def save_setting(*, setting: Setting, actor: Actor) -> Setting:
    """Saves a new or changed policy, holiday, ageing preset, purpose, or period for which histories are kept.

    Raises:
        NotAllowed: duty. InvalidInput: with the sentences by field.
    """
    check_fields(setting)
    if isinstance(setting, Policy):
        for check in policy_checks:
            check(setting)
    setting.save()
    return setting


def check_fields(record: Model) -> None:
    """Refuses what the model's own fields and constraints refuse.

    Raises:
        InvalidInput: with the sentences by field.
    """
    try:
        record.full_clean()
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None


def offer_usual_purposes() -> None:
    """Brings in the purposes that a new MFI begins with."""
    LoanPurpose.objects.bulk_create(
        LoanPurpose(id=usual_purpose_id(n), name=name, name_st=name_st, sector=sector)
        for n, (name, name_st, sector) in enumerate(USUAL_PURPOSES, 1)
    )
