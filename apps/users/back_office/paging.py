"""How lists are turned over: counted only so far, and from page to page by the keys of the rows.

A list of up to `MOST_COUNTED` rows has numbered pages, as Django has them. Of a longer one the number of rows is not
counted. Its pages have numbers too, from the front or (below zero) from the end, and each link says of which row its
page is the neighbour: `at` is the page that one came from, `after` its last row, or `before` its first. A page that is
asked for by its number alone is counted to, by an index wherever there is one, and not further than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from apps.users.back_office import keyset

MOST_COUNTED = 10_000
MOST_FOUND = 1_000  # of what a search finds: whoever searched so widely looks for something else

AT, AFTER, BEFORE = "at", "after", "before"
PLACE = (AT, AFTER, BEFORE)


class CountedSoFar(Paginator):  # type: ignore[type-arg]
    """Counts at most one more than `MOST_COUNTED`."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[: MOST_COUNTED + 1].count()

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > MOST_COUNTED

    def keys_of(self, page: int) -> Iterable[Any]:
        """The keys of the rows of a page.

        Raises:
            InvalidPage: there is none of this number.
        """
        rows: QuerySet[Any] = self.page(page).object_list  # type: ignore[assignment]
        return rows.values_list("pk", flat=True)


class FoundSoFar(CountedSoFar):
    """The same of a search, up to `MOST_FOUND`: what it found is counted and turned over by one query."""

    @cached_property
    def keys(self) -> list[Any]:
        """The keys of the rows that were found, in the order of the list."""
        return list(self.object_list.values_list("pk", flat=True)[: self.most + 1])

    @property
    def most(self) -> int:
        return min(MOST_FOUND, MOST_COUNTED)

    @cached_property
    def count(self) -> int:
        return len(self.keys)

    @property
    def has_more(self) -> bool:
        return self.count > self.most

    def keys_of(self, page: int) -> list[Any]:
        return self.keys[self.page(page).start_index() - 1 :][: self.per_page]


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page that one may go to; `query` is empty for the one that is shown."""

    label: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: its number (from the end below zero), and the row beside which it was asked for."""

    page: int
    at: int = 0
    after: str = ""
    before: str = ""

    @classmethod
    def asked(cls, request: HttpRequest) -> Place:
        values = request.GET
        page, at = _number(values.get(PAGE_VAR)) or 1, _number(values.get(AT))
        after, before = values.get(AFTER, ""), values.get(BEFORE, "")
        # A place is told by a row only in its own direction, counted from the same end.
        good = at * page > 0 and bool((_key(after) and page > at) or (_key(before) and page < at))
        return cls(page, at, after, before) if good else cls(page)

    @property
    def is_backwards(self) -> bool:
        """Whether it is looked for against the order of the list."""
        return bool(self.before) if self.at else self.page < 0

    def skips(self, per_page: int) -> int:
        """How many rows lie between it and where it is looked for from."""
        pages = abs(self.page - self.at) - 1 if self.at else abs(self.page) - 1
        return pages * per_page


FIRST = Place(1)


def _number(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _key(text: str) -> bool:
    try:
        return bool(UUID(text) if "-" in text else int(text))
    except ValueError:
        return False


class PagedChangeList(ChangeList):
    """Django's list page, which neither counts nor skips over all rows of a big table."""

    page_links: list[PageLink]

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in PLACE}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Another filter or order begins at its first page."""
        return super().get_query_string({**dict.fromkeys(PLACE), **(new_params or {})}, remove)

    def get_results(self, request: HttpRequest) -> None:
        """As Django's own, with the rows of a page found by their keys."""
        paginator = self._paginator(request)
        self.paginator, self.result_count, self.full_result_count = paginator, paginator.count, None
        self.show_full_result_count, self.show_admin_actions = False, True
        self.can_show_all = self.result_count <= self.list_max_show_all
        self.multi_page = self.result_count > self.list_per_page
        self.page_links = []
        if not self.multi_page or (self.show_all and self.can_show_all):
            self.result_list = self.queryset._clone()
        elif getattr(paginator, "has_more", False):
            place = Place.asked(request)
            self.page_num = place.page
            self.result_list = self._rows_at(place)
        else:
            self.page_num = max(self.page_num, 1)
            self.result_list = self._numbered(paginator)

    def _paginator(self, request: HttpRequest) -> Paginator[Any]:
        if self.query:
            return FoundSoFar(self.queryset, self.list_per_page)
        return self.model_admin.get_paginator(request, self.queryset, self.list_per_page)

    def _numbered(self, paginator: Any) -> QuerySet[Any]:
        try:
            return self._shown(paginator.keys_of(self.page_num))
        except InvalidPage:
            raise IncorrectLookupParameters from None

    @property
    def count_said(self) -> str:
        """How many rows there are, as the page says it."""
        if getattr(self.paginator, "has_more", False):
            return f"More than {self.paginator.count - 1:,}"
        return f"{self.result_count:,}"

    def _rows_at(self, place: Place) -> Any:
        """The rows of the page: first their keys alone, by an index, and then what the page shows of them."""
        size, parts = self.list_per_page, keyset.parts_of(self.queryset)
        values = None
        if parts and place.at:
            values = keyset.values_of(self.root_queryset, parts, place.before or place.after)
        if values is None:  # the row is gone, or nothing says what comes after it: the page is counted to
            place = Place(place.page)
        backwards = place.is_backwards
        if place == FIRST and isinstance(self.paginator, FoundSoFar):
            found = self.paginator.keys[: size + 1]
        else:
            found = list(self._keys_from(parts, values, backwards=backwards)[place.skips(size) :][: size + 1])
        if not found and place.page != 1:
            raise IncorrectLookupParameters
        beyond, shown = len(found) > size, found[:size]
        if backwards:
            shown.reverse()
        self.page_links = self._links(place, shown, further=beyond)
        return self._shown(shown)

    def _shown(self, keys: Iterable[Any]) -> QuerySet[Any]:
        """What the page shows of the rows with these keys, in the list's own order."""
        # Without what was asked for: they are found already, and a search would be made again.
        rows: QuerySet[Any] = self.apply_select_related(self.root_queryset)
        return rows.filter(pk__in=list(keys)).order_by(*self.queryset.query.order_by)

    def _keys_from(self, parts: Any, values: Any, *, backwards: bool) -> QuerySet[Any]:
        """All keys after the row that is sorted by `values`, or from an end of the list, in one direction."""
        rows: QuerySet[Any] = self.queryset
        if parts is None:
            rows = rows.reverse() if backwards else rows
            return rows.values_list("pk", flat=True)
        if backwards:
            parts = [part.reversed for part in parts]
        if values is not None:
            rows = keyset.rows_after(rows, parts, values)
        rows = rows.order_by(*(part.order for part in parts))
        return rows.values_list("pk", flat=True)

    def _links(self, place: Place, shown: list[Any], *, further: bool) -> list[PageLink]:
        """The pages around this one; `further` says whether there is another in the direction it was looked for."""
        page, backwards = place.page, place.is_backwards
        links = []
        if page != 1 and (further or not backwards):
            links.append(PageLink("« First", self.get_query_string({PAGE_VAR: 1})))
            links.append(self._beside(page, page - 1, "‹ Previous", {BEFORE: shown[0]}))
        links.append(PageLink(_named(page)))
        if page != -1 and (further or backwards):
            links.append(self._beside(page, page + 1, "Next ›", {AFTER: shown[-1]}))
            links.append(PageLink("Last »", self.get_query_string({PAGE_VAR: -1})))
        return links

    def _beside(self, here: int, page: int, label: str, row: dict[str, Any]) -> PageLink:
        return PageLink(label, self.get_query_string({PAGE_VAR: page, AT: here, **row}))


def _named(page: int) -> str:
    if page > 0:
        return f"Page {page:,}"
    return "Last page" if page == -1 else f"Page {-page:,} from the end"
