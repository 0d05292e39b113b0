"""The pages of several nodes and their conflicts, on one server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django_tenants.utils import tenant_context

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import WrongState
from apps.mfis.nodes.models import ClusterNode, ConflictDecision
from apps.mfis.nodes.tests.factories import make_conflict
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.merging import merge_borrowers
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch


def test_the_other_value_is_taken_everywhere_by_a_new_version(alpha: Branch, public_client: Client) -> None:
    page = f"/admin/mfis/conflict/{make_conflict(alpha).pk}/"
    assert "Kopano Stores" in public_client.get(f"{page}change/").content.decode()
    assert "Moshoeshoe Mills" in public_client.get(f"{page}decide/").content.decode()
    assert public_client.post(f"{page}decide/", {"decision": "discarded"}).status_code == 422  # no reason
    form = {"decision": "discarded", "reason": "The borrower brought a payslip"}
    assert public_client.post(f"{page}decide/", form).status_code == 302
    with tenant_context(alpha.mfi):
        assert BorrowerProfile.objects.get(account=alpha.borrower).employer == "Moshoeshoe Mills"
    assert public_client.get(f"{page}decide/").status_code == 404
    assert "Decided by" in public_client.get(f"{page}change/").content.decode()
    assert "Decided" in public_client.get("/admin/mfis/conflict/").content.decode()


def test_one_person_twice_becomes_one_on_the_page(alpha: Branch, public_client: Client) -> None:
    with tenant_context(alpha.mfi):
        person = Person("Mamello Khoabane", phone="58120066", employer="Mill", date_of_birth=TODAY.replace(year=1990))
        second = register_borrower(person=person, actor=SYSTEM, password=PASSWORD, today=TODAY)
        apply_for_loan(
            borrower=second,
            request=LoanRequest(product_id=alpha.product.pk, principal=Decimal(500), installments=6),
            actor=second.actor,
            currency="LSL",
            value_date=TODAY,
        )
    conflict = make_conflict(
        alpha,
        what="same person",
        kept={"row": str(alpha.borrower.pk), "value": "1"},
        discarded={"row": str(second.pk), "value": "1"},
    )
    form = {"decision": "merge kept", "reason": "The same paper"}
    assert public_client.post(f"/admin/mfis/conflict/{conflict.pk}/decide/", form).status_code == 302
    assert ConflictDecision.objects.get().decision == "merged"
    with tenant_context(alpha.mfi):
        second.refresh_from_db()
        assert (second.merged_into_id, second.phone, second.is_active) == (alpha.borrower.pk, None, False)
        assert BorrowerProfile.objects.get(account=alpha.borrower).employer == "Mill"  # what the other lacked
        with pytest.raises(WrongState, match="still submitted"):  # the other's application is theirs
            apply_for_loan(
                borrower=alpha.borrower,
                request=LoanRequest(product_id=alpha.product.pk, principal=Decimal(500), installments=6),
                actor=alpha.borrower.actor,
                currency="LSL",
                value_date=TODAY,
            )
        with pytest.raises(WrongState):
            merge_borrowers(kept_id=alpha.borrower.pk, gone_id=second.pk, actor=SYSTEM, reason="Again")
    page = alpha.client("officer").get(f"/admin/users/borrowerprofile/{alpha.borrower.pk}/change/").content.decode()
    assert "LA0" in page


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
