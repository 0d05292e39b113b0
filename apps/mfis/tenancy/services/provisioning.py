"""A new MFI: its row, its domain and its schema, in one transaction; and what may change of it later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_tenants.utils import schema_context, tenant_context

from apps.mfis.core.actor import Actor, name_actor
from apps.mfis.core.commands import command
from apps.mfis.core.database import PUBLIC, connection
from apps.mfis.core.errors import AlreadyExists, InvalidInput, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.tenancy.colours import MINIMUM_CONTRAST, WHITE, contrast, readable
from apps.mfis.tenancy.districts import District
from apps.mfis.tenancy.middleware import forget_changed
from apps.mfis.tenancy.models import MFI, Domain, SchemaReady, tenant_id
from apps.mfis.tenancy.provisioning.template import rendered
from apps.mfis.tenancy.queries.schemas import make_schema_from
from apps.mfis.tenancy.subdomains import schema_for
from apps.mfis.tenancy.workflow import step_to
from apps.mfis.work.queries import plan_mfi

MFIS_A_SESSION = 16

# What a new MFI begins with, by the apps above; each is called inside the new schema, in its transaction.
first_rows: list[Callable[[], None]] = []

_opened: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # by the connection of psycopg2: it ends with it

EDITABLE = (
    "name",
    "licence_type",
    "district",
    "location",
    "contact_name",
    "contact_email",
    "contact_phone",
    "brand_colour",
)


def build_mfi(**values: str) -> MFI:
    """A checked, unsaved MFI from what a form, a row or a program gave.

    Raises:
        InvalidInput: with the sentences by field. AlreadyExists: the subdomain is taken.
    """
    mfi = MFI(**values)
    mfi.subdomain = mfi.subdomain.strip().lower()
    mfi.schema_name = schema_for(mfi.subdomain)
    mfi.id = tenant_id(mfi.schema_name)
    mfi.home_node = settings.NODE
    if mfi.district and mfi.district not in District.values:
        try:
            mfi.district = District.from_text(mfi.district).value
        except ValueError as error:
            raise InvalidInput(str(error), field="district") from None
    _check_fields(mfi)
    if MFI.objects.filter(schema_name=mfi.schema_name).exists():
        raise _taken(mfi)
    return mfi


def _check_fields(mfi: MFI) -> None:
    try:
        mfi.clean_fields(exclude=["schema_name"])
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    check_colour(mfi.brand_colour)


def check_colour(colour: str) -> None:
    """Whether white can be read on a colour.

    Raises:
        InvalidInput: it cannot, with one that is dark enough.
    """
    if contrast(colour, WHITE) < MINIMUM_CONTRAST:
        darker = readable(colour)
        raise InvalidInput(f"White words cannot be read on this colour; {darker} is dark enough.", field="brand_colour")


def _taken(mfi: MFI) -> AlreadyExists:
    return AlreadyExists(f"The subdomain {mfi.subdomain} is already taken; choose another.", field="subdomain")


@command(Action.MANAGE_MFIS)
def provision_mfi(*, mfi: MFI, actor: Actor, open_with: Callable[[MFI], None] | None = None) -> MFI:
    """Saves `mfi` and makes its schema from the rendered DDL. Whatever fails leaves nothing behind.

    `open_with` runs inside the new schema, in the same transaction: it brings in the first people.

    Raises:
        AlreadyExists: somebody took the subdomain meanwhile.
    """
    with schema_context(PUBLIC):
        _insert(mfi)
        create_schema(mfi.schema_name)
        plan_mfi(mfi.schema_name)
        if settings.CLUSTER:
            announce_schema(mfi.schema_name)
        with tenant_context(mfi):
            for bring_in in first_rows:
                bring_in()
            if open_with:
                open_with(mfi)
    _renew_worn_session()
    forget_changed()
    return mfi


def _insert(mfi: MFI) -> None:
    try:
        with transaction.atomic():
            mfi.save(force_insert=True)
            Domain(domain=f"{mfi.subdomain}.{settings.HOST}", tenant=mfi, is_primary=True).save(force_insert=True)
    except IntegrityError as error:
        raise _taken(mfi) from error


def create_schema(name: str) -> None:
    """Makes schema `name` with all of a tenant's tables, in the running transaction."""
    plan = rendered()
    make_schema_from(name, plan.ddl, plan.migrations)


def announce_schema(name: str) -> SchemaReady:
    """Tells the other nodes that this one has an MFI's schema: in the transaction that makes it, before its rows."""
    return SchemaReady.objects.create(schema_name=name)


@command(Action.MANAGE_MFIS)
def create_announced_schema(*, name: str, actor: Actor) -> None:
    """Makes here the schema of an MFI that another node has opened, and tells so."""
    create_schema(name)
    plan_mfi(name)
    announce_schema(name)


def _renew_worn_session() -> None:
    """Takes a fresh connection, once the transaction is over, where this one has opened 16 MFIs.

    A session keeps the plans of the triggers of every schema it wrote to, and each table made walks through all of
    them (PostgreSQL's PlanCacheRelCallback): after 200 MFIs, making the next took five times as long.
    """
    session = connection.connection
    _opened[session] = _opened.get(session, 0) + 1
    if _opened[session] >= MFIS_A_SESSION:
        transaction.on_commit(connection.close)


@command(Action.MANAGE_MFIS)
def update_mfi(*, mfi: MFI, actor: Actor, **values: str) -> MFI:
    """Changes an MFI's own particulars. The subdomain, and so the schema, never changes.

    Raises:
        InvalidInput: with the sentences by field.
    """
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise InvalidInput(f"{', '.join(sorted(unknown))} cannot be changed.")
    mfi = MFI.objects.select_for_update().get(pk=mfi.pk)
    for name, value in values.items():
        setattr(mfi, name, value)
    _check_fields(mfi)
    mfi.save(update_fields=list(values))
    forget_changed()
    return mfi


@command(Action.MANAGE_MFIS)
def set_status(*, mfi: MFI, status: str, reason: str, actor: Actor) -> MFI:
    """Suspends, closes down, closes or reopens an MFI; what each means is in the workflow. Its data stays.

    Raises:
        InvalidInput: no reason given, or an unknown status. WrongState: it has that status, or no step leads there.
    """
    if status not in MFI.Status.values:
        raise InvalidInput(f"“{status}” is no status; use {', '.join(MFI.Status.values)}.", field="status")
    given, mfi = mfi, MFI.objects.select_for_update().get(pk=mfi.pk)
    _check_step(mfi, status, reason, actor)
    name_actor(actor.because(reason))
    given.status = mfi.status = status
    mfi.save(update_fields=["status"])
    forget_changed()
    return mfi


def _check_step(mfi: MFI, status: str, reason: str, actor: Actor) -> None:
    standing = mfi.get_status_display().lower()
    if mfi.status == status:
        raise WrongState(f"{mfi.name} is already {standing}.")
    step = step_to(mfi.status, status)
    if step is None:
        raise WrongState(f"{mfi.name} is {standing}; from there it does not become {MFI.Status(status).label.lower()}.")
    step.check(actor, state=mfi.status, standing=f"{mfi.name} is {standing}", hands=(), reason=reason)
