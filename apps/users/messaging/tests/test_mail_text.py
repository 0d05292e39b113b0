"""Plain text is plain: no mail shows an apostrophe as an HTML entity."""

from __future__ import annotations

from string import Formatter

import pytest

from apps.users.messaging.texts import TEXTS

AWKWARD = '\'Mamosa & <Sons> "Ltd"'


@pytest.mark.parametrize("kind", TEXTS)
def test_a_message_says_names_as_they_are_written(kind: str) -> None:
    for language, text in (("en", TEXTS[kind].english), ("st", TEXTS[kind].sesotho)):
        places = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert AWKWARD in TEXTS[kind].read(language, **dict.fromkeys(places, AWKWARD))
