"""A borrower's photograph: kept as papers are, one at a time, for colleagues alone."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.loans.applications.models import Document
from apps.loans.applications.selectors import photograph_of
from apps.loans.applications.services.photographs import keep_photograph
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound
from tests.factories import Branch

JPEG, PNG = b"\xff\xd8\xff\xe0 picture", b"\x89PNG\r\n\x1a\n picture"


def keep(alpha: Branch, content: bytes = JPEG, who: str = "officer", **values: object) -> Document:
    call = {"account_id": alpha.borrower.pk, "file_name": "me.jpg", **values}
    return keep_photograph(content=content, actor=alpha.staff[who].actor, **call)  # type: ignore[arg-type]


def test_the_last_one_stands(alpha: Branch) -> None:
    first = keep(alpha)
    assert keep(alpha) == first
    second = keep(alpha, PNG)
    assert photograph_of(alpha.borrower) == second
    assert Document.objects.filter(borrower=alpha.borrower, is_active=False).get() == first


def test_what_is_refused(alpha: Branch) -> None:
    for content in (b"", b"%PDF-1.4", b"GIF89a", b"\xff\xd8\xff" + b"x" * 5 * 1024 * 1024):
        with pytest.raises(InvalidInput):
            keep(alpha, content)
    with pytest.raises(NotFound):
        keep(alpha, account_id=uuid4())
    with pytest.raises(NotAllowed):
        keep(alpha, who="accountant")


def test_the_page_shows_it(alpha: Branch) -> None:
    client, at = alpha.client("officer"), f"/admin/users/borrowerprofile/{alpha.borrower.pk}"
    assert client.get(f"{at}/photograph/").status_code == 404
    sent = client.post(f"{at}/photograph/new/", {"file": SimpleUploadedFile("me.jpg", JPEG)})
    assert sent.status_code == 302
    assert f"{at}/photograph/" in client.get(f"{at}/change/").content.decode()
    shown = client.get(f"{at}/photograph/")
    assert (shown.content, shown["Content-Type"], shown["X-Content-Type-Options"]) == (JPEG, "image/jpeg", "nosniff")
    assert alpha.client().get(f"{at}/photograph/").status_code == 302
