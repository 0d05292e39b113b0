"""Names as other systems write them: in parts, surname first, in capitals. What was not said of the file is kept as it
stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.mfis.core.texts import shown
from apps.users.spreadsheets.kinds import Option, Row
from apps.users.spreadsheets.values import Holds

NAME_OPTIONS = (
    Option(
        "surname_first",
        _("Names are written surname first, with a comma"),
        holds=Holds.TRUTH,
        remembered=True,
        note=_("MOKOENA, Palesa is kept as Palesa MOKOENA; a name without its comma is a fault."),
    ),
    Option(
        "lay_out_capitals",
        _("Lay out what is in capitals: MOKOENA as Mokoena"),
        holds=Holds.TRUTH,
        remembered=True,
        note=_("Names that have small letters stay as they are."),
    ),
)

_PARTS = ("first_name", "middle_name", "last_name")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_NUMERALS = frozenset({"II", "III", "IV"})


def name_of(row: Row, options: Mapping[str, Any]) -> str:
    """The name that a row gives, as it was said that the file writes names; "" where it gives none, or a faulty one."""
    parts = [part for key in _PARTS if (part := row.values.get(key))]
    name = row.values.get("full_name") or " ".join(parts)
    if options.get("surname_first") and row.values.get("full_name"):
        surname, _comma, first = (part.strip() for part in name.partition(","))
        if not surname or not first or "," in first:
            row.fail("full_name", f"“{shown(name)}” is not a surname, a comma and first names; write it so.")
            return ""
        name = f"{first} {surname}"
    return _WORD.sub(_laid_out, name) if options.get("lay_out_capitals") else name


def _laid_out(found: re.Match[str]) -> str:
    """MOKOENA as Mokoena, O'BRIEN as O'Brien, TS'EHLANA as Ts'ehlana."""
    word = found[0]
    if not word.isupper() or len(word) == 1 or word in _NUMERALS:
        return word
    begun = re.match(r"[^\W\d_]['\u2019]", word)
    return word[:2] + word[2:].capitalize() if begun else word.capitalize()
