"""Logos."""

from __future__ import annotations

from base64 import b64encode

import pytest
from django.test import Client

from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.errors import InvalidInput, NotAllowed
from apps.mfis.tenancy.colours import contrast, readable
from apps.mfis.tenancy.models import MFI, MFILogo
from apps.mfis.tenancy.services.branding import save_logo
from apps.mfis.tenancy.services.provisioning import update_mfi
from tests.factories import Branch

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060f80f0001040100"
)


def test_a_logo_is_a_picture_and_small(alpha: Branch) -> None:
    for content in (b"<svg onload=alert(1)>", b"", PIXEL + b"x" * MFILogo.MAXIMUM_BYTES):
        with pytest.raises(InvalidInput):
            save_logo(mfi=alpha.mfi, content=content, actor=OPERATOR)
    save_logo(mfi=alpha.mfi, content=PIXEL, actor=OPERATOR)
    answer = Client(HTTP_HOST=alpha.host).get("/brand/logo")
    assert (answer["Content-Type"], answer.content) == ("image/png", PIXEL)


def test_an_mfi_s_own_people_do_not_change_it(alpha: Branch) -> None:
    with pytest.raises(NotAllowed):
        save_logo(mfi=alpha.mfi, content=PIXEL, actor=alpha.staff["manager"].actor)


def test_white_words_are_read_on_every_brand(alpha: Branch) -> None:
    assert round(contrast("#ffffff", "#000000"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54  # the lightest grey that is enough
    for colour in ("#ffff00", "#ffffff", "#777777"):
        with pytest.raises(InvalidInput, match="is dark enough") as refused:
            update_mfi(mfi=alpha.mfi, actor=OPERATOR, brand_colour=colour)
        assert refused.value.field == "brand_colour"
        assert contrast(readable(colour), "#ffffff") >= 4.5
    assert readable("#0f5c4a") == "#0f5c4a"


def test_a_light_brand_of_before_is_shown_darker(alpha: Branch) -> None:
    MFI.objects.filter(pk=alpha.mfi.pk).update(brand_colour="#ffff00")
    page = Client(HTTP_HOST=alpha.host).get("/admin/login/").content.decode()
    assert "#ffff00" not in page
    assert f"--brand: {readable('#ffff00')}" in page


def test_the_logos_history_is_a_picture(alpha: Branch, public_client: Client) -> None:
    other = PIXEL + b"\0"
    for content in (PIXEL, other):
        save_logo(mfi=alpha.mfi, content=content, actor=OPERATOR)
    page = public_client.get(f"/admin/mfis/mfi/{alpha.mfi.pk}/history/").content.decode()
    for content in (PIXEL, other):
        assert f'src="data:image/png;base64,{b64encode(content).decode()}"' in page.replace("&#x3D;", "=")
    assert "\\x89" not in page
    assert "Content" not in page
