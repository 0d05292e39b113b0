"""Shapes of Letsema's own API: opening and following MFIs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, Field

from apps.mfis.core.api_types import Given, OneOf, Short, told_of
from apps.mfis.tenancy.districts import District, district_code
from apps.mfis.tenancy.models import MFI
from apps.mfis.tenancy.models.mfi import Licence


class MFIIn(Given):
    name: Short
    subdomain: Annotated[str, Field(max_length=40)]
    licence_type: Annotated[str, OneOf(Licence.values)]
    district: Annotated[str, OneOf(District.values), BeforeValidator(lambda text: district_code(str(text)))]
    location: Short = ""
    contact_name: Short = ""
    contact_email: Annotated[str, Field(max_length=254)]
    contact_phone: Annotated[str, Field(max_length=16)] = ""
    brand_colour: Annotated[str, Field(max_length=7)] = "#0f5c4a"
    admin_name: Annotated[str, Field(max_length=150)]
    admin_email: Annotated[str, Field(max_length=254)]


class MFIOut(Schema):
    id: UUID
    name: str
    subdomain: str
    licence_type: Annotated[str, told_of(Licence.values)]
    district: Annotated[str, told_of(District.values)]
    status: Annotated[str, told_of(MFI.Status.values)]
    url: str


class NodeReady(Schema):
    node: str
    ready: bool


class MFIListed(MFIOut):
    """`nodes` says where the MFI's schema stands; on a node where it is not `ready` the MFI answers 503."""

    home_node: str
    nodes: list[NodeReady]


class MFIMade(MFIOut):
    """`invited` is where the first admin's invitation goes, as far as one may tell; its link is told to them alone."""

    invited: str


class StatusIn(Given):
    status: Annotated[str, OneOf(MFI.Status.values)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
