"""Branches and employers from spreadsheets."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.mfis.core.errors import InvalidInput, sentences_of
from apps.mfis.core.roles import Action
from apps.mfis.tenancy.districts import District
from apps.users.accounts.identity import any_phone
from apps.users.accounts.models import Account, BorrowerProfile, Branch, Employer
from apps.users.accounts.services.branches import save_branch, save_employer
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Made, Mode, Row
from apps.users.spreadsheets.records import RecordInterpreter
from apps.users.spreadsheets.values import Holds

P = TypeVar("P", bound=Branch | Employer)

WAYS = (Mode.INSERT, Mode.UPDATE, Mode.UPSERT)


class BranchKind(Kind):
    """The offices of an MFI."""

    name = "branches"
    title = _("Import branches")
    noun = _("branches")
    action = Action.MANAGE_PEOPLE
    on_public = True
    modes = WAYS
    keys = ("code", "name")
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "code",
            "Code",
            "Khoutu",
            required=True,
            synonyms=("branch code", "office code", "branch id", "external id", "khoutu ea lekala"),
            holds=Holds.DIGITS,
            example="MSU",
            note=_("Short, as reports show it."),
        ),
        Column(
            "name",
            "Name",
            "Lebitso",
            required=True,
            synonyms=("branch", "branch name", "office", "office name", "lekala", "lebitso la lekala"),
            example="Maseru",
        ),
        Column(
            "district",
            "District",
            "Setereke",
            synonyms=("region",),
            choices={district.value: str(district.label) for district in District},
            example="Maseru",
        ),
        Column("address", "Address", "Aterese", synonyms=("location", "street", "place"), example="Kingsway 12"),
        Column("is_active", "Open", "E butsoe", synonyms=("active", "in use"), holds=Holds.TRUTH, example="yes"),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return BranchInterpreter(context)


class PlaceInterpreter(RecordInterpreter[P]):
    """Records with a code, which is kept in capitals, and which no two have."""

    def fill(self, record: P, row: Row) -> None:
        super().fill(record, row)
        record.code = record.code.strip().upper()

    def check(self, record: P, row: Row) -> None:
        super().check(record, row)
        if self.model.objects.filter(code=record.code).exclude(pk=record.pk).exists():
            text = f"Another one has the code {record.code}; recognise the rows by their codes, or write another."
            raise InvalidInput(text, field="code")


class BranchInterpreter(PlaceInterpreter[Branch]):
    """One MFI's offices."""

    model = Branch
    noun = "branch"
    columns = BranchKind.columns

    def save(self, record: Branch) -> Branch:
        return save_branch(branch=record, actor=self.context.actor)

    def rests_on(self, record: Branch, each: Made) -> str:
        if each.was:
            return ""
        staff = Account.objects.filter(branch=record, is_active=True).count()
        borrowers = BorrowerProfile.objects.filter(branch=record).count()
        if not staff and not borrowers:
            return ""
        return f"{staff} colleague(s) and {borrowers} borrower(s) belong to {record}; hand them over first."


class EmployerKind(Kind):
    """Whom borrowers work for, as payroll deductions and reports go by them."""

    name = "employers"
    title = _("Import employers")
    noun = _("employers")
    action = Action.MANAGE_PEOPLE
    on_public = True
    modes = WAYS
    keys = ("code", "name")
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "code",
            "Code",
            "Khoutu",
            required=True,
            synonyms=("employer code", "employer no", "employer number", "employer id", "payroll code"),
            holds=Holds.DIGITS,
            example="MOET",
            note=_("Short, as deduction lists name it."),
        ),
        Column(
            "name",
            "Name",
            "Lebitso",
            required=True,
            synonyms=("employer", "employer name", "company", "company name", "organisation", "mohiri"),
            example="Ministry of Education",
        ),
        Column(
            "contact_name",
            "Contact",
            "Motho eo ho buuoang le eena",
            synonyms=("contact person", "contact name", "payroll officer"),
            example="Lineo Tau",
        ),
        Column(
            "phone",
            "Phone",
            "Mohala",
            synonyms=("telephone", "phone number", "tel", "contact phone"),
            holds=Holds.PHONE,
            example="+266 2231 2345",
        ),
        Column(
            "email",
            "E-mail",
            "Imeile",
            synonyms=("email address", "e-mail address", "contact email"),
            example="pay@moet.example",
        ),
        Column(
            "pay_day",
            "Pay day",
            "Letsatsi la moputso",
            synonyms=("payday", "salary day", "pay date"),
            holds=Holds.COUNT,
            example="25",
            note=_("The day of the month; of a shorter month its last."),
        ),
        Column("address", "Address", "Aterese", synonyms=("location", "street", "place")),
        Column("is_active", "In use", "E sebelisoa", synonyms=("active",), holds=Holds.TRUTH, example="yes"),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return EmployerInterpreter(context)


class EmployerInterpreter(PlaceInterpreter[Employer]):
    """One MFI's employers."""

    model = Employer
    noun = "employer"
    columns = EmployerKind.columns

    def fill(self, record: Employer, row: Row) -> None:
        """With the phone in its one form, so that what is the same is seen to be."""
        super().fill(record, row)
        if row.values.get("phone"):
            try:
                record.phone = any_phone(record.phone)
            except ValidationError as error:
                row.fail("phone", sentences_of(error)[0])

    def save(self, record: Employer) -> Employer:
        return save_employer(employer=record, actor=self.context.actor)

    def rests_on(self, record: Employer, each: Made) -> str:
        if each.was:
            return ""
        people = BorrowerProfile.objects.filter(listed_employer=record).count()
        return f"{people} borrower(s) work for {record}; it stays." if people else ""
