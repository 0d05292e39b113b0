"""Every text comes in by one rule."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.texts import UnreadableText, clean_text, clean_texts

UNSEEN = (
    "\x00\x07\x1b\x7f\x85\u00ad\u061c\u180e\u200b\u200d\u200e\u202a"
    "\u202e\u2028\u2029\u2066\ufeff\ue000\ufdd0\u3164\u2800"
)


@dataclass(frozen=True, slots=True)
class Person:
    full_name: str
    reason: str = ""


@pytest.mark.parametrize("character", UNSEEN)
def test_what_nobody_can_see_is_refused_and_named(character: str) -> None:
    for paragraph in (False, True):
        with pytest.raises(UnreadableText, match=f"Full name holds a character .*U\\+{ord(character):04X}.*type it"):
            clean_text(f"Thabo{character}Mokoena", name="full_name", paragraph=paragraph)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(UnreadableText, match=r"U\+D800"):
        clean_text("a\ud800b")


def test_lines_are_broken_only_in_paragraphs() -> None:
    assert clean_text("One.\r\nTwo.\rThree\t3", name="reason") == "One.\nTwo.\nThree\t3"
    for text in ("One\nTwo", "One\rTwo", "One\r\nTwo"):
        with pytest.raises(UnreadableText, match="Name is one line, and holds a line break"):
            clean_text(text, name="name")
    with pytest.raises(UnreadableText, match="a tab"):
        clean_text("One\tTwo")


def test_a_text_has_one_spelling() -> None:
    assert clean_text("S\u030cekhonyana") == "Šekhonyana"
    assert clean_text("\u00a0Thabo\u2009Mokoena\u3000\n") == "Thabo Mokoena"
    assert clean_text("Lineo ’Mamosa – 50 % ✓ 😀") == "Lineo ’Mamosa – 50 % ✓ 😀"


def test_every_fault_is_named_wherever_it_stands() -> None:
    values = {"person": Person("A\u202eB"), "lines": [{"narrative": "x\ny"}], "reason": "a\nb", "password": "p\u200bq"}
    with pytest.raises(InvalidInput) as refused:
        clean_texts(values)
    assert set(refused.value.errors) == {"full_name", "narrative"}


def test_every_text_is_brought_into_its_spelling_wherever_it_stands() -> None:
    values = {"person": Person(" S\u030ce "), "lines": [{"narrative": " x "}], "password": " p ", "content": b" \x00"}
    assert clean_texts(values) == {
        "person": Person("Še"),
        "lines": [{"narrative": "x"}],
        "password": " p ",
        "content": b" \x00",
    }
