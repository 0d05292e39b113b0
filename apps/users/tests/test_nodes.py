"""The pages of several nodes, and what the database does with rows that arrive, on one server."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.loans.services import origination
from apps.mfis.acting import SYSTEM, Actor
from apps.mfis.errors import InvalidInput, NotFound, NotHome, WrongState
from apps.mfis.models import MFI, ClusterNode, Conflict, ConflictDecision
from apps.mfis.replication import conflicts, home
from apps.mfis.replication.registry import fact_tables
from apps.users.models import Account, BorrowerProfile
from apps.users.services.accounts import Person, register_borrower
from apps.users.services.merging import merge_borrowers
from conftest import PASSWORD, TODAY, Branch

pytestmark = pytest.mark.django_db
OPERATOR = Actor(None, "Letsema operator")


def conflict(branch: Branch, what: str = "same column", **values: Any) -> Conflict:
    connection.set_schema_to_public()
    found: dict[str, Any] = {
        "pk": uuid4(),
        "what": what,
        "schema_name": branch.mfi.schema_name,
        "table_name": "users_borrowerprofile",
        "row_id": branch.borrower.pk,
        "column_name": "employer",
        "found_at": timezone.now(),
        "kept": {"value": "Kopano Stores", "by": "Mpho", "node": "A"},
        "discarded": {"value": "Moshoeshoe Mills", "by": "Neo", "node": "B"},
        **values,
    }
    return Conflict.objects.create(**found)


def test_every_fact_has_its_guard_and_nothing_else_travels(alpha: Branch) -> None:
    """Acceptance: facts alone are published, and each lets rows of other nodes in once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n "
            "ON n.oid = c.relnamespace WHERE n.nspname = %s AND t.tgname = 'letsema_arrive' AND t.tgenabled = 'R'",
            [alpha.mfi.schema_name],
        )
        guarded = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE proname IN ('letsema_arrive', 'letsema_merge') "
            "AND 'enable_seqscan=off' = ANY (proconfig)"
        )
        assert {row[0] for row in cursor.fetchall()} == {"letsema_arrive", "letsema_merge"}
    assert guarded == set(fact_tables(public=False))
    assert not {"loans_loanstate", "loans_installment", "loans_chainhead", "django_session"} & guarded
    assert set(fact_tables(public=True)) >= {"users_revision", "mfis_schemaready", "mfis_conflictdecision"}


def test_versions_of_a_row_are_later_than_all_that_was_known(alpha: Branch) -> None:
    with tenant_context(alpha.mfi), connection.cursor() as cursor:
        profile = BorrowerProfile.objects.get(account=alpha.borrower)
        for employer in ("First", "Second", "Third"):
            profile.employer = employer
            profile.save()
        cursor.execute(
            "SELECT clock, seen FROM users_revision WHERE row_id = %s AND table_name = 'users_borrowerprofile' "
            "ORDER BY clock",
            [alpha.borrower.pk],
        )
        found = [(clock, json.loads(seen) if isinstance(seen, str) else seen) for clock, seen in cursor.fetchall()]
        assert len({clock for clock, _ in found}) == len(found) >= 4
        for (before, _), (_, seen) in itertools.pairwise(found):
            assert seen["A"].startswith(before.isoformat()[:10])


def test_the_other_value_is_taken_everywhere_by_a_new_version(alpha: Branch, public_client: Client) -> None:
    found = conflict(alpha)
    page = f"/admin/mfis/conflict/{found.pk}/"
    assert "Kopano Stores" in public_client.get(f"{page}change/").content.decode()
    assert "Moshoeshoe Mills" in public_client.get(f"{page}decide/").content.decode()
    assert public_client.post(f"{page}decide/", {"decision": "discarded"}).status_code == 422  # no reason
    said = {"decision": "discarded", "reason": "The borrower brought a payslip"}
    assert public_client.post(f"{page}decide/", said).status_code == 302
    with tenant_context(alpha.mfi):
        assert BorrowerProfile.objects.get(account=alpha.borrower).employer == "Moshoeshoe Mills"
    assert public_client.get(f"{page}decide/").status_code == 404
    assert "Decided by" in public_client.get(f"{page}change/").content.decode()
    with pytest.raises(WrongState):
        conflicts.decide(conflict_id=found.pk, decision="kept", actor=OPERATOR, reason="Again")


def test_a_decision_fits_its_conflict(alpha: Branch) -> None:
    twice = conflict(alpha, what="same key", kept={"number": "DA1"}, discarded={"number": "DB1"})
    with pytest.raises(InvalidInput, match="settled"):
        conflicts.decide(conflict_id=twice.pk, decision="discarded", actor=OPERATOR, reason="No")
    with pytest.raises(NotFound):
        conflicts.decide(conflict_id=uuid4(), decision="settled", actor=OPERATOR, reason="No")
    conflicts.decide(conflict_id=twice.pk, decision="settled", actor=OPERATOR, reason="The till was counted")
    assert not conflicts.open_conflicts().exists()
    assert ConflictDecision.objects.get().reason == "The till was counted"


def test_one_person_twice_becomes_one_on_the_page(alpha: Branch, public_client: Client) -> None:
    with tenant_context(alpha.mfi):
        person = Person("Mamello Khoabane", phone="58120066", employer="Mill", date_of_birth=TODAY.replace(year=1990))
        second = register_borrower(person=person, password=PASSWORD, today=TODAY)
        origination.apply_for_loan(
            borrower=second,
            product_id=alpha.product.pk,
            principal=Decimal(500),
            installments=6,
            purpose="",
            by=second,
            currency="LSL",
            on=TODAY,
        )
    found = conflict(
        alpha,
        what="same person",
        kept={"row": str(alpha.borrower.pk), "value": "1"},
        discarded={"row": str(second.pk), "value": "1"},
    )
    said = {"decision": "merge kept", "reason": "The same paper"}
    assert public_client.post(f"/admin/mfis/conflict/{found.pk}/decide/", said).status_code == 302
    with tenant_context(alpha.mfi):
        second.refresh_from_db()
        assert (second.merged_into_id, second.phone, second.is_active) == (alpha.borrower.pk, None, False)
        assert BorrowerProfile.objects.get(account=alpha.borrower).employer == "Mill"  # what the other lacked
        with pytest.raises(WrongState, match="still submitted"):  # the other's application is theirs
            origination.apply_for_loan(
                borrower=alpha.borrower,
                product_id=alpha.product.pk,
                principal=Decimal(500),
                installments=6,
                purpose="",
                by=alpha.borrower,
                currency="LSL",
                on=TODAY,
            )
        with pytest.raises(WrongState):
            merge_borrowers(kept_id=alpha.borrower.pk, gone_id=second.pk, actor=SYSTEM, reason="Again")
    page = alpha.client("officer").get(f"/admin/users/borrowerprofile/{alpha.borrower.pk}/change/").content.decode()
    assert "LA0" in page


def test_decisions_belong_to_the_home(alpha: Branch, settings: Any, apply: Any) -> None:
    loan = apply()
    settings.CLUSTER = True
    MFI.objects.filter(pk=alpha.mfi.pk).update(home_node="B")
    connection.set_schema_to_public()
    ClusterNode(letter="B", name="Leribe", site="https://b.letsema.example").save()
    with tenant_context(alpha.mfi):
        with pytest.raises(NotHome, match=r"https://b\.letsema\.example") as refused:
            origination.start_review(loan_id=loan.pk, by=alpha.staff["officer"])
        assert refused.value.home == "B"
        MFI.objects.filter(pk=alpha.mfi.pk).update(home_node=home.NOBODY)
        with pytest.raises(NotHome, match="is moving"):
            origination.start_review(loan_id=loan.pk, by=alpha.staff["officer"])
        assert not home.is_home()
    said = alpha.client("officer").post(f"/admin/loans/loan/{loan.pk}/do/start_review/", {})
    assert said.status_code in (422, 503)


def test_the_nodes_page_alone_and_among_others(public_client: Client, letsema_admin: Account, settings: Any) -> None:
    assert "stands alone" in public_client.get("/admin/mfis/clusternode/").content.decode()
    settings.CLUSTER = True
    connection.set_schema_to_public()
    for letter in "AB":
        ClusterNode(letter=letter, name=f"Node {letter}").save()
    page = public_client.get("/admin/mfis/clusternode/").content.decode()
    assert "nothing arrives from it" in page
    assert "nothing arrives from it" in public_client.get("/admin/").content.decode()
    mfi = MFI.objects.first()
    assert mfi is not None
    assert "Cancel" in public_client.get(f"/admin/mfis/clusternode/home/{mfi.pk}/").content.decode()
    unreachable = public_client.post(f"/admin/mfis/clusternode/home/{mfi.pk}/", {"to": "C", "reason": "Nearer"})
    assert unreachable.status_code == 422


@pytest.mark.parametrize("path", ["clusternode/", "conflict/", "clusternode/verify/"])
def test_nodes_are_for_letsema_s_own(alpha: Branch, path: str) -> None:
    assert alpha.client("manager").get(f"/admin/mfis/{path}").status_code == 404
    assert Client(HTTP_HOST="localhost").get(f"/admin/mfis/{path}").status_code == 302
