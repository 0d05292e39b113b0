"""Where a bureau's own format is plugged in: LETSEMA_BUREAU names the class that writes it and reads the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.loans.bureau.records import Record


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself. `sequence` counts the files of one month, from 1."""

    supplier: str
    month_end: date
    made_on: date
    sequence: int


@dataclass(frozen=True, slots=True)
class BureauAnswer:
    """What a bureau did with a file: its reference, how many it took, and why it refused the others."""

    reference: str
    accepted: int
    refused: dict[str, str]  # loan number: the bureau's reason


class BureauAdapter(Protocol):
    """A bureau's format."""

    layout: str

    def write(self, header: Header, records: list[Record]) -> bytes:
        """The file."""

    def read_answer(self, content: bytes) -> BureauAnswer:
        """The bureau's answer to a file.

        Raises:
            ValueError: it is not in the bureau's format; in words.
        """


def bureau_adapter() -> BureauAdapter:
    """The adapter that the settings name."""
    found: BureauAdapter = import_string(settings.BUREAU_ADAPTER)()
    return found
