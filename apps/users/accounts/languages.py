"""The two languages people are spoken to in, and a text in both.

What the server says to borrowers stands as `Words`, English and Sesotho side by side, so that neither is changed
without the other: messages in users/messaging/texts.py, what is consented to in users/consents/texts.py. What the
portal says by itself stands in portal/src/locales, with the English as the key. The back-office speaks English.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SESOTHO = "st", "Sesotho"

    @classmethod
    def of(cls, code: str) -> Language:
        """The language of a code; English where it is none of ours."""
        return cls(code) if code in cls.values else cls.ENGLISH


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages, with the same places in braces."""

    english: str
    sesotho: str

    def read(self, language: str, **values: str) -> str:
        """The text in a language, with its places filled.

        Raises:
            KeyError: a place for which there is no value. ValueError: an unknown language.
        """
        text = self.english if Language(language) == Language.ENGLISH else self.sesotho
        return text.format(**values)
