"""What is refused or asked about before somebody answers for a loan, or something is pledged for it."""

from __future__ import annotations

from collections.abc import Iterable

from apps.loans.security.models import Collateral, Guarantor
from apps.mfis.core.errors import InvalidInput, Unsure
from apps.mfis.core.folding import fold

FEWEST_LETTERS = 3


def check_guarantor(guarantor: Guarantor, *, confirmed: bool, standing: Iterable[Guarantor] | None = None) -> None:
    """Refuses what is no name, and the borrower; asks about half a name and somebody entered before. Whoever enters
    many knows who is `standing` for the loan.

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
    others = Guarantor.objects.filter(loan=guarantor.loan, is_active=True) if standing is None else standing
    for other in others:
        if fold(other.full_name) == name or (guarantor.phone and other.phone == guarantor.phone):
            raise Unsure(f"{other.full_name} answers for this loan already. Is it somebody else?", field="full_name")


def check_pledged(collateral: Collateral, *, confirmed: bool, pledged: Pledged | None = None) -> None:
    """Asks about a thing that is pledged already, by its number, or by its words for the same borrower; whoever enters
    many looks at what is `pledged` once.

    Raises:
        Unsure: where it is not `confirmed`, naming the loan.
    """
    if confirmed:
        return
    if collateral.what == Collateral.Kind.VEHICLE and not collateral.serial:
        raise Unsure("A vehicle is known by its registration. Has it none?", field="serial")
    same = (pledged or Pledged(like=collateral)).same_as(collateral)
    if same is not None:
        field = "serial" if collateral.serial else "description"
        raise Unsure(f"“{same}” is pledged for loan {same.loan.number} already. Is it another one?", field=field)


class Pledged:
    """Things that are held, by what tells one from another: all of them, or those that may be `like` one."""

    def __init__(self, *, like: Collateral | None = None) -> None:
        self._by_mark: dict[tuple[str, ...], Collateral] = {}
        held = Collateral.objects.filter(is_active=True).select_related("loan").order_by("-created_at", "-id")
        if like and like.serial:
            held = held.exclude(serial="")
        elif like:
            held = held.filter(loan__borrower=like.loan.borrower_id, what=like.what)
        for one in held:
            self.add(one)

    def same_as(self, collateral: Collateral) -> Collateral | None:
        """One that has the same number; where there is none, the same words."""
        return self._by_mark.get(_marks(collateral)[0])

    def add(self, collateral: Collateral) -> None:
        """Counts a thing that is held, or will be."""
        for mark in _marks(collateral):
            self._by_mark.setdefault(mark, collateral)


def _marks(collateral: Collateral) -> list[tuple[str, ...]]:
    """What a thing is known by: its number, and its words with its kind and its owner."""
    words = (str(collateral.loan.borrower_id), collateral.what, fold(collateral.description))
    serial = _plain(collateral.serial)
    return [(serial,), words] if serial else [words]


def _plain(serial: str) -> str:
    """A number without what only divides it: A 123 BC, A-123-BC and a123bc are one."""
    return fold(serial).replace(" ", "")
