"""Guarantors from a spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import Loan
from apps.loans.book.named_loans import LOAN_COLUMNS
from apps.loans.security.doubts import check_guarantor
from apps.loans.security.models import Guarantor
from apps.loans.security.services import settle_guarantor
from apps.loans.security.spreadsheets.entering import CONFIRMED, SecurityInterpreter
from apps.mfis.core.errors import Unsure
from apps.mfis.core.folding import fold
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Row
from apps.users.spreadsheets.values import Holds


class GuarantorKind(Kind):
    """People who answer for loans. Who answers for one already with the same amount is passed over."""

    name = "guarantors"
    title = _("Import guarantors")
    noun = _("guarantors")
    action = Action.REVIEW
    on_public = True
    totals = ("amount",)
    options = (CONFIRMED,)
    chunk = 500
    columns: ClassVar[tuple[Column, ...]] = (
        *LOAN_COLUMNS,
        Column(
            "full_name",
            "Guarantor",
            "Motiisi",
            synonyms=("guarantor name", "surety", "full name", "guarantor full name", "lebitso la motiisi"),
            example="Neo Letuka",
        ),
        Column("first_name", "First name", "Lebitso la pele", synonyms=("firstname", "guarantor first name")),
        Column("last_name", "Surname", "Fane", synonyms=("last name", "lastname", "guarantor last name")),
        Column(
            "phone",
            "Phone",
            "Mohala",
            synonyms=("guarantor phone", "mobile", "mobile no", "mobile number", "cell", "phone number"),
            holds=Holds.PHONE,
            example="+266 5812 3456",
        ),
        Column(
            "relation",
            "Relation",
            "Kamano",
            synonyms=("relation to the borrower", "relationship", "client relationship type", "guarantor relationship"),
            example="Sister",
        ),
        Column(
            "amount",
            "Answers for",
            "Chelete",
            required=True,
            synonyms=("amount", "guarantee amount", "guaranteed amount", "liability", "surety amount"),
            holds=Holds.AMOUNT,
            example="1000.00",
            note=_("At most the loan."),
        ),
    )

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        """A name in one column, or its parts in two."""
        return (*super().needed(of_many=of_many), frozenset({"full_name", "last_name"}))

    def interpreter(self, context: Context) -> Interpreter:
        return GuarantorInterpreter(context)


class GuarantorInterpreter(SecurityInterpreter):
    """Who answers for the loans of one MFI."""

    model = Guarantor
    transition = "add_guarantor"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.standing: dict[UUID, list[Guarantor]] = {}
        self.before: dict[UUID, dict[str, int]] = defaultdict(dict)  # rows of the file, by loan and name

    def look_up(self, loans: dict[int, Loan]) -> None:
        self.standing = defaultdict(list)
        for guarantor in Guarantor.objects.filter(loan__in={loan.pk for loan in loans.values()}, is_active=True):
            self.standing[guarantor.loan_id].append(guarantor)

    def draft(self, row: Row, loan: Loan) -> str:
        parts = (row.values.get("first_name"), row.values.get("last_name"))
        guarantor = Guarantor(
            loan=loan,
            full_name=row.values.get("full_name") or " ".join(part for part in parts if part),
            phone=row.values.get("phone") or "",
            relation=row.values.get("relation") or "",
            amount=row.values.get("amount") or Decimal(0),
        )
        settle_guarantor(guarantor)
        name = fold(guarantor.full_name)
        if any(fold(one.full_name) == name and one.amount == guarantor.amount for one in self.standing[loan.pk]):
            return f"answers for loan {loan.number} already"
        check_guarantor(guarantor, confirmed=self.is_confirmed, standing=self.standing[loan.pk])
        first = self.before[loan.pk].setdefault(name, row.number)
        if first != row.number and not self.is_confirmed:
            raise Unsure(f"{guarantor.full_name} answers for this loan in row {first}. Is it somebody else?", field="")
        row.ready = guarantor
        row.kept = {
            "loan": f"{loan.number}, {loan.borrower.full_name}",
            "full_name": guarantor.full_name,
            "phone": guarantor.phone,
            "relation": guarantor.relation,
            "amount": f"{guarantor.amount:,.2f}",
        }
        return ""
