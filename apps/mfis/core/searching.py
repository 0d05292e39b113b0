"""The one way in which lists are searched: each table by its own index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, ForeignObjectRel, Func, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains, Exact, StartsWith

from apps.mfis.core.folding import Fold, search_words

# An index of trigrams finds nothing shorter; such a word must begin one, which the index can tell (`searchable`).
SHORTEST_INSIDE = 3


Match = Callable[[str, str], Q]  # that a word is found in a column
Joined = Callable[[str, QuerySet[Any]], Q | Func]  # that a column is one of these keys


def folded(column: str) -> Fold:
    """The folded value of a column."""
    return Fold(Cast(F(column), TextField()))


def search(rows: QuerySet[Any], fields: Iterable[str], query: str, *, few: bool = False) -> QuerySet[Any]:
    """Those of `rows` of which every word of `query` stands in one of `fields`, however it is accented or divided.

    A word of one or two letters must begin a word there. `few` says that an index leads to the rows before anything is
    searched for: each is then held against what was found elsewhere.
    """
    fields, joined = tuple(fields), _one_of if few else _any_of
    for word in search_words(query):
        rows = rows.filter(_somewhere(rows.model, fields, word, _stands, joined))
    return rows


def exactly(rows: QuerySet[Any], fields: Iterable[str], word: str) -> QuerySet[Any]:
    """Those of `rows` of which one of `fields` is the folded `word` and nothing else."""
    return rows.filter(_somewhere(rows.model, tuple(fields), word, _is, _any_of))


def _stands(column: str, word: str) -> Q:
    """That the word stands in the column."""
    if len(word) >= SHORTEST_INSIDE:
        return Q(Contains(folded(column), word))
    return Q(StartsWith(folded(column), word)) | Q(Contains(folded(column), f" {word}"))


def _is(column: str, word: str) -> Q:
    return Q(Exact(folded(column), word))


def _somewhere(model: type[Model], paths: Iterable[str], word: str, by: Match, joined: Joined) -> Q:
    """That the word is found in one of the model's own columns, or in those of records that it is related to."""
    found, beyond = Q(), defaultdict(list)
    for path in paths:
        name, _, rest = path.partition("__")
        if rest:
            beyond[name].append(rest)
        else:
            found |= by(name, word)
    for name, rests in beyond.items():
        found |= _related(model, name, rests, word, by, joined)
    return found


def _related(model: type[Model], name: str, paths: list[str], word: str, by: Match, joined: Joined) -> Q:
    """That a related record has it. Those are looked up first, and what belongs to them by the index of their keys: in
    one condition over several tables PostgreSQL would read them all."""
    relation = model._meta.get_field(name)
    other: Any = relation.related_model
    found = other._default_manager.filter(_somewhere(other, paths, word, by, _any_of)).order_by()
    if isinstance(relation, ForeignObjectRel):  # they point here
        pointing: Any = relation.field
        return Q(joined("pk", found.values(pointing.attname)))
    return Q(joined(relation.attname, found.values("pk")))


def _one_of(column: str, keys: QuerySet[Any]) -> Q:
    """column IN (keys): the keys are gathered once into a table of hashes, which no index is asked by."""
    return Q((f"{column}__in", keys))


def _any_of(column: str, keys: QuerySet[Any]) -> Func:
    """column = ANY (ARRAY (keys)): the keys are gathered once, and each is looked up."""
    gathered = Func(ArraySubquery(keys), template="(%(expressions)s)")
    return Func(F(column), gathered, arg_joiner=" = ANY ", template="(%(expressions)s)", output_field=BooleanField())
