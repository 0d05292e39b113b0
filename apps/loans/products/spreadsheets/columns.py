"""The columns of a product: the fields of its form, under their labels there, and what other systems call them.

What the form fills in by rows and lines (charges from the start, an order of receipts of one's own) is set there.
"""

from __future__ import annotations

from django.db import models

from apps.loans.products.models import ADVANCED, Product
from apps.users.spreadsheets.kinds import Column
from apps.users.spreadsheets.values import Holds

WORDS = {
    "frequency": {"daily": "days", "weekly": "weeks", "monthly": "months", "beke": "weeks", "khoeli": "months"},
    "rate_per": {"per month": "month", "monthly": "month", "per year": "year", "annual": "year", "per annum": "year"},
    "interest_method": {"reducing balance": "declining_balance", "reducing": "declining_balance", "flat rate": "flat"},
    "amortization": {"annuity": "equal_installments", "equal principal payments": "equal_principal"},
    "interest_period": {"same as repayment period": "same_as_repayment"},
}

EXAMPLES = {
    "name": "Business loan",
    "description": "For stock and tools.",
    "principal_min": "500.00",
    "principal_default": "5000.00",
    "principal_max": "20000.00",
    "installments_min": "3",
    "installments_default": "12",
    "installments_max": "24",
    "rate": "24%",
    "rate_per": "Year",
    "interest_method": "Declining balance",
    "frequency": "Months",
    "disbursement_fee_percent": "3%",
}


def _holds(field: models.Field[object, object]) -> Holds:
    if isinstance(field, models.BooleanField):
        return Holds.TRUTH
    if isinstance(field, models.IntegerField):
        return Holds.COUNT
    if isinstance(field, models.DecimalField):
        is_percent = field.name.endswith("percent") or field.name.startswith("rate")
        return Holds.PERCENT if is_percent else Holds.AMOUNT
    return Holds.TEXT


def _column(name: str, header_st: str, *synonyms: str, required: bool = False) -> Column:
    """The column of a field of the form."""
    field = Product._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 - a column of the table
    label = str(field.verbose_name)
    choices = {value: str(text) for value, text in field.flatchoices if value != ADVANCED}
    return Column(
        name,
        label[0].upper() + label[1:],
        header_st,
        required=required,
        synonyms=synonyms,
        holds=_holds(field),
        choices=choices or None,
        words=WORDS.get(name),
        example=EXAMPLES.get(name, ""),
        note=str(field.help_text),
    )


PRODUCT_COLUMNS = (
    _column("name", "Mofuta oa kalimo", "product", "product name", "loan product", "loan type", required=True),
    _column("description", "Tlhaloso", "product description"),
    _column("is_active", "E fanoa", "active", "status"),
    _column("principal_min", "Chelete e tlase", "minimum principal", "min principal", "minimum amount", "min amount"),
    _column("principal_default", "Chelete e tloaelehileng", "principal", "default principal", "default amount"),
    _column("principal_max", "Chelete e holimo", "maximum principal", "max principal", "maximum amount", "max amount"),
    _column(
        "installments_min", "Likarolo tse fokolang", "minimum installments", "min repayments", "minimum repayments"
    ),
    _column(
        "installments_default",
        "Likarolo tse tloaelehileng",
        *("installments", "number of repayments", "no of repayments", "# of repayments", "term"),
    ),
    _column("installments_max", "Likarolo tse ngata", "maximum installments", "max repayments", "maximum repayments"),
    _column("repay_every", "Nako pakeng tsa likarolo", "repaid every", "repayment every", "repayment interval"),
    _column("frequency", "Ka", "frequency", "repayment frequency", "repayment frequency type", "repayment period"),
    _column("rate", "Tsoala (%)", "interest rate", "rate", "nominal interest rate", "interest rate per period"),
    _column("rate_per", "Ka nako", "rate per", "interest rate frequency", "rate frequency", "interest rate per"),
    _column("interest_method", "Mokhoa oa tsoala", "interest method", "interest type", "interest calculation method"),
    _column("interest_period", "Tsoala e baloa", "interest calculation period"),
    _column("amortization", "Mokhoa oa ho lefa", "amortisation", "amortization type"),
    _column("rate_min", "Tsoala e tlase", "minimum interest rate", "min interest rate"),
    _column("rate_max", "Tsoala e holimo", "maximum interest rate", "max interest rate"),
    _column("disbursement_fee_percent", "Tefiso ea ho ntša (%)", "disbursement fee", "admin fee %", "initiation fee %"),
    _column("schedule_type", "Lenane", "loan schedule type"),
    _column("days_in_year", "Matsatsi a selemo", "days in year type"),
    _column("days_in_month", "Matsatsi a khoeli", "days in month type"),
    _column("due_day", "Letsatsi la tefo la khoeli", "due day", "pay day"),
    _column("working_day_rule", "Ka mafelo a beke le matsatsi a phomolo", "working day rule", "holiday rule"),
    _column("grace_principal", "Likarolo tsa pele tse senang chelete e alimiloeng", "grace on principal payment"),
    _column("grace_interest_payment", "Likarolo tsa pele tse senang tsoala", "grace on interest payment"),
    _column("grace_interest_free", "Likarolo tsa pele tse sa baloeng tsoala", "interest free period"),
    _column("installment_multiple", "Likarolo ke makhetlo a", "in multiples of", "installment amount in multiples of"),
    _column("fixed_principal_percent", "Karolo ea chelete e alimiloeng (%)", "fixed principal percentage"),
    _column("tranches_max", "E ntšoa ka likarolo tse", "maximum tranches", "max tranche count"),
    _column("down_payment_percent", "Tefo ea pele (%)", "down payment", "deposit %"),
    _column("savings_percent", "Polokelo (%)", "savings", "compulsory savings %"),
    _column("allocation", "Tefo e lefa", "repayment strategy", "transaction processing strategy"),
    _column("recalculate_interest", "Tsoala e latela tefo", "interest recalculation", "recalculate interest"),
    _column("early_payment", "E lefiloeng pele ho nako", "advance payments adjustment type"),
    _column("recalculation_rest", "Tsoala e baloa hape", "recalculation rest frequency"),
    _column("recalculation_compounding", "Tsoala holim'a tsoala", "recalculation compounding"),
    _column("recalculation_payoff", "Ho qeta ho nka tsoala", "pre-closure interest calculation rule"),
    _column("settlement_rebate", "Phokotso ea ho qeta pele", "rebate"),
    _column("penalty_percent", "Kotlo ea se liehileng (%)", "penalty rate", "penalty percentage"),
    _column("penalty_of", "Kotlo ke ea", "penalty on"),
    _column("penalty_after_days", "Kotlo ka mor'a matsatsi", "penalty wait period"),
    _column("penalty_grace_days", "Matsatsi a se nang kotlo", "penalty grace days"),
    _column("penalty_every", "Kotlo hangata hakae", "penalty frequency"),
    _column("in_duplum", "In duplum", "in duplum rule"),
    _column("cycle_min", "Likalimo tse lefiloeng pele", "loan cycle", "minimum loan cycle"),
    _column("exposure_max", "E ka kolotoang haholo", "maximum exposure"),
    _column("affordability_percent", "Likarolo ha li fete (%)", "affordability %", "maximum debt to income %"),
)
