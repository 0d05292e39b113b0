"""Homes: decisions are taken there alone, and they move by force or in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.loans.applications.services.review import start_review
from apps.loans.book.models import Loan
from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotHome, WrongState
from apps.mfis.core.models import Revision
from apps.mfis.nodes.home import NOBODY, home_of, is_home
from apps.mfis.nodes.models import ClusterNode, HomeHere
from apps.mfis.nodes.services import homes
from apps.mfis.nodes.services.membership import introduce, mark_departed
from apps.mfis.tenancy.models import MFI, SchemaReady
from tests.factories import Branch


@pytest.fixture
def cluster(alpha: Branch, settings: Any) -> Branch:
    """This node A among others, in the public schema."""
    settings.CLUSTER = True
    connection.set_schema_to_public()
    introduce(actor=OPERATOR, name="Maseru")
    ClusterNode(letter="B", name="Leribe", site="https://b.letsema.example").save()
    return alpha


def test_decisions_belong_to_the_home(cluster: Branch, apply: Callable[..., Loan]) -> None:
    with tenant_context(cluster.mfi):
        loan = apply()
    MFI.objects.filter(pk=cluster.mfi.pk).update(home_node="B")
    with tenant_context(cluster.mfi):
        with pytest.raises(NotHome, match=r"https://b\.letsema\.example") as refused:
            start_review(loan_id=loan.pk, actor=cluster.staff["officer"].actor)
        assert refused.value.home == "B"
        MFI.objects.filter(pk=cluster.mfi.pk).update(home_node=NOBODY)
        with pytest.raises(NotHome, match="is moving"):
            start_review(loan_id=loan.pk, actor=cluster.staff["officer"].actor)
        assert not is_home()
    answer = cluster.client("officer").post(f"/admin/loans/loan/{loan.pk}/do/start_review/", {})
    assert answer.status_code in (422, 503)


def test_a_home_is_taken_by_force_with_a_reason(cluster: Branch) -> None:
    with pytest.raises(WrongState, match="is the home"):
        homes.force_home(mfi=cluster.mfi, actor=OPERATOR, reason="Lightning")
    MFI.objects.filter(pk=cluster.mfi.pk).update(home_node="B")
    with pytest.raises(InvalidInput):
        homes.force_home(mfi=cluster.mfi, actor=OPERATOR, reason=" ")
    with pytest.raises(NotAllowed):
        homes.force_home(mfi=cluster.mfi, actor=cluster.staff["manager"].actor, reason="Lightning")
    homes.force_home(mfi=cluster.mfi, actor=OPERATOR, reason="Lightning")
    assert home_of(cluster.mfi.schema_name) == "A"
    assert Revision.objects.filter(row_id=cluster.mfi.pk).latest("clock").actor_name == "Letsema operator (Lightning)"


def test_a_home_stays_where_the_other_node_does_not_receive(cluster: Branch) -> None:
    with pytest.raises(InvalidInput):
        homes.move_home(mfi=cluster.mfi, to="C", actor=OPERATOR)
    lines: list[str] = []
    with pytest.raises(WrongState, match="the home stays here"):
        homes.move_home(mfi=cluster.mfi, to="B", actor=OPERATOR, seconds=0.1, say=lines.append)
    assert len(lines) == 1
    assert home_of(cluster.mfi.schema_name) == "A"
    MFI.objects.filter(pk=cluster.mfi.pk).update(home_node="B")
    with pytest.raises(NotHome):
        homes.move_home(mfi=cluster.mfi, to="B", actor=OPERATOR)


def test_a_home_is_activated_once(cluster: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    schemas: list[str] = []
    monkeypatch.setattr(homes, "activation_tasks", [lambda: schemas.append(connection.schema_name)])
    assert set(homes.activate_homes()) == {"alpha", "beta"}
    assert homes.activate_homes() == []
    assert schemas == ["alpha", "beta"]
    MFI.objects.filter(schema_name="beta").update(home_node="B")
    homes.activate_homes()
    assert list(HomeHere.objects.values_list("schema_name", flat=True)) == ["alpha"]


def test_a_node_is_introduced_once_and_never_after_it_left(cluster: Branch) -> None:
    introduce(actor=OPERATOR, site="https://a.letsema.example")
    assert ClusterNode.objects.present().letters() == {"A", "B"}
    assert ClusterNode.objects.get(letter="A").name == "Maseru"
    assert SchemaReady.objects.filter(node="A").count() == 2
    with pytest.raises(WrongState, match="home of"):
        mark_departed(letter="A", actor=OPERATOR)
    MFI.objects.update(home_node="B")
    mark_departed(letter="A", actor=OPERATOR)
    assert ClusterNode.objects.departed().letters() == {"A"}
    with pytest.raises(WrongState, match="has left"):
        introduce(actor=OPERATOR)
