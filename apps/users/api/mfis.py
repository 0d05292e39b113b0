"""Letsema's own API: institutions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.errors import NotFound
from apps.mfis.models import MFI
from apps.mfis.services.provisioning import nodes_with_schema, set_status
from apps.users.api.auth import ANY, letsema_admin
from apps.users.api.schemas import REFUSED, Key, MFIIn, MFIListed, MFIMade, MFIOut, StatusIn
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import once
from apps.users.services.onboarding import mfi_url, onboard_mfi

router = Router(tags=["institutions"])


def _out(mfi: MFI) -> dict[str, Any]:
    return {
        "id": mfi.pk,
        "name": mfi.name,
        "subdomain": mfi.subdomain,
        "licence_type": mfi.licence_type,
        "district": mfi.district,
        "status": mfi.status,
        "url": mfi_url(mfi),
    }


@router.post("/mfis", response={201: MFIMade, **REFUSED}, auth=ANY)
def create(request: HttpRequest, payload: MFIIn, key: Key = "") -> Any:
    """Opens an MFI: its schema, its address, and its first admin's invitation (in this answer alone)."""
    admin = letsema_admin(request)
    secrets: list[str] = []

    def run() -> dict[str, Any]:
        opened = onboard_mfi(actor=actor_of(admin), **payload.dict())
        secrets.append(opened.invitation_url)  # not kept with the answer
        return _out(opened.mfi)

    made = once(actor=actor_of(admin), key=key, name="onboard_mfi", body=payload.dict(), run=run)
    return Status(201, {**made, "invitation_url": secrets[0] if secrets else None})


@router.get("/mfis", response={200: list[MFIListed], **REFUSED}, auth=ANY)
def index(request: HttpRequest) -> Any:
    """All MFIs by name, and on which nodes each stands."""
    letsema_admin(request)
    where = nodes_with_schema()
    return [_listed(m, where[m.schema_name]) for m in MFI.objects.order_by("name")]


def _listed(mfi: MFI, where: dict[str, bool]) -> dict[str, Any]:
    nodes = [{"node": node, "ready": ready} for node, ready in where.items()]
    return {**_out(mfi), "home_node": mfi.home_node, "nodes": nodes}


def _find(mfi_id: UUID) -> MFI:
    mfi = MFI.objects.filter(pk=mfi_id).first()
    if mfi is None:
        raise NotFound("There is no such MFI.")
    return mfi


@router.get("/mfis/{uuid:mfi_id}", response={200: MFIListed, **REFUSED}, auth=ANY)
def show(request: HttpRequest, mfi_id: UUID) -> Any:
    """One MFI, and on which nodes it stands."""
    letsema_admin(request)
    mfi = _find(mfi_id)
    return _listed(mfi, nodes_with_schema()[mfi.schema_name])


@router.post("/mfis/{uuid:mfi_id}/status", response={200: MFIOut, **REFUSED}, auth=ANY)
def change_status(request: HttpRequest, mfi_id: UUID, payload: StatusIn) -> Any:
    """Suspends, closes down or reopens an MFI, with the reason."""
    admin = letsema_admin(request)
    return _out(set_status(mfi=_find(mfi_id), status=payload.status, reason=payload.reason, actor=actor_of(admin)))
