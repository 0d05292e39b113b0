"""The errors services raise. Each carries a sentence a person can act on; admin and API show it as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class Sentence(str):
    """What is wrong, in English, with the code and the values by which a program says it in another language.

    It is a text like any other, so it goes wherever one goes. `values` are text or whole numbers; amounts of money are
    text in their one form ("1250.00"), dates are ISO 8601.
    """

    code: str
    values: dict[str, str | int]

    def __new__(cls, text: str, code: str, **values: str | int) -> Sentence:
        sentence = super().__new__(cls, text)
        sentence.code, sentence.values = code, values
        return sentence

    @classmethod
    def of(cls, text: str, code: str) -> Sentence:
        """The text itself where it has a code of its own; else with the one that is given."""
        return text if isinstance(text, Sentence) else cls(text, code)


def sentences_of(error: ValidationError) -> list[str]:
    """The sentences of one of Django's validations, each with its code and values, where it has them."""
    faults: Iterable[Any] = getattr(error, "error_list", [])
    return [_sentence(fault) for fault in faults]


def _sentence(fault: ValidationError) -> str:
    values = {name: value for name, value in (fault.params or {}).items() if isinstance(value, str | int)}
    if isinstance(fault.message, Sentence):
        return fault.message
    (text,) = fault.messages
    return Sentence(text, fault.code, **values) if fault.code else text


class ServiceError(Exception):
    """A command was refused and changed nothing. `field` names the input at fault, where one is.

    `question` names the input by which a person may say yes to what was refused, and `carry` what a form must say when
    it is sent again.
    """

    status = 409
    code = "refused"
    question = ""
    carry: Mapping[str, object] = MappingProxyType({})

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = Sentence.of(message, self.code)
        self.field = field


class NotAllowed(ServiceError):
    """The actor's role or duty does not include this."""

    status = 403
    code = "not_allowed"


class NotFound(ServiceError):
    """There is no such record in this schema, or it is not the actor's to see."""

    status = 404
    code = "not_found"


class InvalidInput(ServiceError):
    """Something given is wrong; `errors` holds the sentences by field."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, *, field: str = "", errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(message, field=field)
        self.errors = errors or ({field: [message]} if field else {})

    @classmethod
    def from_validation(cls, error: ValidationError) -> InvalidInput:
        """The same faults, by field, from one of Django's validations."""
        if hasattr(error, "error_dict"):
            errors = {
                "" if name == NON_FIELD_ERRORS else name: [text for fault in faults for text in sentences_of(fault)]
                for name, faults in error.error_dict.items()
            }
        else:
            errors = {"": sentences_of(error)}
        first_field, first = next(iter(errors.items()))
        return cls(first[0], field=first_field, errors=errors)


class Unsure(InvalidInput):
    """What is given is possible and seldom meant. Whoever says that it is (`confirmed`) goes on."""

    code = "unsure"


class AlreadyExists(InvalidInput):
    """A natural key (e-mail, phone, national ID, subdomain) already belongs to another record."""

    status = 409
    code = "already_exists"


class WrongState(ServiceError):
    """The record's state does not allow this now."""

    code = "wrong_state"


class KeyReused(ServiceError):
    """An idempotency key came again with another request."""

    code = "idempotency_key_reused"


class NotHome(ServiceError):
    """The decision belongs to the MFI's home node. `home` is its letter, empty while it moves; `site` its address."""

    code = "not_home"

    def __init__(self, message: str, *, home: str, site: str) -> None:
        super().__init__(message)
        self.home = home
        self.site = site


class ConfirmationNeeded(ServiceError):
    """What one signs in or is reached by changes only with the password, or a fresh code, given again."""

    status = 403
    code = "confirmation_needed"


class TooManyAttempts(ServiceError):
    """Somebody tries more often than a person would."""

    status = 429
    code = "too_many_calls"
