"""The lenders of the demonstration tell their story as one person would enter it, and settle four eyes at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from apps.loans.book.workflow import CLOSING, FOUR_EYES, PAST_MONTH
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import GLAccount
from apps.loans.products.models import Policy, the_policy
from apps.loans.products.settings import save_setting
from apps.mfis.core.actor import Actor

LIMITS = {PAST_MONTH, "overpayment_limit", *(rule.limit for rule in FOUR_EYES.values())}


@contextmanager
def told_by_one(actor: Actor) -> Iterator[None]:
    """Lets one person date back, and the accounts be filled in any order, while a story of past months is told."""
    fresh = Policy()
    usual = {name: getattr(fresh, name) for name in (*LIMITS, "duties_apart", CLOSING)}
    _settle({**dict.fromkeys(LIMITS), "duties_apart": False, CLOSING: True}, actor)
    ensure_chart()
    assets = GLAccount.objects.filter(type="asset")
    assets.update(may_go_below_zero=True)
    yield
    assets.update(may_go_below_zero=False)
    _settle(usual, actor)


def _settle(values: dict[str, object], actor: Actor) -> None:
    policy = the_policy()
    for name, value in values.items():
        setattr(policy, name, value)
    save_setting(setting=policy, actor=actor)
