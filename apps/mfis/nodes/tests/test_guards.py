"""What the database does with rows that travel between nodes, on one server."""

from __future__ import annotations

import itertools
import json

from django_tenants.utils import tenant_context

from apps.mfis.core.database import fetch_all
from apps.mfis.nodes.registry import fact_tables
from apps.users.accounts.models import BorrowerProfile
from tests.factories import Branch

GUARDED = """
    SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = %s AND t.tgname = 'letsema_arrive' AND t.tgenabled = 'R'
"""

BY_INDEX_ALONE = """
    SELECT proname FROM pg_proc WHERE proname IN ('letsema_arrive', 'letsema_merge')
       AND 'enable_seqscan=off' = ANY (proconfig)
"""

VERSIONS = """
    SELECT clock, seen::text FROM users_revision
     WHERE row_id = %s AND table_name = 'users_borrowerprofile' ORDER BY clock
"""


def test_every_fact_has_its_guard_and_nothing_else_travels(alpha: Branch) -> None:
    """Acceptance: facts alone are published, and each lets rows of other nodes in once."""
    guarded = {name for (name,) in fetch_all(GUARDED, [alpha.mfi.schema_name])}
    assert {name for (name,) in fetch_all(BY_INDEX_ALONE)} == {"letsema_arrive", "letsema_merge"}
    assert guarded == set(fact_tables(public=False))
    assert not {"loans_loanstate", "loans_installment", "loans_chainhead", "django_session"} & guarded
    assert set(fact_tables(public=True)) >= {"users_revision", "mfis_schemaready", "mfis_conflictdecision"}


def test_versions_of_a_row_are_later_than_all_that_was_known(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        profile = BorrowerProfile.objects.get(account=alpha.borrower)
        for employer in ("First", "Second", "Third"):
            profile.employer = employer
            profile.save()
        versions = [(clock, json.loads(seen)) for clock, seen in fetch_all(VERSIONS, [alpha.borrower.pk])]
    assert len({clock for clock, _ in versions}) == len(versions) >= 4
    for (before, _), (_, seen) in itertools.pairwise(versions):
        assert seen["A"].startswith(before.isoformat()[:10])
