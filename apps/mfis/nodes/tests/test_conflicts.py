"""Decisions on conflicts: which ones fit, who may take them, and what they change."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.nodes.models import Conflict, ConflictDecision, Decision
from apps.mfis.nodes.selectors import count_undecided, kept_side
from apps.mfis.nodes.services.conflicts import decide_conflict
from apps.mfis.nodes.tests.factories import make_conflict
from apps.users.accounts.models import BorrowerProfile
from tests.factories import Branch


def test_a_decision_fits_its_conflict(alpha: Branch) -> None:
    twice = make_conflict(alpha, Conflict.What.SAME_KEY, kept={"number": "DA1"}, discarded={"number": "DB1"})
    with pytest.raises(InvalidInput, match="merged, settled"):
        decide_conflict(conflict_id=twice.pk, decision=Decision.DISCARDED, actor=OPERATOR, reason="No")
    with pytest.raises(InvalidInput, match="Give a reason"):
        decide_conflict(conflict_id=twice.pk, decision=Decision.SETTLED, actor=OPERATOR, reason=" ")
    with pytest.raises(NotFound):
        decide_conflict(conflict_id=uuid4(), decision=Decision.SETTLED, actor=OPERATOR, reason="No")
    decide_conflict(conflict_id=twice.pk, decision=Decision.SETTLED, actor=OPERATOR, reason="The till was counted")
    assert count_undecided() == 0
    assert ConflictDecision.objects.get().reason == "The till was counted"
    with pytest.raises(WrongState):
        decide_conflict(conflict_id=twice.pk, decision=Decision.SETTLED, actor=OPERATOR, reason="Again")


def test_letsema_alone_decides(alpha: Branch) -> None:
    conflict = make_conflict(alpha)
    manager = alpha.staff["manager"].actor
    with pytest.raises(NotAllowed):
        decide_conflict(conflict_id=conflict.pk, decision=Decision.KEPT, actor=manager, reason="Ours")
    assert count_undecided() == 1


def test_the_other_value_takes_its_place(alpha: Branch) -> None:
    conflict = make_conflict(alpha)
    decide_conflict(conflict_id=conflict.pk, decision=Decision.DISCARDED, actor=OPERATOR, reason="A payslip")
    with tenant_context(alpha.mfi):
        assert BorrowerProfile.objects.get(account=alpha.borrower).employer == "Moshoeshoe Mills"


def test_what_stands_is_looked_up_where_it_came_later(alpha: Branch) -> None:
    place = {"table_name": "loans_product", "row_id": alpha.product.pk, "column_name": ""}
    unknown = make_conflict(alpha, Conflict.What.SAME_KEY, kept={}, discarded={"name": "Other"}, **place)
    assert kept_side(unknown) == {}  # this node has not told of the schema: it stands alone
    from apps.mfis.tenancy.services.provisioning import announce_schema

    announce_schema(alpha.mfi.schema_name)
    assert kept_side(unknown)["name"] == "Business loan"
    unknown.row_id = uuid4()
    assert kept_side(unknown) == {}
