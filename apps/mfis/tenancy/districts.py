"""The ten districts of Lesotho."""

from __future__ import annotations

from functools import cache

from django.db import models


class District(models.TextChoices):
    BEREA = "berea", "Berea"
    BUTHA_BUTHE = "butha_buthe", "Butha-Buthe"
    LERIBE = "leribe", "Leribe"
    MAFETENG = "mafeteng", "Mafeteng"
    MASERU = "maseru", "Maseru"
    MOHALES_HOEK = "mohales_hoek", "Mohale's Hoek"
    MOKHOTLONG = "mokhotlong", "Mokhotlong"
    QACHAS_NEK = "qachas_nek", "Qacha's Nek"
    QUTHING = "quthing", "Quthing"
    THABA_TSEKA = "thaba_tseka", "Thaba-Tseka"

    @classmethod
    def from_text(cls, text: str) -> District:
        """The district a person wrote: by name or code, whatever the case, spaces, hyphens and apostrophes.

        Raises:
            ValueError: naming the ten districts.
        """
        district = _by_name().get(_plain(text))
        if district:
            return district
        raise ValueError(f"“{text}” is not a district of Lesotho; use one of {', '.join(map(str, cls.labels))}.")


def district_code(text: str) -> str:
    """The code of a district as a person writes it; what is none stays as it is, to be refused with those there are."""
    try:
        return District.from_text(text).value
    except ValueError:
        return text


@cache
def _by_name() -> dict[str, District]:
    """Each district by its code and by its name, as they are compared."""
    return {_plain(str(name)): district for district in District for name in (district.value, district.label)}


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalpha())
