"""System checks that keep the tables ready for several writable nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import models

from apps.mfis.core.tables import OWN_APPS, Kind

# Tables of other packages never leave their node: integer keys, and rows that mean something only here.
NODE_LOCAL_APPS = frozenset({"admin", "auth", "contenttypes", "sessions", "axes"})

# Unique by a key that is itself derived from the value (UUIDv5), so two nodes cannot disagree.
DERIVED_UNIQUE = frozenset({("mfis.MFI", "schema_name"), ("mfis.Domain", "domain")})

PUBLISHED = (Kind.FACT, Kind.REVISIONED)


@register(Tags.models)
def check_kinds(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every model says what kind of table it is; published ones have a UUID key and no natural unique index."""
    errors: list[CheckMessage] = []
    for model in apps.get_models():
        if model._meta.app_label in OWN_APPS:
            errors += _check_model(model)
        elif model._meta.app_label not in NODE_LOCAL_APPS:
            errors.append(
                Error(
                    f"{model._meta.label} comes from an app whose tables are not classified.",
                    hint="Add the app to NODE_LOCAL_APPS once it is sure that its rows need not travel.",
                    id="letsema.E001",
                )
            )
    return errors


def _check_model(model: type[models.Model]) -> list[CheckMessage]:
    kind = getattr(model, "kind", None)
    if not isinstance(kind, Kind):
        hint = "Derive it from Fact, Revisioned, Projection or NodeLocal."
        return [Error(f"{model._meta.label} does not say what kind of table it is.", hint=hint, id="letsema.E002")]
    if kind not in PUBLISHED:
        return []
    errors: list[CheckMessage] = []
    key = model._meta.pk
    target = key.target_field if isinstance(key, models.ForeignKey) else key
    if not isinstance(target, models.UUIDField):
        errors.append(Error(f"{model._meta.label} is published but its key is no UUID.", id="letsema.E003"))
    for field in model._meta.local_concrete_fields:
        if field.unique and not field.primary_key and (model._meta.label, field.name) not in DERIVED_UNIQUE:
            errors.append(_natural_unique(model, field.name))
    if any(isinstance(c, models.UniqueConstraint) for c in model._meta.constraints) or model._meta.unique_together:
        errors.append(_natural_unique(model, "a unique constraint"))
    if model._meta.local_many_to_many:
        errors.append(Error(f"{model._meta.label} has an automatic many-to-many table.", id="letsema.E005"))
    return errors


def _natural_unique(model: type[models.Model], name: str) -> Error:
    return Error(
        f"{model._meta.label} is published and has a unique index on {name}.",
        hint="Use apps.mfis.core.guards.natural_key: a unique index would stop another node's rows from arriving.",
        id="letsema.E004",
    )
