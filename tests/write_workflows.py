"""Writes docs/workflows.md from the workflow tables: `python -m tests.write_workflows`."""

from __future__ import annotations

import os
from collections.abc import Iterable

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()

import config.urls_public
import config.urls_tenant  # noqa: F401 - every page and route, and with them every workflow
from apps.loans.book.models import EventType
from apps.loans.book.workflow import EVENTS, LOAN
from apps.mfis.core.roles import DUTIES, Action, Duty
from apps.mfis.core.workflow import WORKFLOWS, Transition, Workflow
from tests.imports import ROOT

DOCUMENT = ROOT / "docs" / "workflows.md"
HEAD = """# Workflows

What may be done to each record, from where, by whom. Made from the tables that services, admin and API read
([apps/mfis/core/workflow.py](../apps/mfis/core/workflow.py)) by `python -m tests.write_workflows`; a test holds that it
is current, and another drives each transition of a loan and compares.

Who holds a duty is in [apps/mfis/core/roles.py](../apps/mfis/core/roles.py). *A second person*: not whoever had a hand
in it. *Anywhere*: on any node; everything else at the MFI's home ([cluster.md](cluster.md)).
"""
COLUMNS = ("may", "from", "to", "by", "conditions", "writes", "the borrower is told")


def document() -> str:
    """The whole document."""
    ordered = sorted(WORKFLOWS.values(), key=lambda workflow: (workflow is not LOAN, workflow.aggregate))
    return "\n\n".join([HEAD.strip(), *map(_table, ordered)]) + "\n"


def _table(workflow: Workflow) -> str:
    rows = [COLUMNS, ["---"] * len(COLUMNS), *(_cells(transition, workflow) for transition in workflow)]
    return "\n".join([f"## {workflow.aggregate.capitalize()}", "", *(f"| {' | '.join(row)} |" for row in rows)])


def _cells(transition: Transition, workflow: Workflow) -> list[str]:
    same = transition.targets == transition.sources
    return [
        transition.label,
        _states(transition.sources, workflow),
        "as before" if same else _states(transition.targets, workflow),
        _holders(transition.duty),
        ", ".join(_conditions(transition)),
        ", ".join(f"`{event}`" for event in transition.events),
        _told(transition) if workflow is LOAN else "",
    ]


def _states(of: Iterable[str], workflow: Workflow) -> str:
    wanted = set(of)
    return ", ".join(label.lower() for state, label in workflow.states.items() if state in wanted)


def _holders(duty: Action) -> str:
    if duty == Action.BORROW:
        return "the borrower"
    held = DUTIES.get(duty, frozenset())
    return ", ".join(one.label.lower() for one in Duty if one in held) or "Letsema admin"


def _conditions(transition: Transition) -> list[str]:
    conditions = {
        "a second person": bool(transition.second_person),
        "with a reason": transition.needs_reason,
        "anywhere": transition.anywhere,
    }
    return [words for words, holds in conditions.items() if holds]


def _told(transition: Transition) -> str:
    if any(EVENTS[EventType(event)].message for event in transition.events):
        return "yes"
    taken_back = [event for event in EventType if event in transition.undoes and EVENTS[event].reversal_message]
    return f"of {', '.join(event.label.lower() for event in taken_back)}" if taken_back else ""


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    print(DOCUMENT.relative_to(ROOT))
