"""Colleagues: who may change them, and what nobody does for themselves."""

from __future__ import annotations

import pytest
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import NotAllowed, WrongState
from apps.mfis.core.roles import Role
from apps.mfis.tenancy.models import DirectoryEntry
from apps.users.accounts.models import Account
from apps.users.staff.services import create_staff, set_active, update_staff
from tests.factories import Branch


def test_the_directory_follows_the_account(alpha: Branch) -> None:
    entry = DirectoryEntry.objects.get(pk=alpha.borrower.pk)
    assert (entry.schema_name, entry.has_signed_up, entry.is_active) == ("alpha", True, True)
    set_active(account=alpha.borrower, active=False, actor=SYSTEM)
    entry.refresh_from_db()
    assert not entry.is_active


def test_nobody_raises_their_own_duties(alpha: Branch) -> None:
    manager, officer = alpha.staff["manager"], alpha.staff["officer"]
    with pytest.raises(NotAllowed):
        update_staff(account=manager, full_name="N", duties=["manager", "approver"], actor=manager.actor)
    with pytest.raises(NotAllowed):
        update_staff(account=officer, full_name="O", duties=["manager"], actor=officer.actor)


def test_only_who_manages_people_makes_and_closes_colleagues(alpha: Branch) -> None:
    manager, officer, cashier = (alpha.staff[duty] for duty in ("manager", "officer", "cashier"))
    wanted = {"full_name": "New", "email": "new@alpha.example", "role": Role.MFI_ADMIN, "duties": ["cashier"]}
    for actor in (officer.actor, alpha.borrower.actor):
        with pytest.raises(NotAllowed):
            create_staff(**wanted, actor=actor)
        with pytest.raises(NotAllowed):
            set_active(account=cashier, active=False, actor=actor)
        with pytest.raises(NotAllowed):
            update_staff(account=cashier, full_name="C", duties=["cashier"], actor=actor)
    assert create_staff(**wanted, actor=manager.actor).duties == ["cashier"]
    assert not set_active(account=cashier, active=False, actor=manager.actor).is_active
    with pytest.raises(NotAllowed):
        create_staff(**{**wanted, "email": "b@alpha.example"}, actor=cashier.actor)
    with pytest.raises(NotAllowed):
        set_active(account=manager, active=False, actor=manager.actor)


def test_letsemas_own_make_each_other(letsema_admin: Account) -> None:
    colleague = create_staff(
        full_name="Tau", email="tau@letsema.example", role=Role.LETSEMA_ADMIN, actor=letsema_admin.actor
    )
    assert not colleague.has_usable_password()


def test_the_last_who_manages_people_stays(alpha: Branch, letsema_admin: Account) -> None:
    """Nobody, Letsema included, leaves an MFI without one by closing the account or by taking the duty away."""
    with tenant_context(alpha.mfi):
        manager = alpha.staff["manager"]
        for refused in (
            lambda: set_active(account=manager, active=False, actor=letsema_admin.actor),
            lambda: update_staff(account=manager, full_name="N", duties=["officer"], actor=SYSTEM),
        ):
            with pytest.raises(WrongState, match="another colleague"):
                refused()
        update_staff(account=alpha.staff["officer"], full_name="O", duties=["manager"], actor=manager.actor)
        assert not set_active(account=manager, active=False, actor=letsema_admin.actor).is_active
    with pytest.raises(WrongState):
        set_active(account=letsema_admin, active=False, actor=SYSTEM)
