"""What a page does with whoever asks for a file that takes longer than a page may."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.mfis.core.errors import ServiceError
from apps.users.accounts.models import Account
from apps.users.exporting.files import AT_ONCE, ask_for_file, in_background
from apps.users.exporting.writing import Table, download


def ask_and_say(request: HttpRequest, title: str, form: dict[str, str]) -> HttpResponseBase:
    """Asks the worker for what this page gives, and leads to one's files."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    try:
        ask_for_file(title=title, address=request.get_full_path(), form=form, actor=request.user.actor)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is long, and is written in the background. You are told when it is ready."))
    return HttpResponseRedirect(reverse("admin:users_exportedfile_changelist"))


def download_or_wait(request: HttpRequest, table: Table, name: str, file_format: str) -> HttpResponseBase:
    """The table as a file; one that is too long to wait for is asked of the worker."""
    rows: Any = table.rows
    if isinstance(rows, Sized) and len(rows) > AT_ONCE[file_format] and not in_background(request):
        return ask_and_say(request, table.title, {})
    return download(table, name, file_format)
