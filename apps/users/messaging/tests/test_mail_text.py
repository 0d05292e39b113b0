"""Plain text is plain: no mail shows an apostrophe as an HTML entity."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from apps.users.messaging.texts import TEXTS

MAILS = sorted(p.name for p in (Path(settings.ROOT) / "templates" / "messages").glob("*.txt"))
AWKWARD = '\'Mamosa & <Sons> "Ltd"'


class Person:
    full_name = AWKWARD


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_names_as_they_are_written(name: str) -> None:
    url = "https://alpha.example/?a=1&b=2"
    text = render_to_string(f"messages/{name}", {"account": Person(), "brand": AWKWARD, "url": url, "days": 7})
    assert AWKWARD in text
    assert "&#" not in text
    assert "&amp;" not in text
    assert "&lt;" not in text
    assert text.startswith("Dear")


@pytest.mark.parametrize("kind", TEXTS)
def test_a_message_says_names_as_they_are_written(kind: str) -> None:
    for language, text in (("en", TEXTS[kind].english), ("st", TEXTS[kind].sesotho)):
        places = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert AWKWARD in TEXTS[kind].read(language, **dict.fromkeys(places, AWKWARD))
