"""The key facts of an application as it stands, and the borrower's agreement to them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.loans.book.key_facts import Facts, facts_hash, facts_of
from apps.loans.book.models import Loan
from apps.loans.book.selectors.agreement import agreement_wanted
from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput, Sentence, WrongState


class KeyFactsChanged(InvalidInput):
    """What was agreed to is not what would be booked: it is to be shown again."""

    code = "key_facts_changed"


def current_facts(loan: Loan) -> tuple[Facts, str]:
    """The key facts of what is agreed or asked for by now, and their hash."""
    facts = facts_of(loan.product, loan.terms_agreed, loan.submitted_on)
    return facts, facts_hash(facts)


def signed_facts(agreed: str, loan: Loan, terms: dict[str, Any], actor: Actor, language: str) -> dict[str, Any]:
    """The statement of these terms that was agreed to, whole, with its hash and by whom.

    Raises:
        InvalidInput: what was agreed to, of which `agreed` is the hash, is not what would be booked.
    """
    return signed_statement(agreed, facts_of(loan.product, terms, loan.submitted_on), actor, language)


def signed_statement(agreed: str, facts: Facts, actor: Actor, language: str) -> dict[str, Any]:
    """The same of facts that are known already."""
    if facts_hash(facts) != agreed:
        text = "The figures have changed since they were shown. Look at them again, then agree."
        raise KeyFactsChanged(Sentence(text, "figures_changed"), field="agreed")
    return {
        "facts": facts,
        "hash": agreed,
        "language": language if language in ("en", "st") else "en",
        "name": actor.name,
        "at": timezone.now().isoformat(timespec="seconds"),
    }


def check_agreed(loan: Loan) -> None:
    """Refuses what needs the borrower's agreement to the terms as they stand (Disclosure Regulations of 2023).

    Raises:
        WrongState: the terms were changed since.
    """
    if agreement_wanted(loan):
        raise WrongState(
            "The terms were changed since the borrower agreed to them. The borrower agrees to the new key facts in "
            "the portal, or signs them here: “The borrower agrees”."
        )
