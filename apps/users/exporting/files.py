"""Writing files in the background: the page that was asked is asked again, by the worker, and what it answers is kept.

So there is one way to each file, and the page decides anew whether its reader may see what stands in it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import resolve, set_urlconf
from django.utils import timezone, translation

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.database import PUBLIC, connection
from apps.mfis.core.errors import NotFound, ServiceError, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.work.kinds import FILES
from apps.mfis.work.queries import bring_forward, plan
from apps.users.accounts.models import Account
from apps.users.exporting.models import ExportedFile
from apps.users.messaging.private_files import private_folder
from apps.users.messaging.services import queue_to_address

logger = logging.getLogger("letsema.files")

# Rows that are written while whoever asked waits: some seconds. Paper takes longer for each row.
AT_ONCE = {"xlsx": 50_000, "csv": 50_000, "pdf": 5_000}
MOST_WAITING = 10  # of one person
KEPT = timedelta(days=7)

State = ExportedFile.State


def in_background(request: HttpRequest) -> bool:
    """Whether it is the worker that asks, which has the time."""
    return hasattr(request, "writes_file")


@command(Action.MANAGE_OWN_ACCOUNT)
def ask_for_file(*, title: str, address: str, form: dict[str, str], actor: Actor) -> ExportedFile:
    """Has the worker write what a page gives as a file, and tell whoever asked.

    Raises:
        NotAllowed: the actor has no account here. WrongState: too many of theirs wait already.
    """
    account = Account.objects.select_for_update().own(actor)
    if ExportedFile.objects.filter(account=account, state=State.WAITING).count() >= MOST_WAITING:
        raise WrongState(f"{MOST_WAITING} of your files wait already; they are written one after the other.")
    file = ExportedFile.objects.create(account=account, title=title[:200], address=address, form=form)
    plan([connection.schema_name], [FILES])
    bring_forward([connection.schema_name], [FILES])
    return file


def write_files() -> int:
    """Writes every file of the present schema that waits, the oldest first. Returns how many. The worker's round: a
    file that a killed process had begun is written anew."""
    waiting = list(ExportedFile.objects.filter(state=State.WAITING).order_by("asked_at").select_related("account"))
    for file in waiting:
        _write(file)
    return len(waiting)


def _write(file: ExportedFile) -> None:
    try:
        answer = _answer(file)
        file.file_name = _name_of(answer)
        file.size = _keep(file, _parts_of(answer))
        file.state = State.READY
    except ServiceError as error:
        file.state, file.error = State.FAILED, error.message[:300]
    except (PermissionDenied, Http404):
        file.state, file.error = State.FAILED, "You may no longer see this."
    except Exception:
        logger.exception("A file could not be written.")
        file.state, file.error = State.FAILED, "It could not be written; ask for it again."
    file.ended_at = timezone.now()
    file.save()
    _tell(file)


def _tell(file: ExportedFile) -> None:
    """Tells whoever asked, where they have an e-mail: no SMS is sent to somebody who sits before the page."""
    if file.account.email:
        about = "file_ready" if file.state == State.READY else "file_failed"
        to: dict[str, Any] = {"address": file.account.email, "language": file.account.language, "account": file.account}
        queue_to_address(about=about, key=f"{about}:{file.pk}", values={"title": file.title}, **to)


def _answer(file: ExportedFile) -> HttpResponseBase:
    """What the page answers to whoever asked."""
    public = connection.schema_name == PUBLIC
    urls = settings.PUBLIC_SCHEMA_URLCONF if public else settings.ROOT_URLCONF
    request: Any = _request(file)
    found = resolve(request.path_info, urls)
    try:
        set_urlconf(urls)
        with translation.override(file.account.language):
            answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
    finally:
        set_urlconf(None)
    if answer.status_code in (302, 403):  # to the sign-in: whoever asked may not see the page any more
        raise PermissionDenied
    if "attachment" not in answer.get("Content-Disposition", ""):
        raise WrongState("The page no longer gives this as a file; ask for it again.")
    return answer


def _request(file: ExportedFile) -> HttpRequest:
    factory = RequestFactory()
    request: Any = factory.post(file.address, file.form) if file.form else factory.get(file.address)
    request.user, request.tenant = file.account, connection.tenant
    request.session = {}
    request.writes_file = file.pk
    request._dont_enforce_csrf_checks = True  # nobody's browser sent it
    return request  # type: ignore[no-any-return]


def _name_of(answer: HttpResponseBase) -> str:
    return answer["Content-Disposition"].partition('filename="')[2].rstrip('"') or "export"


def _parts_of(answer: HttpResponseBase) -> Iterable[bytes]:
    if isinstance(answer, StreamingHttpResponse):
        return answer.streaming_content  # type: ignore[return-value]
    return [answer.content]  # type: ignore[attr-defined]


def path_of(file_id: UUID) -> Path:
    """Where a file lies: a folder that our own account alone may look into."""
    return private_folder("files") / file_id.hex


def _keep(file: ExportedFile, parts: Iterable[bytes]) -> int:
    """Keeps the content. Returns how many bytes it has."""
    begun = path_of(file.pk).with_suffix(".part")
    with open(begun, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as kept:
        kept.writelines(parts)
    begun.replace(path_of(file.pk))
    return path_of(file.pk).stat().st_size


@command(Action.MANAGE_OWN_ACCOUNT)
def fetch_file(*, file_id: UUID, actor: Actor) -> ExportedFile:
    """One's own file, to be read from `path_of`; that it was fetched is kept.

    Raises:
        NotFound: no such file of the actor's here, or it is gone. WrongState: it is not ready.
    """
    file = ExportedFile.objects.filter(pk=file_id, account=actor.id).first()
    if file is None:
        raise NotFound("There is no such file.")
    if file.state != State.READY:
        raise WrongState("This file is not ready.")
    if not path_of(file.pk).exists():
        raise NotFound("This file is no longer kept; ask for it again.")
    file.fetched_at = timezone.now()
    file.save(update_fields=["fetched_at"])
    return file


def forget_old_files() -> int:
    """Removes files that were kept long enough. Returns how many."""
    old = list(ExportedFile.objects.filter(asked_at__lt=timezone.now() - KEPT).values_list("pk", flat=True))
    for file_id in old:
        with suppress(FileNotFoundError):
            path_of(file_id).unlink()
    ExportedFile.objects.filter(pk__in=old).delete()
    return len(old)
