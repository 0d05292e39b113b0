"""What of a sorted list comes after one of its rows: a deep page is found by an index, not by counting to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Expression, F, Func, Model, OrderBy, Q, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

LOOKUPS: dict[str, Any] = {
    "lt": LessThan,
    "lte": LessThanOrEqual,
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "exact": Exact,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing by which a list is sorted. `nulls_first` is said as PostgreSQL has it where nothing is said."""

    by: Expression | F
    descending: bool
    nulls_first: bool
    may_be_null: bool

    @property
    def order(self) -> OrderBy:
        """As a queryset is told it."""
        nulls = {"nulls_first": True} if self.nulls_first else {"nulls_last": True}
        usual = self.nulls_first == self.descending
        return OrderBy(self.by, descending=self.descending, **({} if usual else nulls))

    @property
    def reversed(self) -> Part:
        return Part(self.by, not self.descending, not self.nulls_first, self.may_be_null)


def parts_of(rows: QuerySet[Any]) -> list[Part] | None:
    """By what the rows are sorted; None where a related record's own order is meant, which names no value."""
    parts = [_part(rows.model, one) for one in rows.query.order_by]
    return None if None in parts or not parts else [part for part in parts if part]


def _part(model: type[Model], one: Any) -> Part | None:
    if isinstance(one, str):
        descending, path = one.startswith("-"), one.lstrip("-")
        one = OrderBy(F(path), descending=descending)
    elif not isinstance(one, OrderBy):
        one = OrderBy(one)
    first = bool(one.nulls_first or (one.descending and not one.nulls_last))
    path = str(getattr(one.expression, "name", "")) if isinstance(one.expression, F) else ""
    if not path:
        return Part(one.expression, one.descending, first, may_be_null=True)
    nullable = _may_be_null(model, path)
    return None if nullable is None else Part(one.expression, one.descending, first, nullable)


def _may_be_null(model: type[Model], path: str) -> bool | None:
    """Whether what a path leads to may be empty; None where it is a record, not a value."""
    nullable, names = False, path.split(LOOKUP_SEP)
    for n, name in enumerate(names):
        try:
            field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            return True  # an annotation
        last = n == len(names) - 1
        nullable = nullable or bool(field.null)
        if field.is_relation and not last:
            model = field.related_model
        elif field.is_relation and name not in ("pk", getattr(field, "attname", "")):
            return None
    return nullable


def rows_after(rows: QuerySet[Any], parts: Sequence[Part], values: Sequence[Any]) -> QuerySet[Any]:
    """Those of `rows` that come after one that is sorted by `values`."""
    alike = len({part.descending for part in parts}) == 1 and not any(part.may_be_null for part in parts)
    rows = rows.filter(_row_comparison(parts, values) if alike else _chain(list(zip(parts, values, strict=True))))
    bounded = _from_on(parts[0], values[0])
    return rows.filter(bounded) if bounded is not None else rows


def _row_comparison(parts: Sequence[Part], values: Sequence[Any]) -> Func:
    """(a, b) > (x, y): one range of an index over both."""
    sides = Func(*(part.by for part in parts), function="ROW"), Func(*map(Value, values), function="ROW")
    sign = " < " if parts[0].descending else " > "
    return Func(*sides, arg_joiner=sign, template="(%(expressions)s)", output_field=BooleanField())


def _from_on(part: Part, value: Any) -> Q | None:
    """A bound on the first part alone, by which an index is entered; None where empty ones follow."""
    if value is None or (part.may_be_null and not part.nulls_first):
        return None
    return _compare(part, value, "lte" if part.descending else "gte")


def _chain(pairs: list[tuple[Part, Any]]) -> Q:
    """After it by the first part, or level with it there and after it by the rest."""
    (part, value), *rest = pairs
    after = _after(part, value)
    return after | (_level(part, value) & _chain(rest)) if rest else after


def _after(part: Part, value: Any) -> Q:
    if value is None:
        return ~_is_null(part) if part.nulls_first else Q(pk__in=[])
    beyond = _compare(part, value, "lt" if part.descending else "gt")
    return beyond | _is_null(part) if part.may_be_null and not part.nulls_first else beyond


def _level(part: Part, value: Any) -> Q:
    return _is_null(part) if value is None else _compare(part, value, "exact")


def _compare(part: Part, value: Any, lookup: str) -> Q:
    return Q(LOOKUPS[lookup](part.by, value))


def _is_null(part: Part) -> Q:
    return Q(IsNull(part.by, True))


def reverse_order(parts: Sequence[Part]) -> list[OrderBy]:
    """The order from the other end."""
    return [part.reversed.order for part in parts]


def values_of(rows: QuerySet[Any], parts: Sequence[Part], key: Any) -> tuple[Any, ...] | None:
    """By what values the row with that key is sorted; None where it is gone."""
    found: tuple[Any, ...] | None = rows.filter(pk=key).order_by().values_list(*(part.by for part in parts)).first()
    return found
