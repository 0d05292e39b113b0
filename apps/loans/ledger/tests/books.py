"""What tests of the books ask with, and how they get money into them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from apps.loans.book.models import Loan
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import JournalLine
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from tests.factories import TODAY, Branch, settle_alone


def held(role: str) -> Decimal:
    """What the usual account of a posting role holds, debit above zero."""
    return JournalLine.objects.filter(account_id=accounts_by_role()[role]).total()


def receive(alpha: Branch, loan: Loan, amount: str, on: date = TODAY) -> Receipt:
    """Money by M-Pesa, with a reference of its own."""
    return record_repayment(
        loan_id=loan.pk,
        actor=alpha.staff["cashier"].actor,
        amount=Decimal(amount),
        channel="mpesa",
        reference=f"Q{amount}{on}",
        value_date=on,
    )


def run_sql(*statements: str) -> None:
    """As the application's own role, in a transaction that is undone when it is refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def settle_policy(**values: object) -> None:
    settle_alone(**values)
