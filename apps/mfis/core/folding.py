"""How texts are searched for: without accents, apostrophes and hyphens, and phone numbers however they are written.

`fold` and the database's `letsema_fold` give the same, so that what is typed meets what is stored.
"""

from __future__ import annotations

import re
import unicodedata

from django.db import models
from django.db.models import Func

# What only divides, and every sign that people type for an apostrophe: 'Mamosa, ’Mamosa, ʼMamosa, Mamosa are one.
LEFT_OUT = re.compile("[\u0300-\u036f'\u2018\u2019\u201b\u02bc\u02bb\u02b9\u2032\uff07`\u00b4/._+\u2010-\u2015-]")
PHONE = re.compile(r"\+?[\d\s()./-]{6,}")
LONGEST = 80  # characters of a query that count
MOST_WORDS = 6


def fold(text: str) -> str:
    """`text` in small letters, without accents, apostrophes and hyphens, one blank between words."""
    plain = LEFT_OUT.sub("", unicodedata.normalize("NFD", text).lower())
    return " ".join(plain.split())


def search_words(query: str) -> list[str]:
    """The folded words of a query, each of which must be found.

    A query of digits alone is one word; of a phone number the 00 in front of the country's code is left out, as it is
    stored with a plus.
    """
    query = query[:LONGEST].strip()
    if PHONE.fullmatch(query):
        digits = re.sub(r"\D", "", query)
        return [digits.removeprefix("00") if digits.startswith("00266") else digits]
    return fold(query).split()[:MOST_WORDS]


class Fold(Func):
    """`letsema_fold` of a column."""

    function = "public.letsema_fold"
    output_field = models.TextField()
