"""Income as it is earned: one entry for each product and day.

The books must hold, per product, all interest earned up to the day, and all fees and penalties that have fallen due.
What they lack is posted; so a receipt entered late, a reversal or a write-off corrects the accrual of its product by
itself on the next day.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.post import ZERO, open_day, post_entry
from apps.loans.models import JournalEntry, JournalLine, Product
from apps.loans.models.policy import Policy, the_policy
from apps.mfis.clock import business_date
from apps.mfis.database import connection

# Interest is earned evenly over an installment's period; the part of a running one is rounded for each loan. What a
# loan that has ended was paid is earned, whenever it would have fallen due; one charged off earns what is paid on it.
EARNED = """
    SELECT product_id, sum(interest), sum(fees), sum(penalties) FROM (
        SELECT l.product_id,
               CASE WHEN i.due_date <= %(on)s OR s.closed_on <= %(on)s THEN i.interest
                    WHEN i.days = 0 THEN 0
                    ELSE round(i.interest * (%(on)s - (i.due_date - i.days)) / i.days, 2) END AS interest,
               CASE WHEN i.due_date <= %(on)s OR s.closed_on <= %(on)s THEN i.fees ELSE 0 END AS fees,
               CASE WHEN i.due_date <= %(on)s OR s.closed_on <= %(on)s THEN i.penalties ELSE 0 END AS penalties
          FROM loans_installment i
          JOIN loans_loan l ON l.id = i.loan_id
          JOIN loans_loanstate s ON s.loan_id = i.loan_id
          JOIN loans_earning e ON e.loan_id = i.loan_id
         WHERE s.disbursed_on <= %(on)s AND (i.due_date - i.days < %(on)s OR s.closed_on <= %(on)s)
           AND NOT (s.status = 'charged_off' AND e.closed_on <= %(on)s)
        UNION ALL
        SELECT e.product_id, e.total_interest, e.total_fees, e.total_penalties
          FROM loans_earning e JOIN loans_loanstate s ON s.loan_id = e.loan_id
         WHERE s.status = 'charged_off' AND e.closed_on <= %(on)s
    ) found GROUP BY product_id
"""
# The same from the narrow rows, which stand for days from yesterday on.
EARNED_LATELY = """
    SELECT product_id,
           sum(CASE WHEN closed_on <= %(on)s THEN total_interest
                    WHEN due IS NULL OR start >= %(on)s THEN earned
                    WHEN due <= %(on)s THEN earned + interest
                    ELSE earned + round(interest * (%(on)s - start) / (due - start), 2) END),
           sum(CASE WHEN closed_on <= %(on)s THEN total_fees ELSE fees END),
           sum(CASE WHEN closed_on <= %(on)s THEN total_penalties ELSE penalties END)
      FROM loans_earning GROUP BY product_id
"""
# Loans whose running installment has fallen due go on to the next one that has not. They are few a day: found by their
# place (ctid) and looked up one by one, or the planner would read every installment there is. A row that a receipt
# changes meanwhile is placed by its own fold.
GO_ON = """
    UPDATE loans_earning e
       SET (start, due, interest, earned, fees, penalties) = (
            SELECT coalesce((array_agg(i.due_date - i.days ORDER BY i.due_date, i.interest DESC)
                             FILTER (WHERE i.due_date > %(on)s))[1], %(on)s),
                   min(i.due_date) FILTER (WHERE i.due_date > %(on)s),
                   coalesce((array_agg(i.interest ORDER BY i.due_date, i.interest DESC)
                             FILTER (WHERE i.due_date > %(on)s))[1], 0),
                   coalesce(sum(i.interest) FILTER (WHERE i.due_date <= %(on)s), 0),
                   coalesce(sum(i.fees) FILTER (WHERE i.due_date <= %(on)s), 0),
                   coalesce(sum(i.penalties) FILTER (WHERE i.due_date <= %(on)s), 0)
              FROM loans_installment i WHERE i.loan_id = e.loan_id)
     WHERE e.ctid = ANY (ARRAY(SELECT ctid FROM loans_earning WHERE due <= %(on)s))
"""
PAIRS = (
    ("interest_receivable", "interest_income"),
    ("fees_receivable", "fee_income"),
    ("penalties_receivable", "penalty_income"),
)


def earned(on: date) -> dict[UUID, tuple[Decimal, Decimal, Decimal]]:
    """Interest earned, fees and penalties fallen due up to and with `on`, by product."""
    lately = on >= business_date() - timedelta(days=1)
    with connection.cursor() as cursor:
        if lately:
            cursor.execute(GO_ON, {"on": on})
        cursor.execute(EARNED_LATELY if lately else EARNED, {"on": on})
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def post_accruals(on: date) -> int:
    """Posts what each product has earned up to `on` and the books do not hold yet. Returns the entries written.

    A day before the last that was accrued is behind: nothing is posted for it.
    """
    if the_policy().recognition != Policy.Recognition.ACCRUAL:
        return 0
    if JournalEntry.objects.filter(source=JournalEntry.Source.ACCRUAL, value_date__gt=on).exists():
        return 0
    day = open_day(on)
    found = earned(on)
    accrued = _accrued()
    written = 0
    for product in Product.objects.order_by("name", "id"):
        accounts = accounts_by_role(product.pk)
        amounts: dict[UUID, Decimal] = {}
        for (receivable, income), total in zip(PAIRS, found.get(product.pk, (ZERO, ZERO, ZERO)), strict=True):
            lacking = total - accrued.get((product.pk, accounts[receivable]), ZERO)
            amounts[accounts[receivable]] = amounts.get(accounts[receivable], ZERO) + lacking
            amounts[accounts[income]] = amounts.get(accounts[income], ZERO) - lacking
        entry = post_entry(
            source=JournalEntry.Source.ACCRUAL,
            on=day,
            value_date=on,
            amounts=amounts,
            product_id=product.pk,
            narrative=f"Income earned up to {on:%-d %b %Y}: {product.name}",
        )
        written += entry is not None
    return written


def _accrued() -> dict[tuple[UUID, UUID], Decimal]:
    """What was accrued before, by product and account."""
    rows = JournalLine.objects.filter(entry__source=JournalEntry.Source.ACCRUAL).values_list(
        "entry__product_id", "account_id"
    )
    return {(product, account): total for product, account, total in rows.annotate(total=Sum("amount")).order_by()}
