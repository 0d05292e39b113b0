"""System checks that keep every list of both back-offices usable in a big MFI.

What a query really reads is explained by tests/test_big_tables.py. Here an admin is named, before anything runs, that
lacks what such a list stands on: the paging that neither counts nor skips over a whole table, and an index for each
field that is searched, filtered by, or sorted by first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.apps import AppConfig
from django.contrib.admin import ModelAdmin
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import FieldDoesNotExist
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL
from django.db.models import BooleanField, Field, Index, Model, Q
from django.http import HttpRequest

from apps.users.back_office.paging import CountedSoFar, PagedChangeList

# What grows with every loan, receipt or person of an MFI.
BIG = frozenset(
    {
        "loans_loan",
        "loans_loanstate",
        "loans_loanevent",
        "loans_installment",
        "loans_earning",
        "loans_journalentry",
        "loans_journalline",
        "loans_transfer",
        "loans_guarantor",
        "loans_collateral",
        "loans_paymentnotice",
        "users_account",
        "users_borrowerprofile",
        "users_borrowerassignment",
        "loans_loanassignment",
        "loans_loanportfolio",
        "users_message",
        "users_command",
        "users_revision",
        "credit_outboxentry",
        "mfis_directoryentry",
    }
)

INDEX = re.compile(r"CREATE INDEX \w+ ON (\w+) \((\w+)")
GIN = re.compile(r"CREATE INDEX \w+ ON (\w+) USING gin \((.+)\)")
FOLDED_COLUMN = re.compile(r"letsema_fold\((\w+)::text\)")


@register(Tags.admin)
def check_lists(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every list derives from the paging base, and what it does with a big table has an index."""
    import config.urls_public
    import config.urls_tenant  # noqa: F401 - registers all pages
    from apps.users.back_office.sites import public_site, tenant_site

    admins = [*tenant_site._registry.values(), *public_site._registry.values()]
    return [message for admin in admins for message in faults_of(admin)]


def faults_of(admin: ModelAdmin[Any]) -> Iterator[CheckMessage]:
    """What one list lacks. One of few rows of a big table has them by an index before anything else is asked."""
    yield from _paging(admin)
    own = admin.model._meta.concrete_model if getattr(admin, "lists_few", False) else None
    for path in admin.search_fields:
        for field in _in_big(admin.model, path.lstrip("^=@$")):
            if field.model is not own and (field.model._meta.db_table, field.column) not in _searchable():
                hint = f'Add searchable("{field.model._meta.db_table}", "{field.column}") to a migration.'
                yield _error(admin, f"searches {path}, which has no index of trigrams", hint, "letsema.E011")
    for path in [*_filters(admin), *_first_order(admin)]:
        for field in _in_big(admin.model, path):
            if field.model is not own and not _is_indexed(field):
                hint = f"Add an index of {field.model._meta.label} that leads to {field.name}."
                yield _error(admin, f"filters or sorts by {path}, which no index leads to", hint, "letsema.E012")


def _error(admin: ModelAdmin[Any], text: str, hint: str, code: str) -> Error:
    return Error(f"{type(admin).__name__} {text}.", hint=hint, obj=admin.model, id=code)


def _paging(admin: ModelAdmin[Any]) -> Iterator[CheckMessage]:
    changelist = admin.get_changelist(HttpRequest())
    is_paged = issubclass(changelist, PagedChangeList) and issubclass(admin.paginator, CountedSoFar)
    if not is_paged or admin.show_full_result_count:
        hint = "Derive it from LetsemaAdmin, and leave its paginator and its list page as they are."
        yield _error(admin, "counts all rows of its table", hint, "letsema.E010")


def _filters(admin: ModelAdmin[Any]) -> Iterator[str]:
    """The fields that the list's filters ask by. What a filter class of its own asks, its query tells alone."""
    for declared in admin.list_filter:
        name = declared[0] if isinstance(declared, tuple | list) else declared
        if isinstance(name, str):
            yield name
    if admin.date_hierarchy:
        yield admin.date_hierarchy


def _first_order(admin: ModelAdmin[Any]) -> Iterator[str]:
    """The field by which the list is sorted first, where that is one."""
    order = [*(admin.ordering or admin.model._meta.ordering or ())][:1]
    yield from (name.lstrip("-").replace(".", "__") for name in order if isinstance(name, str))


def _in_big(model: type[Model], path: str) -> Iterator[Field[Any, Any]]:
    """The column that a path leads to, where its table is a big one. What is computed is none."""
    field: Any = None
    for name in path.split("__"):
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            break  # a lookup, or a figure that the list's query adds
        if field.is_relation:
            model = field.related_model
    if isinstance(field, Field) and field.model._meta.db_table in BIG:
        yield field


def _is_indexed(field: Field[Any, Any]) -> bool:
    """Whether an index of its table begins with it, or holds the rows of some of its values alone."""
    if field.primary_key or field.unique or getattr(field, "db_index", False):
        return True
    of_table = field.model._meta.indexes
    if any(_leads(index, field) or field.name in _names(index.condition) for index in of_table):
        return True
    return any((field.model._meta.db_table, field.column) == (match[1], match[2]) for match in _written(INDEX))


def _leads(index: Index, field: Field[Any, Any]) -> bool:
    """Whether only truths stand before it in the index: PostgreSQL tries both of them."""
    names = [name.lstrip("-") for name in index.fields]
    if field.name not in names:
        return False
    before = names[: names.index(field.name)]
    return all(isinstance(field.model._meta.get_field(name), BooleanField) for name in before)


def _names(condition: Q | None) -> Iterator[str]:
    """The fields that the condition of an index names."""
    for part in condition.children if condition is not None else ():
        if isinstance(part, tuple):
            yield str(part[0]).partition("__")[0]
        elif isinstance(part, Q):
            yield from _names(part)


def _searchable() -> frozenset[tuple[str, str]]:
    """Table and column of everything that `searchable` put into a migration."""
    return frozenset((match[1], column) for match in _written(GIN) for column in FOLDED_COLUMN.findall(match[2]))


@cache
def _written(pattern: re.Pattern[str]) -> tuple[re.Match[str], ...]:
    """The indexes of this kind that stand in migrations as SQL."""
    operations = (o for m in MigrationLoader(None).disk_migrations.values() for o in m.operations)
    texts = (o.sql for o in operations if isinstance(o, RunSQL) and isinstance(o.sql, str))
    return tuple(match for text in texts if (match := pattern.match(text)))
