"""A list page's “Export”: django-import-export's button, page and filters, in front of our own writer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export.admin import ExportMixin
from import_export.formats.base_formats import Format
from import_export.forms import ExportForm

from apps.users.exporting.asked import of_lender
from apps.users.exporting.files import AT_ONCE, in_background
from apps.users.exporting.waiting import ask_and_say
from apps.users.exporting.writing import CONTENT_TYPES, Row, Table, download

AMOUNT = re.compile(r"M (-?[0-9,]+\.[0-9]{2})")  # as the pages write maloti


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of a list's export: its head, and where its value is found: an attribute's path, or a function."""

    head: str
    source: str | Callable[[Any], object]

    def value(self, record: Model) -> object:
        if callable(self.source):
            return self.source(record)
        value = _at(record, self.source)
        return value() if callable(value) else value


def _is_longer(rows: QuerySet[Any], most: int) -> bool:
    """Whether there are more rows, counted no further."""
    return rows.order_by().values("pk")[: most + 1].count() > most


def _at(record: Any, path: str) -> Any:
    """What stands at the end of a path of attributes, however it is divided; None where it breaks off."""
    for name in path.replace("__", ".").split("."):
        record = getattr(record, name, None)
    return record


class _WrittenFormat(Format):  # type: ignore[misc]
    """A kind of file as import-export's page names it; its content comes from `writing`."""

    extension: ClassVar[str]
    title: ClassVar[str]

    def get_title(self) -> str:
        return self.title

    def get_extension(self) -> str:
        return self.extension

    def get_content_type(self) -> str:
        return CONTENT_TYPES[self.extension]

    def can_export(self) -> bool:
        return True


class WrittenXLSX(_WrittenFormat):
    extension, title = "xlsx", "Spreadsheet (XLSX)"


class WrittenCSV(_WrittenFormat):
    extension, title = "csv", "CSV"


class WrittenPDF(_WrittenFormat):
    extension, title = "pdf", "PDF, to print"


class ListExportMixin(ExportMixin):  # type: ignore[misc]
    """Adds “Export” to a list page: every row that its filters and search show.

    `export_columns` says what of a row leaves; without it, what the page shows: figures and days as such.
    """

    export_columns: ClassVar[tuple[ExportColumn, ...]] = ()
    export_form_class = ExportForm
    export_template_name = "admin/import_export/export.html"
    import_export_change_list_template = "admin/change_list.html"
    change_list_template: Any = "admin/change_list.html"

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_export_formats(self) -> list[type[Format]]:
        return [WrittenXLSX, WrittenCSV, WrittenPDF]

    def _do_file_export(
        self, file_format: _WrittenFormat, request: HttpRequest, queryset: QuerySet[Any], export_form: Any = None
    ) -> HttpResponseBase:
        """The file, which import-export itself would hold in memory whole."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        kind = file_format.extension
        if _is_longer(queryset, AT_ONCE[kind]) and not in_background(request):
            return self._ask_for_file(request)
        name = self.get_export_filename(request, queryset, file_format).removesuffix(f".{kind}")
        return download(self.exported(request, queryset), name, kind)

    def _ask_for_file(self, request: HttpRequest) -> HttpResponseBase:
        """Has the worker write what takes longer than a page may."""
        form = {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        return ask_and_say(request, self._title(), form)

    def _title(self) -> str:
        return str(self.list_title) or capfirst(str(self.opts.verbose_name_plural))

    def exported(self, request: HttpRequest, queryset: QuerySet[Any]) -> Table:
        """The rows as a table, with the list's name and what was asked for."""
        columns = self.export_columns or self._shown_columns(request)
        rows = self._rows(queryset, columns)
        return Table([c.head for c in columns], rows, title=self._title(), about=[of_lender(), *self._asked(request)])

    def _rows(self, queryset: QuerySet[Any], columns: tuple[ExportColumn, ...]) -> Iterator[Row]:
        for record in queryset.iterator(chunk_size=2000):
            yield [column.value(record) for column in columns]

    def _asked(self, request: HttpRequest) -> Iterator[tuple[str, str]]:
        """Each filter that is on, and the search, as the page names them."""
        found = self.get_changelist_instance(request)
        for spec in found.filter_specs:
            chosen = [str(c["display"]) for c in spec.choices(found) if c.get("selected") and "display" in c]
            if chosen and set(spec.expected_parameters()) & set(request.GET):
                yield capfirst(str(spec.title)), ", ".join(chosen)
        if found.query:
            yield _("Search"), found.query

    def _shown_columns(self, request: HttpRequest) -> tuple[ExportColumn, ...]:
        """The columns of the page."""
        names = self.get_list_display(request)
        return tuple(ExportColumn(capfirst(str(label_for_field(n, self.model, self))), self._shown(n)) for n in names)

    def _shown(self, name: str) -> Callable[[Any], object]:
        """What a column of the page holds of a record: a figure or a day itself, of all else what can be read."""
        try:
            return _of_field(self.model._meta.get_field(name))
        except FieldDoesNotExist:
            sorted_by = getattr(getattr(self, name, None), "admin_order_field", "")
            path = sorted_by.lstrip("-") if isinstance(sorted_by, str) else ""

        def value(record: Any) -> object:
            behind = _at(record, path) if path else None
            if isinstance(behind, Decimal | date) or (isinstance(behind, int) and not isinstance(behind, bool)):
                return behind
            read: Any = lookup_field(name, record, self)[2]
            return _plain(read) if isinstance(read, str) else read

        return value


def _plain(text: str) -> object:
    """What stands in a cell of the page, without its marks; an amount that is worked out there as a figure."""
    words = strip_tags(text).strip()
    amount = AMOUNT.fullmatch(words)
    return Decimal(amount[1].replace(",", "")) if amount else words


def _of_field(field: Any) -> Callable[[Any], object]:
    """A field's value; what is chosen from a list as people call it, and another record by its name."""
    if isinstance(field, Field) and field.choices:
        return lambda record: str(getattr(record, f"get_{field.name}_display")())
    if isinstance(field, ForeignKey):
        return lambda record: "" if getattr(record, field.attname) is None else str(getattr(record, field.name))
    return lambda record: getattr(record, field.name)
