"""Onboarding an MFI: its schema and its first admin's invitation. Form, API, spreadsheet and command come here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django_tenants.utils import tenant_context

from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action, Duty, Role
from apps.mfis.nodes.models import Conflict, ConflictDecision, Decision
from apps.mfis.nodes.services.conflicts import decide_conflict
from apps.mfis.tenancy.models import MFI
from apps.mfis.tenancy.services.provisioning import build_mfi, provision_mfi
from apps.users.access.services.invitations import invite
from apps.users.accounts.models import Account
from apps.users.accounts.services.merging import merge_borrowers
from apps.users.accounts.services.people import Person, clean_person
from apps.users.staff.services import create_staff

ADMIN_FIELDS = {"full_name": "admin_name", "email": "admin_email", "phone": "admin_email"}


@dataclass(frozen=True)
class Onboarded:
    """A new MFI, its first admin, and where the invitation goes, as far as one may tell: "m•••@example.org"."""

    mfi_id: UUID
    admin_id: UUID
    invited: str = ""

    @cached_property
    def mfi(self) -> MFI:
        return MFI.objects.get(pk=self.mfi_id)

    @cached_property
    def admin(self) -> Account:
        with tenant_context(self.mfi):
            return Account.objects.get(pk=self.admin_id)


def check_mfi(*, admin_name: str, admin_email: str, **values: str) -> MFI:
    """What `onboard_mfi` would refuse, without doing anything.

    Raises:
        InvalidInput, AlreadyExists: with the sentences by field.
    """
    mfi = build_mfi(**values)
    try:
        clean_person(Person(full_name=admin_name, email=admin_email), today=business_date())
    except InvalidInput as error:
        errors = {ADMIN_FIELDS.get(name, name): messages for name, messages in error.errors.items()}
        raise InvalidInput(error.message, field=next(iter(errors)), errors=errors) from None
    return mfi


@command(Action.MANAGE_MFIS)
def onboard_mfi(
    *, admin_name: str, admin_email: str, actor: Actor, notify: bool = True, idempotency_key: str = "", **values: str
) -> Onboarded:
    """Opens a new MFI and invites its first admin, a manager. All or nothing.

    Raises:
        InvalidInput: with the sentences by field. AlreadyExists: the subdomain is taken.
    """
    people: list[tuple[Account, str]] = []  # the manager, and the way of the invitation

    def bring_in_manager(mfi: MFI) -> None:
        manager = create_staff(
            full_name=admin_name, email=admin_email, role=Role.MFI_ADMIN, duties=[Duty.MANAGER], actor=actor
        )
        people.append((manager, invite(account=manager, actor=actor) if notify else ""))

    mfi = check_mfi(admin_name=admin_name, admin_email=admin_email, **values)
    provision_mfi(mfi=mfi, actor=actor, open_with=bring_in_manager)
    manager, invited = people[0]
    return Onboarded(mfi.pk, manager.pk, invited)


@command(Action.MANAGE_MFIS)
def merge_and_decide(*, conflict: Conflict, standing_id: UUID, actor: Actor, reason: str) -> ConflictDecision:
    """Ends a conflict over one person registered twice: the account `standing_id` stands for both.

    Raises:
        What `merge_borrowers` and `decide_conflict` raise.
    """
    both = {UUID(conflict.kept["row"]), UUID(conflict.discarded["row"])}
    (gone_id,) = both - {standing_id}
    with tenant_context(MFI.objects.get(schema_name=conflict.schema_name)):
        merge_borrowers(kept_id=standing_id, gone_id=gone_id, actor=actor, reason=reason)
    return decide_conflict(conflict_id=conflict.pk, decision=Decision.MERGED, actor=actor, reason=reason)
