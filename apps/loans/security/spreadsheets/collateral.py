"""Collateral from a spreadsheet."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import Loan
from apps.loans.book.named_loans import LOAN_COLUMNS
from apps.loans.security.doubts import Pledged, check_pledged
from apps.loans.security.models import Collateral
from apps.loans.security.services import settle_collateral
from apps.loans.security.spreadsheets.entering import CONFIRMED, SecurityInterpreter
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Row
from apps.users.spreadsheets.values import Holds

_K = Collateral.Kind

WORDS = {
    **dict.fromkeys(("car", "truck", "bakkie", "motor vehicle", "motorcycle", "koloi", "likoloi"), _K.VEHICLE),
    **dict.fromkeys(
        ("cattle", "cow", "cows", "sheep", "goats", "horse", "likhomo", "linku", "liphoofolo"), _K.LIVESTOCK
    ),
    **dict.fromkeys(("tools", "machinery", "machine", "lisebelisoa", "mechini"), _K.EQUIPMENT),
    **dict.fromkeys(("furniture", "appliances", "thepa ea ntlo"), _K.HOUSEHOLD),
    **dict.fromkeys(("inventory", "goods", "thepa ea lebenkele"), _K.STOCK),
    **dict.fromkeys(("land", "form c", "lease", "setsha", "lisi"), _K.LEASE),
}


class CollateralKind(Kind):
    """Things pledged for loans. Identity papers and bank cards may not be taken."""

    name = "collateral"
    title = _("Import collateral")
    noun = _("things pledged")
    action = Action.REVIEW
    on_public = True
    totals = ("value",)
    options = (CONFIRMED,)
    chunk = 500
    columns: ClassVar[tuple[Column, ...]] = (
        *LOAN_COLUMNS,
        Column(
            "what",
            "Kind",
            "Mofuta",
            required=True,
            synonyms=("collateral type", "type", "security type", "asset type", "mofuta oa tebeletso"),
            choices={kind.value: str(kind.label) for kind in Collateral.Kind},
            words={word: str(kind) for word, kind in WORDS.items()},
            example="Vehicle",
        ),
        Column(
            "description",
            "Description",
            "Tlhaloso",
            required=True,
            synonyms=("collateral", "item", "details", "asset", "asset description", "name"),
            example="Toyota Hilux, white, 2014",
        ),
        Column(
            "serial",
            "Registration or serial no.",
            "Nomoro ea ngoliso",
            synonyms=(
                "registration",
                "registration no",
                "serial",
                "serial no",
                "serial number",
                "ear mark",
                "chassis no",
            ),
            holds=Holds.DIGITS,
            example="A 123 BC",
        ),
        Column(
            "value",
            "Estimated value",
            "Boleng",
            required=True,
            synonyms=("value", "collateral value", "market value", "amount", "asset value"),
            holds=Holds.AMOUNT,
            example="45000.00",
        ),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return CollateralInterpreter(context)


class CollateralInterpreter(SecurityInterpreter):
    """What is pledged for the loans of one MFI."""

    model = Collateral
    transition = "add_collateral"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.pledged = Pledged()

    def draft(self, row: Row, loan: Loan) -> str:
        thing = Collateral(
            loan=loan,
            what=row.values.get("what") or "",
            description=row.values.get("description") or "",
            serial=row.values.get("serial") or "",
            value=row.values.get("value") or Decimal(0),
        )
        settle_collateral(thing)
        same = self.pledged.same_as(thing)
        if same and not same._state.adding and (same.loan_id, same.value) == (loan.pk, thing.value):
            return f"pledged for loan {loan.number} already"
        check_pledged(thing, confirmed=self.is_confirmed, pledged=self.pledged)
        self.pledged.add(thing)
        row.ready = thing
        row.kept = {
            "loan": f"{loan.number}, {loan.borrower.full_name}",
            "what": str(thing.get_what_display()),
            "description": thing.description,
            "serial": thing.serial,
            "value": f"{thing.value:,.2f}",
        }
        return ""
