"""Products from a spreadsheet: each row is judged as the form of a product is."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.loans.products.doubts import doubts
from apps.loans.products.models import Product
from apps.loans.products.services import save_product
from apps.loans.products.spreadsheets.columns import PRODUCT_COLUMNS
from apps.mfis.core.roles import Action
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Made, Mode, Option, Row
from apps.users.spreadsheets.records import RecordInterpreter
from apps.users.spreadsheets.values import Holds

# What every product says for itself; the rest has the usual value of the form.
TOLD = (
    *("principal_min", "principal_default", "principal_max"),
    *("installments_min", "installments_default", "installments_max", "rate", "interest_method"),
)


class ProductKind(Kind):
    """What is lent, within the MFI's licence. A change makes a new version; loans applied for keep their terms."""

    name = "products"
    title = _("Import products")
    noun = _("products")
    action = Action.MANAGE_PRODUCTS
    on_public = True
    modes = (Mode.INSERT, Mode.UPDATE, Mode.UPSERT)
    keys = ("name",)
    options = (Option("confirmed", _("Unusual rates are meant so"), Holds.TRUTH, note=_("Those above 120% a year.")),)
    columns: ClassVar[tuple[Column, ...]] = PRODUCT_COLUMNS

    def interpreter(self, context: Context) -> Interpreter:
        return ProductInterpreter(context)


class ProductInterpreter(RecordInterpreter[Product]):
    """One MFI's products, each recognised by its name."""

    model = Product
    noun = "product"
    columns = ProductKind.columns

    @property
    def mfi(self) -> MFI:
        assert self.context.mfi is not None  # noqa: S101 - products belong to an MFI
        return self.context.mfi

    def check(self, record: Product, row: Row) -> None:
        missing = [name for name in TOLD if getattr(record, name) in (None, "") and name not in row.errors]
        for name in missing:
            row.fail(name, f"{self._header(name)} is empty, and each product says its own; write it.")
        if missing or row.errors:
            return
        record.full_clean()
        record.check_licence(money_lender=self.mfi.is_money_lender)
        asked = {} if self.context.options.get("confirmed") else doubts(record)
        for name, question in asked.items():
            row.fail(name, f"{question} Then say that unusual rates are meant so, and rehearse again.")

    def save(self, record: Product) -> Product:
        return save_product(product=record, actor=self.context.actor, mfi=self.mfi, confirmed=True)

    def rests_on(self, record: Product, each: Made) -> str:
        loans = record.loans.filter(product_version=record.version) if each.was else record.loans.all()
        number = loans.values_list("number", flat=True).first()
        return f"Loan {number} was applied for by it; take it out of offer by hand, if it should be." if number else ""
