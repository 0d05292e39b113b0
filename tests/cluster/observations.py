"""What a node's process tells of what the node holds, to be compared between nodes."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import call_command
from django.db.models import Sum

from apps.loans.book.models import Loan, LoanEvent
from apps.loans.book.projection_check import differences
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import JournalLine
from apps.loans.ledger.verification import check_books
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import fetch_all
from apps.mfis.nodes.models import Conflict
from apps.users.accounts.models import Account

Answer = dict[str, Any]


def verify_books() -> Answer:
    """The breaks of the books' invariants."""
    return {"breaks": list(check_books(actor=SYSTEM).breaks)}


def check_projection() -> Answer:
    """What each loan's kept state differs in from its facts."""
    loans = Loan.objects.select_related("state")
    return {"differences": [f"{loan.number}: {line}" for loan in loans for line in differences(loan)]}


def states() -> Answer:
    """Status and balances of every loan, to be compared between nodes."""
    return {
        str(loan.pk): [loan.state.status, str(loan.state.principal_outstanding), str(loan.state.total_paid)]
        for loan in Loan.objects.select_related("state").filter(state__isnull=False).order_by("pk")
    }


def present(ids: list[str]) -> Answer:
    """Which of these rows are missing here, whatever they are."""
    here = {
        str(pk)
        for model in (LoanEvent, Loan, Account)
        for pk in model.objects.filter(pk__in=ids).values_list("pk", flat=True)
    }
    return {"missing": sorted(set(ids) - here)}


def sql(statement: str) -> Answer:
    """The rows of a query, as text."""
    return {"rows": [[str(v) if v is not None else None for v in row] for row in fetch_all(statement)]}


def conflicts() -> Answer:
    """Those nobody has decided on."""
    columns = ("id", "what", "table_name", "row_id", "column_name", "kept", "discarded")
    undecided = Conflict.objects.undecided().values(*columns)
    return {"open": [{**c, "id": str(c["id"]), "row_id": str(c["row_id"])} for c in undecided]}


def cluster(arguments: list[str]) -> Answer:
    """`manage.py cluster …` without starting a process for it: what it printed, and its exit status."""
    printed, code = io.StringIO(), 0
    try:
        call_command("cluster", *arguments, stdout=printed)
    except SystemExit as end:
        code = int(end.code or 0)
    return {"printed": printed.getvalue(), "code": code}


def till() -> Answer:
    """What the books hold in the cash account."""
    lines = JournalLine.objects.filter(account_id=accounts_by_role()["cash"])
    return {"cash": str(lines.aggregate(total=Sum("amount"))["total"] or 0)}
