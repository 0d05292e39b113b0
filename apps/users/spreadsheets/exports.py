"""A list page's “Export”: django-import-export's button, page and filters, in front of our own writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from import_export.admin import ExportMixin
from import_export.formats.base_formats import Format
from import_export.forms import ExportForm

from apps.users.spreadsheets.writing import CONTENT_TYPES, Row, Table, download


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of a list's export: its head, and where its value is found: an attribute's path, or a function."""

    head: str
    source: str | Callable[[Any], object]

    def value(self, record: Model) -> object:
        if callable(self.source):
            return self.source(record)
        value: Any = record
        for name in self.source.split("."):
            value = getattr(value, name, None)
        return value() if callable(value) else value


class _WrittenFormat(Format):  # type: ignore[misc]
    """A kind of file as import-export's page names it; its content comes from `writing`."""

    extension: ClassVar[str]

    def get_title(self) -> str:
        return self.extension

    def get_extension(self) -> str:
        return self.extension

    def get_content_type(self) -> str:
        return CONTENT_TYPES[self.extension]

    def can_export(self) -> bool:
        return True


class WrittenXLSX(_WrittenFormat):
    extension = "xlsx"


class WrittenCSV(_WrittenFormat):
    extension = "csv"


class ListExportMixin(ExportMixin):  # type: ignore[misc]
    """Adds “Export” to a list page: every row that its filters and search show."""

    export_columns: ClassVar[tuple[ExportColumn, ...]]
    export_form_class = ExportForm
    export_template_name = "admin/import_export/export.html"
    import_export_change_list_template = "admin/change_list.html"
    change_list_template = "admin/change_list.html"

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_export_formats(self) -> list[type[Format]]:
        return [WrittenXLSX, WrittenCSV]

    def _do_file_export(
        self, file_format: _WrittenFormat, request: HttpRequest, queryset: QuerySet[Any], export_form: Any = None
    ) -> HttpResponseBase:
        """The file, which import-export itself would hold in memory whole."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        name = self.get_export_filename(request, queryset, file_format).removesuffix(f".{file_format.extension}")
        table = Table([c.head for c in self.export_columns], self._rows(queryset))
        return download(table, name, file_format.extension)

    def _rows(self, queryset: QuerySet[Any]) -> Iterator[Row]:
        for record in queryset.iterator(chunk_size=2000):
            yield [column.value(record) for column in self.export_columns]
