"""What loans brought from another system, in the books."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import IntegrityError

from apps.loans.ledger.chart import accounts_by_role, ensure_chart
from apps.loans.ledger.models import AccountMapping, GLAccount, JournalEntry
from apps.loans.ledger.opening import opening_differences, post_openings
from apps.loans.ledger.settings import save_mapping
from apps.loans.ledger.tests.books import run_sql
from apps.loans.servicing.services.take_on import book_openings
from apps.loans.servicing.tests.taking_on import late, running, sound, take
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput
from tests.factories import Branch

pytestmark = pytest.mark.django_db


def test_many_batches_are_opened_once_at_the_end(alpha: Branch) -> None:
    take(alpha, late(alpha), post=False)
    take(alpha, running(alpha), post=False)
    assert not JournalEntry.objects.exists()
    assert len(list(opening_differences())) > 1
    accountant = alpha.staff["accountant"].actor
    assert [book_openings(actor=accountant) for _ in range(3)] == [1, 0, 0]
    sound(alpha)


def test_a_product_that_was_opened_keeps_its_accounts(alpha: Branch) -> None:
    take(alpha, late(alpha))
    own = GLAccount.objects.create(code="1205", name="Salary loans", type="asset")
    mapping = AccountMapping(product=alpha.product, role="loans", account=own)
    with pytest.raises(InvalidInput, match="posted already"):
        save_mapping(mapping=mapping, actor=alpha.staff["accountant"].actor)


def test_a_chart_that_stands_gets_the_account(alpha: Branch) -> None:
    """Under the next code, where an account of the MFI's own has that of the template."""
    ensure_chart()
    run_sql("UPDATE loans_glaccount SET id = gen_random_uuid(), role = '' WHERE role = 'opening'")
    migration = import_module("apps.loans.migrations.0026_take_on")
    run_sql(migration.OPENING, migration.OPENING)
    account = GLAccount.objects.get(role="opening")
    assert (account.code, account.type) == ("3091", "equity")
    assert accounts_by_role()["opening"] == account.pk
    assert post_openings(SYSTEM) == 0


@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("UPDATE loans_installment SET brought_fees = NULL", "null value"),
        (
            "INSERT INTO loans_loanevent SELECT (jsonb_populate_record(e, '{\"amount\": 0}')).* FROM loans_loanevent e",
            "",
        ),
        ("UPDATE loans_loan SET external_number = 'X'", ""),
    ],
)
def test_the_database_refuses(alpha: Branch, sql: str, refused: str) -> None:
    take(alpha, late(alpha))
    with pytest.raises(Exception, match=refused) as error:
        run_sql(sql)
    assert isinstance(error.value, IntegrityError) or "append-only" in str(error.value) or "refuse" in str(error.value)
