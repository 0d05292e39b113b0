"""Letsema's own API: institutions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED, Key
from apps.mfis.core.errors import NotFound
from apps.mfis.nodes.selectors import nodes_with_schema
from apps.mfis.tenancy.addresses import mfi_url
from apps.mfis.tenancy.models import MFI
from apps.mfis.tenancy.services.provisioning import set_status
from apps.users.access.api.auth import ANY, letsema_admin
from apps.users.operators.schemas import MFIIn, MFIListed, MFIMade, MFIOut, NodeReady, StatusIn
from apps.users.operators.services import onboard_mfi

router = Router(tags=["institutions"])


def _described(mfi: MFI) -> MFIOut:
    return MFIOut(
        id=mfi.pk,
        name=mfi.name,
        subdomain=mfi.subdomain,
        licence_type=mfi.licence_type,
        district=mfi.district,
        status=mfi.status,
        url=mfi_url(mfi),
    )


@router.post("/mfis", response={201: MFIMade, **REFUSED}, auth=ANY)
def create(request: HttpRequest, payload: MFIIn, key: Key = "") -> Any:
    """Opens an MFI: its schema, its address, and its first admin, who is invited by e-mail."""
    onboarded = onboard_mfi(actor=letsema_admin(request).actor, idempotency_key=key, **payload.model_dump())
    described = _described(onboarded.mfi)
    return Status(201, MFIMade(**described.model_dump(), invited=onboarded.invited))


@router.get("/mfis", response={200: list[MFIListed], **REFUSED}, auth=ANY)
def index(request: HttpRequest) -> Any:
    """All MFIs by name, and on which nodes each stands."""
    letsema_admin(request)
    where = nodes_with_schema()
    return [_listed(mfi, where[mfi.schema_name]) for mfi in MFI.objects.order_by("name")]


def _listed(mfi: MFI, where: dict[str, bool]) -> MFIListed:
    nodes = [NodeReady(node=node, ready=ready) for node, ready in where.items()]
    return MFIListed(**_described(mfi).model_dump(), home_node=mfi.home_node, nodes=nodes)


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
    actor = letsema_admin(request).actor
    return _described(set_status(mfi=_find(mfi_id), status=payload.status, reason=payload.reason, actor=actor))
