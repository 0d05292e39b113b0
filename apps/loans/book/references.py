"""References of wallets and banks, in the one spelling under which they are compared."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID, uuid5

TRANSFERS = UUID("6f1b0c52-5d7a-5d0e-9a55-3a8f64a1c7d4")

_NOT_COUNTED = re.compile("[^0-9A-Za-z]")


def fold_reference(written: str) -> str:
    """The one spelling of a reference: `mp 1`, `MP-1` and `ＭＰ１` are `MP1`. Empty stays empty.

    Letters and digits alone count, in capitals; a reference without any (in another script) keeps what it has, without
    blanks. `FOLDED` of the room's queries is the same in SQL.
    """
    text = unicodedata.normalize("NFKC", written)
    return _NOT_COUNTED.sub("", text).upper() or text.replace(" ", "")


def transfer_id(channel: str, folded: str, statement: int = 0) -> UUID:
    """The key of what is said of a transfer: the same on every node, so that of two nodes' statements one stands.

    `statement` counts those before it, all of whose receipts were reversed.
    """
    return uuid5(TRANSFERS, f"{channel}|{folded}|{statement}" if statement else f"{channel}|{folded}")
