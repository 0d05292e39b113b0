"""The one way in which lists are searched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, ManyToOneRel, Q, QuerySet, TextField
from django.db.models.functions import Cast

from apps.mfis.core.folding import Fold, search_words


def folded(path: str) -> Fold:
    """The folded value of a column, by its lookup path."""
    return Fold(Cast(F(path), TextField()))


def search(rows: QuerySet[Any], fields: Iterable[str], query: str) -> QuerySet[Any]:
    """Those of `rows` of which every word of `query` stands in one of `fields`, however it is accented or divided."""
    fields = tuple(fields)
    for word in search_words(query):
        rows = rows.filter(_anywhere(rows.model, fields, word))
    return rows


def _anywhere(model: type[Any], fields: tuple[str, ...], word: str) -> Q:
    """That a folded word stands in one of the fields; those of records that point here are looked up by themselves."""
    pointing = {path: relation for path in fields if (relation := _pointing_here(model, path))}
    found = _matching(model, [path for path in fields if path not in pointing], "pk", word)
    for path, relation in pointing.items():
        rest = path.partition("__")[2]
        found |= _matching(relation.related_model, [rest], relation.field.attname, word)
    return found


def _pointing_here(model: type[Any], path: str) -> ManyToOneRel | None:
    """The relation by which many records point at one of `model`, where the path begins with one."""
    field = model._meta.get_field(path.partition("__")[0])
    return field if isinstance(field, ManyToOneRel) and field.one_to_many else None


def _matching(model: type[Any], paths: list[str], key: str, word: str) -> Q:
    columns = {f"folded{n}": folded(path) for n, path in enumerate(paths)}
    stands = Q()
    for name in columns:
        stands |= Q(**{f"{name}__contains": word})
    return Q(pk__in=model._default_manager.annotate(**columns).filter(stands).order_by().values(key))
