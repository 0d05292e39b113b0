"""The one rule for every text that comes in, by whichever door: form, API, spreadsheet or command.

A text is kept in one spelling (NFC, plain spaces, none around it), and holds nothing that people cannot see: no
control, no mark that turns the direction of what follows, no character without width. Lines are broken only in fields
that are paragraphs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from django.db.models import CharField, JSONField, Model, TextField

from apps.mfis.core.errors import InvalidInput

# Fields that people write sentences in, by the names they have in forms, APIs, spreadsheets and commands alike.
PARAGRAPHS = frozenset({"reason", "decided_reason", "text", "answer", "note"})

# Of Unicode's categories: controls, formats, surrogates, private use, unassigned, separators of lines and paragraphs.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# What Unicode counts as letters, marks or symbols, and is not seen (Default_Ignorable_Code_Point, and blanks).
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_EMOJI = re.compile("[\U0001f000-\U0001fbff]")  # newer ones than this Python's Unicode knows
_BREAKS = "\n\t"

_LEFT_OUT = {"\n": "a line break", "\t": "a tab"}


class UnreadableText(ValueError):
    """A text holds what people cannot see; the sentence says what, and how to mend it."""


def clean_text(text: str, *, name: str = "", paragraph: bool | None = None) -> str:
    """The text in its one spelling.

    Line breaks and tabs may stand in a `paragraph`, by default where `name` is among `PARAGRAPHS`.

    Raises:
        UnreadableText: it holds what cannot be seen, with a sentence that names the field.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    if paragraph is None:
        paragraph = name in PARAGRAPHS
    plain = _SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    plain = unicodedata.normalize("NFC", plain)
    for character in plain:
        if character in _BREAKS and paragraph:
            continue
        if _is_unseen(character):
            raise UnreadableText(_sentence(name, character))
    return plain


def _is_unseen(character: str) -> bool:
    if _BLANK.match(character):
        return True
    return unicodedata.category(character) in _INVISIBLE and not _EMOJI.match(character)


def _sentence(name: str, character: str) -> str:
    spaced = name.replace("_", " ") or "the text"
    field = spaced[0].upper() + spaced[1:]
    if character in _LEFT_OUT:
        return f"{field} is one line, and holds {_LEFT_OUT[character]}; write a space instead."
    called = unicodedata.name(character, "a control character").lower()
    return (
        f"{field} holds a character that cannot be seen (U+{ord(character):04X}, {called}); "
        "type it anew instead of pasting it."
    )


def shown(text: str, longest: int = 80) -> str:
    """The text as a sentence may quote it: what cannot be seen is left out."""
    return "".join(c for c in text.strip()[:longest] if c.isprintable())


def clean_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with every text in them in its one spelling: also inside lists, dicts, dataclasses, new records.

    Passwords stay as they are: nobody sees them, and they are kept as hashes alone.

    Raises:
        InvalidInput: with a sentence for each field that holds what cannot be seen.
    """
    errors: dict[str, list[str]] = {}

    def clean(name: str, text: str) -> str:
        try:
            return clean_text(text, name=name)
        except UnreadableText as error:
            errors.setdefault(name, []).append(str(error))
            return ""

    cleaned = {name: _walk(name, value, clean) for name, value in values.items()}
    if errors:
        field, sentences = next(iter(errors.items()))
        raise InvalidInput(sentences[0], field=field, errors=errors)
    return cleaned


def _walk(name: str, value: Any, clean: Callable[[str, str], str]) -> Any:
    """`value` with every text cleaned; what holds none is the same object."""
    if type(value) is str:  # a choice (an enum) is one of ours
        return value if "password" in name else clean(name, value)
    if isinstance(value, list | tuple):
        walked = [_walk(name, item, clean) for item in value]
        return value if isinstance(value, tuple) and hasattr(value, "_fields") else type(value)(walked)
    if isinstance(value, dict):
        return {key: _walk(key if isinstance(key, str) else name, item, clean) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _walk_dataclass(value, clean)
    if isinstance(value, Model) and value._state.adding:
        _walk_record(value, clean)
    return value


def _walk_dataclass(value: Any, clean: Callable[[str, str], str]) -> Any:
    old = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
    new = {name: _walk(name, item, clean) for name, item in old.items()}
    return value if new == old else replace(value, **new)


def _walk_record(record: Model, clean: Callable[[str, str], str]) -> None:
    """A record that is not kept yet; one that was kept came by this rule already."""
    for field in record._meta.concrete_fields:
        value = record.__dict__.get(field.attname)
        if isinstance(field, CharField | TextField | JSONField) and value:
            setattr(record, field.attname, _walk(field.name, value, clean))


def visible(text: str) -> str:
    """The text without what cannot be seen, where it goes out: what was kept before the rule may hold it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in _BREAKS or not _is_unseen(c))
