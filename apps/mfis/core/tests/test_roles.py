"""The roles table."""

from __future__ import annotations

from apps.mfis.core.roles import Action, Duty, Role, may


def test_roles_table() -> None:
    assert may(Role.MFI_ADMIN, frozenset({Duty.APPROVER}), Action.APPROVE)
    assert not may(Role.MFI_ADMIN, frozenset({Duty.OFFICER}), Action.APPROVE)
    assert not may(Role.MFI_ADMIN, frozenset(), Action.VIEW_BOOKS)
    assert not may(Role.BORROWER, frozenset(Duty), Action.APPROVE)
    assert not may(Role.LETSEMA_ADMIN, frozenset(Duty), Action.APPROVE)


def test_everybody_manages_their_own_account_and_only_borrowers_borrow() -> None:
    auditor = frozenset({Duty.AUDITOR})
    for role, duties in ((Role.BORROWER, frozenset()), (Role.MFI_ADMIN, auditor), (Role.LETSEMA_ADMIN, frozenset())):
        assert may(role, duties, Action.MANAGE_OWN_ACCOUNT)
        assert may(role, duties, Action.BORROW) == (role == Role.BORROWER)
