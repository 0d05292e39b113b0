"""The History pages: what changed, by whom, and what is never shown."""

from __future__ import annotations

from apps.users.accounts.services.borrowers import update_borrower
from apps.users.accounts.services.people import Person
from apps.users.back_office.history import row_history
from tests.factories import TODAY, Branch


def test_changes_are_in_the_history_with_who_made_them(alpha: Branch) -> None:

    update_borrower(
        account=alpha.borrower,
        person=Person("Mamello Letsie", phone="58120001", village="Peka"),
        actor=alpha.staff["officer"].actor,
        today=TODAY,
    )
    profile = alpha.borrower.profile
    profile.refresh_from_db()
    changes = row_history(alpha.borrower, profile)
    assert {(c.who, r.label, r.after) for c in changes[:2] for r in c.rows} >= {
        (alpha.staff["officer"].full_name, "Full name", "Mamello Letsie"),
        (alpha.staff["officer"].full_name, "Village or town", "Peka"),
    }


def test_the_history_never_shows_a_password(alpha: Branch) -> None:
    account = alpha.borrower
    account.refresh_from_db()
    account.set_password("another-long-secret-1")
    account.save()
    row = row_history(account)[0].rows[0]
    assert (row.before, row.after) == ("••••••", "••••••")
