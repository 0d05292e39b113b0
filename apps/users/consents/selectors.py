"""How consents stand: the latest of a purpose decides, as long as it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.users.accounts.models import Account
from apps.users.consents.models import Consent
from apps.users.consents.texts import TEXTS


@dataclass(frozen=True, slots=True)
class Standing:
    """How one purpose stands: `last` is its latest fact, None where nothing was ever said."""

    purpose: str
    stands: bool
    last: Consent | None

    @classmethod
    def of(cls, purpose: str, last: Consent | None, as_of: date) -> Standing:
        stands = last is not None and last.granted and (last.expires_on is None or as_of < last.expires_on)
        return cls(purpose, stands, last)

    @property
    def label(self) -> str:
        return str(Consent.Purpose(self.purpose).label)


def standing_consent(*, account: Account, purpose: str, as_of: date) -> Standing:
    """How a purpose stands on a day."""
    return Standing.of(purpose, Consent.objects.filter(account=account, purpose=purpose).first(), as_of)


def all_consents(*, account: Account, as_of: date) -> list[Standing]:
    """How every purpose stands on a day."""
    last: dict[str, Consent] = {}
    for consent in Consent.objects.filter(account=account):  # the latest first
        last.setdefault(consent.purpose, consent)
    return [Standing.of(purpose, last.get(purpose), as_of) for purpose in TEXTS]
