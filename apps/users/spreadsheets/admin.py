"""django-import-export's upload, preview and confirm, in front of our own importers and services."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from import_export.admin import ImportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ImportForm
from import_export.resources import Resource
from import_export.results import Result

from apps.mfis.core.errors import ServiceError
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account
from apps.users.spreadsheets.plan import Importer, Plan
from apps.users.spreadsheets.storage import PrivateTempStorage


class _Upload:
    """What a format hands to the resource: the file itself, which our reader reads with typed cells."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __len__(self) -> int:
        return len(self.content)


class UploadedXLSX(XLSX):  # type: ignore[misc]
    """An upload whose cells our reader reads; whichever kind of file it is, its content tells."""

    def create_dataset(self, in_stream: Any) -> _Upload:
        return _Upload(in_stream)


class UploadedCSV(CSV):  # type: ignore[misc]
    """The same, as import-export's confirmation form names a CSV."""

    def get_read_mode(self) -> str:
        return "rb"

    def is_binary(self) -> bool:
        return True

    def create_dataset(self, in_stream: Any) -> _Upload:
        return _Upload(in_stream)


FORMATS = [UploadedXLSX, UploadedCSV]
ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")


class PlanResult(Result):  # type: ignore[misc]
    """A plan as import-export's pages expect a result: it may be confirmed when any row is good."""

    def __init__(self, plan: Plan | None, error: str = "") -> None:
        super().__init__()
        self.plan, self.error = plan, error

    def has_errors(self) -> bool:
        return bool(self.error) or self.plan is None or not self.plan.good

    def has_validation_errors(self) -> bool:
        return False


def resource_for(importer: Importer) -> type[Resource]:
    """A resource of import-export that hands the file to `importer`."""

    class ServiceResource(Resource):  # type: ignore[misc]
        """Checks by the importer; writes by the services that form and API call."""

        def import_data(self, dataset: _Upload, dry_run: bool = False, **kwargs: Any) -> PlanResult:
            user: Account = kwargs["user"]
            try:
                plan = importer.plan(dataset.content)
                if not dry_run:
                    importer.run(plan, actor=user.actor)
            except ServiceError as error:
                return PlanResult(None, error.message)
            return PlanResult(plan)

        def get_user_visible_fields(self) -> list[Any]:
            return []

        @classmethod
        def get_display_name(cls) -> str:
            return importer.title

    return ServiceResource


class UploadForm(ImportForm):  # type: ignore[misc]
    """One file; its format is told by its name."""

    def __init__(self, formats: Sequence[Any], resources: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["import_file"].label = "Spreadsheet"
        self.fields["import_file"].widget.attrs["accept"] = ",".join(ENDINGS)

    @property
    def media(self) -> forms.Media:
        return forms.Media()  # no guessing by script: clean() tells the format

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        name = str(getattr(values.get("import_file"), "name", "")).lower()
        if name and not name.endswith(ENDINGS):
            self.add_error("import_file", "Send an XLSX, XLS, ODS or CSV spreadsheet.")
        values["format"] = "0"
        return values


class ServiceImportMixin(ImportMixin):  # type: ignore[misc]
    """Adds “Import” to a list page of the public site."""

    import_of: type[Importer]
    import_template_name = "admin/import_export/import.html"
    import_export_change_list_template = "admin/change_list.html"
    change_list_template = "admin/change_list.html"
    import_form_class = UploadForm
    import_formats = FORMATS

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self._may(request, Action.MANAGE_MFIS))

    def get_import_formats(self) -> list[Any]:
        return FORMATS

    def get_import_resource_classes(self, request: HttpRequest) -> list[type[Resource]]:
        return [resource_for(self.import_of())]

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        importer = self.import_of()
        return {**super().get_import_context_data(**kwargs), "importer": importer}

    def process_result(self, result: PlanResult, request: HttpRequest) -> HttpResponse:
        back = self._page("changelist")
        if result.error or result.plan is None:
            messages.error(request, result.error or "Nothing was imported.")
            return HttpResponseRedirect(back)
        left_out = len(result.plan.faulty)
        text = f"{len(result.plan.good)} {self.import_of.noun} imported."
        messages.success(request, text + (f" {left_out} faulty row(s) were left out." if left_out else ""))
        return HttpResponseRedirect(back)

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The preview; an upload that can be confirmed stays, any other one is deleted at once."""
        response = super().import_action(request, **kwargs)
        context = response.context_data
        if "confirm_form" not in context and "form" in context and context["form"].is_bound:
            self._remove_upload(getattr(context["form"].files.get("import_file"), "tmp_storage_name", ""))
        return response  # type: ignore[no-any-return]

    def _remove_upload(self, name: str) -> None:
        with suppress(ValueError):  # it was never kept, or the name was tampered with
            PrivateTempStorage(name=name).remove()

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The import itself. The upload is deleted however it ends."""
        try:
            return super().process_import(request, **kwargs)  # type: ignore[no-any-return]
        except (OSError, ValueError):  # confirmed twice, or the name was tampered with
            messages.error(request, "This upload was already imported or is gone; send the file again.")
            return HttpResponseRedirect(self._page("import"))
        finally:
            self._remove_upload(request.POST.get("import_file_name", ""))

    def _page(self, name: str) -> str:
        opts = self.model._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}")
