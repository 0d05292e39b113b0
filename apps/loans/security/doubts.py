"""What is refused or asked about before somebody answers for a loan, or something is pledged for it."""

from __future__ import annotations

from apps.loans.security.models import Collateral, Guarantor
from apps.mfis.core.errors import InvalidInput, Unsure
from apps.mfis.core.folding import fold

FEWEST_LETTERS = 3


def check_guarantor(guarantor: Guarantor, *, confirmed: bool) -> None:
    """Refuses what is no name, and the borrower; asks about half a name and somebody entered before.

    Raises:
        InvalidInput: naming the field. Unsure: where it is not `confirmed`.
    """
    name, borrower = fold(guarantor.full_name), guarantor.loan.borrower
    if sum(character.isalpha() for character in name) < FEWEST_LETTERS:
        raise InvalidInput("Give the guarantor's full name, as on the identity paper.", field="full_name")
    if name == fold(borrower.full_name) or (guarantor.phone and guarantor.phone == borrower.phone):
        raise InvalidInput("This is the borrower, who owes the loan anyway; give somebody else.", field="full_name")
    if confirmed:
        return
    if " " not in name:
        raise Unsure("Only one name is given. Is there no other?", field="full_name")
    for other in Guarantor.objects.filter(loan=guarantor.loan, is_active=True):
        if fold(other.full_name) == name or (guarantor.phone and other.phone == guarantor.phone):
            raise Unsure(f"{other.full_name} answers for this loan already. Is it somebody else?", field="full_name")


def check_pledged(collateral: Collateral, *, confirmed: bool) -> None:
    """Asks about a thing that is pledged already, by its number, or by its words for the same borrower.

    Raises:
        Unsure: where it is not `confirmed`, naming the loan.
    """
    if confirmed:
        return
    if collateral.what == Collateral.Kind.VEHICLE and not collateral.serial:
        raise Unsure("A vehicle is known by its registration. Has it none?", field="serial")
    same = _pledged_before(collateral)
    if same is not None:
        field = "serial" if collateral.serial else "description"
        raise Unsure(f"“{same}” is pledged for loan {same.loan.number} already. Is it another one?", field=field)


def _pledged_before(collateral: Collateral) -> Collateral | None:
    held = Collateral.objects.filter(is_active=True).select_related("loan")
    serial = _plain(collateral.serial)
    if serial:
        return next((one for one in held.exclude(serial="") if _plain(one.serial) == serial), None)
    words = fold(collateral.description)
    own = held.filter(loan__borrower=collateral.loan.borrower_id, what=collateral.what)
    return next((one for one in own if fold(one.description) == words), None)


def _plain(serial: str) -> str:
    """A number without what only divides it: A 123 BC, A-123-BC and a123bc are one."""
    return fold(serial).replace(" ", "")
