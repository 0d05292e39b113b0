"""The words that borrowers consent to, in English and in Sesotho, by purpose and version.

They stand here alone: the API shows them to the portal, and the page at the counter reads them out. A version that
somebody agreed to is never changed; other words are a new version.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.users.accounts.languages import Words
from apps.users.consents.models import Consent

Purpose = Consent.Purpose


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of one text, in both languages. `days` is how long a consent to it lasts; None: until withdrawn."""

    version: int
    days: int | None
    words: Words

    def read(self, language: str, lender: str) -> str:
        """The text as a borrower of `lender` reads it."""
        return self.words.read(language, lender=lender)


TEXTS: dict[str, tuple[ConsentText, ...]] = {
    Purpose.RECORDS: (
        ConsentText(
            1,
            None,
            Words(
                (
                    "{lender} keeps what you tell it about yourself, your loans and your payments, to decide on loans, "
                    "to serve them and to keep the books that the law asks for. You may read all of it, have mistakes "
                    "corrected, and complain to {lender} or to the Central Bank of Lesotho. Nothing is given to "
                    "others unless you say so or the law demands it."
                ),
                (
                    "{lender} e boloka seo u e bolellang sona ka uena, likalimo tsa hau le litefo tsa hau, ho etsa "
                    "qeto ka likalimo, ho li tsamaisa le ho boloka libuka tseo molao o li batlang. U ka bala tsohle, "
                    "ua kopa hore liphoso li lokisoe, 'me ua tletleba ho {lender} kapa ho Banka e Kholo ea Lesotho. "
                    "Ha ho letho le fuoang batho ba bang ntle le haeba u lumela kapa molao o laela."
                ),
            ),
        ),
    ),
    Purpose.SHARING: (
        ConsentText(
            1,
            365,
            Words(
                (
                    "When you apply for a loan, {lender} may ask the other lenders in Letsema how many of them lend "
                    "to you, how much you owe in all, what you pay a month, and how late you were at worst in the "
                    "last 12 months. No lender's name is told. You see every such question. You can take this back at "
                    "any time; it ends by itself after 12 months."
                ),
                (
                    "Ha u etsa kopo ea kalimo, {lender} e ka botsa ba bang ba alimanang ho Letsema hore na ke ba bakae "
                    "ba u alimileng, u koloteha bokae kaofela, u lefa bokae ka khoeli, le hore na u kile ua lieha ha "
                    "kae likhoeling tse 12 tse fetileng. Ha ho lebitso la moalimi le "
                    "boleloang. U bona potso e 'ngoe le e 'ngoe. U ka hula tumello ena neng kapa neng; e "
                    "fela ka boeona ka mor'a likhoeli tse 12."
                ),
            ),
        ),
    ),
}


def current_text(purpose: str) -> ConsentText:
    """The text that is shown and agreed to now.

    Raises:
        KeyError: an unknown purpose.
    """
    return TEXTS[purpose][-1]


def text_of_version(purpose: str, version: int) -> ConsentText:
    """The text of a version that somebody agreed to.

    Raises:
        KeyError: an unknown purpose or version.
    """
    for text in TEXTS[purpose]:
        if text.version == version:
            return text
    raise KeyError(f"{purpose} {version}")
