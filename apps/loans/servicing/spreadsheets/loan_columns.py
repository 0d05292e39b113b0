"""The columns of a loan book: what lenders and other systems write of a running loan."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.loans.book.named_borrowers import BORROWER_COLUMNS
from apps.users.spreadsheets.kinds import Column
from apps.users.spreadsheets.values import Holds

FREQUENCIES = {"days": "Days", "weeks": "Weeks", "months": "Months"}
FREQUENCY_WORDS = {
    **dict.fromkeys(("day", "daily", "letsatsi", "matsatsi"), "days"),
    **dict.fromkeys(("week", "weekly", "beke", "libeke"), "weeks"),
    **dict.fromkeys(("month", "monthly", "khoeli", "likhoeli"), "months"),
}
METHODS = {"declining_balance": "Declining balance", "flat": "Flat"}
METHOD_WORDS = {
    **dict.fromkeys(("declining", "reducing", "reducing balance", "diminishing balance"), "declining_balance"),
    **dict.fromkeys(("flat rate", "straight line"), "flat"),
}
RATES = {"year": "A year", "month": "A month"}
RATE_WORDS = {
    **dict.fromkeys(("per year", "per annum", "p.a.", "annual", "yearly", "annually"), "year"),
    **dict.fromkeys(("per month", "p.m.", "monthly"), "month"),
}

WHICH = (
    Column(
        "external_number",
        "Loan number",
        "Nomoro ea kalimo",
        required=True,
        synonyms=(
            *("loan external id", "external id", "loan no", "loan id", "loan account", "account", "account no"),
            *("a/c no", "account number", "contract no", "loan account no"),
        ),
        holds=Holds.DIGITS,
        example="TH/00123",
        note=_("What the other system calls the loan by; it is found by it here too."),
    ),
    *BORROWER_COLUMNS,
    Column(
        "product",
        "Product",
        "Mofuta oa kalimo",
        synonyms=("loan product", "product name", "loan type", "type of loan"),
        example="Salary loan",
        note=_("The name of a product here."),
    ),
)
AGREED = (
    Column(
        "disbursed_on",
        "Disbursed on",
        "E ntšitsoe ka",
        required=True,
        synonyms=("date disbursed", "disbursed date", "disbursement date", "opened", "date opened", "paid out on"),
        holds=Holds.DATE,
        example="2026-02-16",
    ),
    Column(
        "principal",
        "Amount lent",
        "Chelete e alimiloeng",
        required=True,
        synonyms=("principal", "amount", "loan amount", "amount disbursed", "disbursed", "limit", "original amount"),
        holds=Holds.AMOUNT,
        example="5000.00",
    ),
    Column(
        "installments",
        "Installments",
        "Palo ea litefo",
        required=True,
        synonyms=("instalments", "term", "term (months)", "# of repayments", "number of repayments", "periods"),
        holds=Holds.COUNT,
        example="12",
        note=_("As many as were agreed."),
    ),
    Column(
        "rate",
        "Interest rate",
        "Tsoala",
        synonyms=("rate", "rate % p.a.", "nominal interest %", "interest %", "annual rate", "interest rate %"),
        holds=Holds.PERCENT,
        example="24%",
        note=_("In percent, as agreed; empty: the product's."),
    ),
    Column(
        "rate_per",
        "Rate is for",
        synonyms=("interest frequency", "rate per"),
        choices=RATES,
        words=RATE_WORDS,
        note=_("A year or a month; empty: as the product has it."),
    ),
    Column(
        "frequency",
        "Paid every",
        "E lefuoa ka",
        synonyms=("frequency", "repayment frequency", "period", "payment frequency"),
        choices=FREQUENCIES,
        words=FREQUENCY_WORDS,
        example="month",
    ),
    Column("repay_every", "Periods between", synonyms=("repaid every", "repay every"), holds=Holds.COUNT),
    Column(
        "interest_method", "Interest method", synonyms=("method", "interest type"), choices=METHODS, words=METHOD_WORDS
    ),
    Column(
        "first_due_date",
        "First due date",
        "Tefo ea pele",
        synonyms=("first repayment on", "first repayment", "first instalment date", "first installment date"),
        holds=Holds.DATE,
    ),
    Column("due_day", "Due day", synonyms=("day of the month", "pay day"), holds=Holds.COUNT),
    Column("matures_on", "Maturity", synonyms=("maturity date", "end date", "expiry"), holds=Holds.DATE),
    Column(
        "installment",
        "Installment",
        "Tefo",
        synonyms=("instalment", "installment amount", "instalment amount", "monthly payment"),
        holds=Holds.AMOUNT,
    ),
    Column("purpose", "Purpose", "Sepheo", synonyms=("loan purpose",)),
)
STANDS = (
    Column(
        "outstanding",
        "Principal outstanding",
        "Chelete e setseng",
        synonyms=("principal bal", "principal balance", "outstanding principal", "capital outstanding"),
        holds=Holds.AMOUNT,
        example="3120.45",
        note=_("What is left of the amount lent, overdue or not. Or the balance of the account, below."),
    ),
    Column(
        "balance",
        "Balance",
        "Salete",
        synonyms=("account balance", "outstanding balance", "balance outstanding"),
        holds=Holds.AMOUNT,
        note=_("Principal with the interest that has fallen due, less all that was paid, where only that is known."),
    ),
    Column(
        "overdue_principal",
        "Principal overdue",
        synonyms=("arrears principal", "overdue principal", "principal in arrears", "capital arrears"),
        holds=Holds.AMOUNT,
    ),
    Column(
        "overdue_interest",
        "Interest overdue",
        synonyms=("arrears interest", "overdue interest", "interest in arrears"),
        holds=Holds.AMOUNT,
    ),
    Column(
        "interest_outstanding",
        "Interest outstanding",
        synonyms=("interest due", "interest balance", "interest billed"),
        holds=Holds.AMOUNT,
        note=_("Charged and not paid, overdue or not."),
    ),
    Column("fees", "Fees outstanding", synonyms=("fees", "fees due"), holds=Holds.AMOUNT),
    Column("penalties", "Penalties outstanding", synonyms=("penalty", "penalties due"), holds=Holds.AMOUNT),
    Column(
        "accrued_interest",
        "Interest accrued",
        synonyms=("accrued interest", "accrued"),
        holds=Holds.AMOUNT,
        note=_("Earned and not charged yet; empty: counted by the terms."),
    ),
    Column(
        "arrears_since",
        "In arrears since",
        "Morao ho tloha",
        synonyms=("overdue since", "arrears since", "oldest due date", "in default since"),
        holds=Holds.DATE,
        note=_("The oldest due date that is not paid."),
    ),
    Column("next_due_date", "Next due date", synonyms=("next payment", "next repayment on"), holds=Holds.DATE),
    Column(
        "last_payment_on",
        "Last paid on",
        "Tefo ea ho qetela",
        synonyms=("last payment date", "date last paid", "last repayment date"),
        holds=Holds.DATE,
    ),
    Column("last_payment", "Last paid", synonyms=("last payment", "last payment amount"), holds=Holds.AMOUNT),
)
