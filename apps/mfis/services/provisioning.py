"""A new MFI: its row, its domain and its schema, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_tenants.utils import tenant_context
from psycopg2 import sql

from apps.mfis.acting import Actor, acting
from apps.mfis.database import connection
from apps.mfis.errors import AlreadyExists, InvalidInput, WrongState
from apps.mfis.middleware import forget
from apps.mfis.models import MFI, ClusterNode, Domain, SchemaReady
from apps.mfis.models.mfi import tenant_id
from apps.mfis.places import District
from apps.mfis.provisioning.template import Rendered, rendered
from apps.mfis.subdomains import schema_for

MFIS_A_SESSION = 16
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


def build_mfi(**values: Any) -> MFI:
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
    try:
        mfi.clean_fields(exclude=["schema_name"])
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    if MFI.objects.filter(schema_name=mfi.schema_name).exists():
        raise AlreadyExists(f"The subdomain {mfi.subdomain} is already taken; choose another.", field="subdomain")
    return mfi


def provision_mfi(mfi: MFI, *, actor: Actor, open_with: Callable[[MFI], None] | None = None) -> MFI:
    """Saves `mfi` and makes its schema from the rendered DDL. Whatever fails leaves nothing behind.

    `open_with` runs inside the new schema, in the same transaction: it brings in the first people.

    Raises:
        AlreadyExists: somebody took the subdomain meanwhile.
    """
    plan = rendered()
    _renew_worn_session()
    previous = connection.tenant
    connection.set_schema_to_public()
    try:
        with acting(actor):
            _insert(mfi)
            create_schema(mfi.schema_name, plan)
            if settings.CLUSTER:
                SchemaReady.objects.create(schema_name=mfi.schema_name)  # told before its rows travel
            if open_with:
                with tenant_context(mfi):
                    open_with(mfi)
    finally:
        connection.set_tenant(previous)
    forget()
    return mfi


def _renew_worn_session() -> None:
    """Takes a fresh connection after every 16 MFIs that this one has opened.

    A session keeps the plans of the triggers of every schema it wrote to, and each table made walks through all of
    them (PostgreSQL's PlanCacheRelCallback): after 200 MFIs, making the next took five times as long. A request's
    connection is renewed every minute anyway; commands and imports live longer.
    """
    if connection.in_atomic_block:
        return
    opened = getattr(connection, "mfis_opened", 0)
    if opened >= MFIS_A_SESSION:
        connection.close()
        opened = 0
    connection.mfis_opened = opened + 1


def _insert(mfi: MFI) -> None:
    try:
        with transaction.atomic():
            mfi.save(force_insert=True)
            Domain(domain=f"{mfi.subdomain}.{settings.HOST}", tenant=mfi, is_primary=True).save(force_insert=True)
    except IntegrityError as error:
        message = f"The subdomain {mfi.subdomain} is already taken; choose another."
        raise AlreadyExists(message, field="subdomain") from error


def create_schema(name: str, plan: Rendered) -> None:
    """Makes schema `name` with all of a tenant's tables, in the running transaction."""
    identifier = sql.Identifier(name)
    with connection.cursor() as cursor:
        statement = sql.SQL("CREATE SCHEMA {0}; SET LOCAL search_path = {0}, public;").format(identifier)
        cursor.execute(statement.as_string(cursor.cursor))
        cursor.execute(plan.ddl)
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) SELECT m->>0, m->>1, now() "
            "FROM jsonb_array_elements(%s::jsonb) m",
            [_json(plan.migrations)],
        )
        cursor.execute("SET LOCAL search_path = public")


def _json(migrations: tuple[tuple[str, str], ...]) -> str:
    import json

    return json.dumps(migrations)


def nodes_with_schema() -> dict[str, dict[str, bool]]:
    """For every MFI's schema, by node: whether the schema stands there. Two queries, whatever the number of MFIs."""
    letters = list(ClusterNode.objects.filter(has_left=False).values_list("letter", flat=True)) or [settings.NODE]
    ready = set(SchemaReady.objects.values_list("schema_name", "node"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.schema_name, n.nspname IS NOT NULL FROM public.mfis_mfi m "
            "LEFT JOIN pg_namespace n ON n.nspname = m.schema_name"
        )
        here = dict(cursor.fetchall())
    return {
        schema: {n: stands if n == settings.NODE else (schema, n) in ready for n in sorted(letters)}
        for schema, stands in here.items()
    }


def update_mfi(*, mfi: MFI, actor: Actor, **values: Any) -> MFI:
    """Changes an MFI's own particulars. The subdomain, and so the schema, never changes.

    Raises:
        InvalidInput: with the sentences by field.
    """
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise InvalidInput(f"{', '.join(sorted(unknown))} cannot be changed.")
    with acting(actor):
        mfi = MFI.objects.select_for_update().get(pk=mfi.pk)
        for name, value in values.items():
            setattr(mfi, name, value)
        try:
            mfi.clean_fields(exclude=["schema_name"])
        except ValidationError as error:
            raise InvalidInput.from_validation(error) from None
        mfi.save(update_fields=list(values))
    forget()
    return mfi


def set_status(*, mfi: MFI, status: str, reason: str, actor: Actor) -> MFI:
    """Suspends, closes or reopens an MFI. Its pages answer 403 while it is suspended; its data stays.

    Raises:
        InvalidInput: no reason given, or an unknown status. WrongState: it already has that status.
    """
    if status not in MFI.Status.values:
        raise InvalidInput(f"“{status}” is no status; use {', '.join(MFI.Status.values)}.", field="status")
    if not reason.strip():
        raise InvalidInput("Give the reason; it is kept with the change.", field="reason")
    with acting(Actor(actor.id, f"{actor.name} ({reason.strip()[:80]})")):
        mfi = MFI.objects.select_for_update().get(pk=mfi.pk)
        if mfi.status == status:
            raise WrongState(f"{mfi.name} is already {mfi.get_status_display().lower()}.")
        mfi.status = status
        mfi.save(update_fields=["status"])
    forget()
    return mfi
