"""Amounts of money as people write them. Nothing is guessed: what may be read in two ways is asked about."""

from __future__ import annotations

import re
from decimal import Decimal

from apps.mfis.core.texts import shown

MAXIMUM_AMOUNT = Decimal("100000000.00")  # no single movement of money here is larger; more is a slip of the hand
LONGEST = 40  # characters; the largest amount that a column holds has 13 digits

_SPACES = " \u00a0\u2009\u202f"  # typed, and what spreadsheets and phones put between thousands
_SIGN = "[-+\u2212]?"
_WRITTEN = re.compile(
    rf"(?P<before>{_SIGN})(?:(?:M|LSL|maloti)[{_SPACES}]*)?(?P<after>{_SIGN})"
    rf"(?P<number>[0-9.,{_SPACES}]*[0-9])(?:[{_SPACES}]*(?:LSL|maloti))?",
    re.IGNORECASE,
)
# Thousands by one separator throughout, then at most two decimals after another one.
_FORMS = (
    re.compile(r"(?P<whole>[0-9]+)(?:[.,](?P<decimals>[0-9]{1,2}))?"),
    re.compile(r"(?P<whole>)[.,](?P<decimals>[0-9]{1,2})"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.(?P<decimals>[0-9]{1,2}))?"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3})+),(?P<decimals>[0-9]{1,2})"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,})(?P<decimals>)"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,](?P<decimals>[0-9]{1,2}))?"),
)
# A lone separator before three digits, where it may stand for thousands as well as for decimals.
_EITHER = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})*\.[0-9]{3}|(?:0|[0-9]{4,})[.,][0-9]{3}")


def parse_amount(text: str) -> Decimal:
    """The amount that `text` says, with the decimals it has: `4,500`, `4 500.00`, `4500,50`, `M4500`, `4.500,00`.

    A comma or point is a separator of thousands where only that fits, and of decimals where only that fits.

    Raises:
        ValueError: no amount, or one that may be read in two ways (`4.500`), with how to write it.
    """
    written = _WRITTEN.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if written is None or (written["before"] and written["after"]):
        raise ValueError(_no_amount(text))
    number = re.sub(f"[{_SPACES}]", " ", written["number"])
    found = next((match for form in _FORMS if (match := form.fullmatch(number))), None)
    if found is None:
        raise ValueError(_two_ways(text) if _EITHER.fullmatch(number) else _no_amount(text))
    minus = "-" if (written["before"] or written["after"]) in ("-", "\u2212") else ""
    whole = re.sub("[., ]", "", found["whole"]) or "0"
    return Decimal(f"{minus}{whole}.{found['decimals']}" if found["decimals"] else f"{minus}{whole}")


def _no_amount(text: str) -> str:
    found = f"“{shown(text)}” is not an amount" if text.strip() else "There is no amount"
    return f"{found}; write 4500.00 or 4,500.00."


def _two_ways(text: str) -> str:
    digits = int(re.sub("[^0-9]", "", text))
    return f"“{shown(text)}” may be read in two ways; write {digits}.00, or two digits after the point."
