"""The loan loss allowance by the ageing of the portfolio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.ledger import provision
from apps.loans.ledger.tests.books import held
from tests.factories import TODAY, Branch

D = Decimal


pytestmark = pytest.mark.django_db


def test_ageing_sets_aside_what_sa_dhan_publishes(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Tracking Financial Performance Standards, p. 76: GLP 168,000, provision 13,125, coverage of PAR30 58.33 %."""
    portfolio = [(0, 128_000), (15, 17_500), (45, 10_000), (75, 5_000), (120, 3_500), (200, 2_500), (400, 1_500)]
    loan = active()
    with tenant_context(alpha.mfi):
        state = loan.state
        for n, (late, principal) in enumerate(portfolio):
            # Rows of the projection alone: the figures are published, not the loans behind them.
            with connection.cursor() as cursor:
                if n:
                    cursor.execute(
                        "INSERT INTO loans_loan SELECT (jsonb_populate_record(l, jsonb_build_object('id', "
                        "gen_random_uuid()))).* FROM loans_loan l WHERE id = %s RETURNING id",
                        [loan.pk],
                    )
                    state.pk = cursor.fetchone()[0]
                    state._state.adding = True
            state.principal_outstanding = D(principal)
            state.oldest_due_date = TODAY - timedelta(days=late) if late else TODAY + timedelta(days=10)
            state.save()
        buckets = provision.provisions(TODAY)
        assert sum((b.principal for b in buckets), D(0)) == D(168_000)
        assert sum((b.provision for b in buckets), D(0)) == D(13_125)
        par30 = sum((b.principal for b in buckets if b.minimum > 30), D(0))
        assert (D(13_125) / par30 * 100).quantize(D("0.01")) == D("58.33")
        assert provision.post_provision(TODAY)
        assert not provision.post_provision(TODAY)
        assert held("allowance") == -13_125
