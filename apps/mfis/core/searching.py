"""The one way in which lists are searched: each table by its own index, and what they find put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db.models import F, ForeignObjectRel, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from apps.mfis.core.folding import Fold, search_words

# An index of trigrams finds nothing shorter; such a word must begin one, which the index can tell (`searchable`).
SHORTEST_INSIDE = 3


def folded(path: str) -> Fold:
    """The folded value of a column, by its lookup path."""
    return Fold(Cast(F(path), TextField()))


def search(rows: QuerySet[Any], fields: Iterable[str], query: str) -> QuerySet[Any]:
    """Those of `rows` of which every word of `query` stands in one of `fields`, however it is accented or divided.

    A word of one or two letters must begin a word there.
    """
    fields = tuple(fields)
    for word in search_words(query):
        rows = rows.filter(pk__in=_keys_of(rows.model, fields, word))
    return rows


def _keys_of(model: type[Model], paths: Iterable[str], word: str) -> QuerySet[Any]:
    """The keys of the model's rows that have the word in a column of their own, or of a record they are related to.

    A union, never one condition over several tables: for that PostgreSQL would read them all.
    """
    first, *others = _keys_by_table(model, paths, word)
    return first.union(*others, all=True) if others else first


def _keys_by_table(model: type[Model], paths: Iterable[str], word: str) -> Iterator[QuerySet[Any]]:
    divided = sorted((path.partition("__")[::2] for path in paths), key=lambda pair: pair[0] if pair[1] else "")
    for related, pairs in groupby(divided, key=lambda pair: pair[0] if pair[1] else ""):
        if not related:
            yield _holding(model, [name for name, _ in pairs], word).values("pk")
        else:
            yield _related_keys(model, related, [rest for _, rest in pairs], word)


def _related_keys(model: type[Model], name: str, paths: list[str], word: str) -> QuerySet[Any]:
    """The keys of the model's rows whose related records, by the relation `name`, have the word."""
    relation = model._meta.get_field(name)
    other: Any = relation.related_model
    found = _keys_of(other, paths, word)
    if isinstance(relation, ForeignObjectRel):  # they point here
        pointing: Any = relation.field
        if not any("__" in path for path in paths):
            return _holding(other, paths, word).values(pointing.attname)
        return other._default_manager.filter(pk__in=found).order_by().values(pointing.attname)
    rows: QuerySet[Any] = model._default_manager.filter(**{f"{name}__in": found})
    return rows.order_by().values("pk")


def _holding(model: type[Model], columns: list[str], word: str) -> QuerySet[Any]:
    """The model's rows that have the word in one of their own columns."""
    named = {f"folded{n}": folded(column) for n, column in enumerate(columns)}
    stands = Q()
    for name in named:
        if len(word) >= SHORTEST_INSIDE:
            stands |= Q(**{f"{name}__contains": word})
        else:
            stands |= Q(**{f"{name}__startswith": word}) | Q(**{f"{name}__contains": f" {word}"})
    rows: QuerySet[Any] = model._default_manager.annotate(**named).filter(stands)
    return rows.order_by()
