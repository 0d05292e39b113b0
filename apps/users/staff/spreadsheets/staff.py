"""Colleagues from a spreadsheet: their accounts and duties, each invited by e-mail."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.core.folding import fold
from apps.mfis.core.roles import Action, Duty, Role
from apps.mfis.core.texts import shown
from apps.users.access.services.invitations import invite
from apps.users.accounts.models import Account, Branch
from apps.users.accounts.queries import people_with_keys
from apps.users.accounts.services.people import Person, clean_person
from apps.users.spreadsheets.kinds import Column, Context, Does, Interpreter, Kind, Made, Mode, Option, Row
from apps.users.spreadsheets.records import CHANGED_SINCE, refuse
from apps.users.spreadsheets.values import Holds
from apps.users.staff.services import create_staff, set_active, update_staff
from apps.users.staff.spreadsheets.duties import read_duties

PHONE_NAMES = ("phone number", "mobile", "mobile number", "mobile no", "cell", "cell number", "telephone")


DUTY_NAMES = ", ".join(str(duty.label) for duty in Duty)


class StaffKind(Kind):
    """The people who work at an MFI. Each gets an account and an invitation by e-mail; no password stands in a file."""

    name = "staff"
    title = _("Import staff")
    noun = _("colleagues")
    action = Action.MANAGE_PEOPLE
    on_public = True
    modes = (Mode.INSERT, Mode.UPDATE, Mode.UPSERT)
    keys = ("email",)
    chunk = 100  # each is invited
    options = (Option("uninvited", _("Invite nobody yet"), Holds.TRUTH, note=_("Later, under Colleagues.")),)
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "full_name",
            "Name",
            "Lebitso",
            synonyms=("full name", "staff name", "employee name", "display name", "user", "lebitso le fane"),
            example="Thabo Tau",
        ),
        Column("first_name", "First name", "Lebitso la pele", synonyms=("firstname", "given name", "forename")),
        Column("last_name", "Surname", "Fane", synonyms=("last name", "lastname", "family name")),
        Column(
            "email",
            "E-mail",
            "Imeile",
            required=True,
            synonyms=("email address", "e-mail address", "work email"),
            example="thabo@maluti.example",
            note=_("The invitation goes there."),
        ),
        Column(
            "phone",
            "Phone",
            "Mohala",
            synonyms=(*PHONE_NAMES, "mohala oa letsoho"),
            holds=Holds.PHONE,
            example="+266 5812 3456",
        ),
        Column(
            "duties",
            "Duties",
            "Mesebetsi",
            required=True,
            synonyms=("duty", "role", "roles", "position", "job title", "mosebetsi", "boemo"),
            example="Loan officer, Cashier",
            note=format_lazy(_("One or more of {duties}, with commas between."), duties=DUTY_NAMES),
        ),
        Column(
            "branch",
            "Branch",
            "Lekala",
            synonyms=("branch code", "branch name", "office", "office name"),
            example="MSU",
            note=_("Its code or its name. Empty: the only one."),
        ),
    )

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        """A name in one column, or its parts in two."""
        return (*super().needed(of_many=of_many), frozenset({"full_name", "last_name"}))

    def interpreter(self, context: Context) -> Interpreter:
        return StaffInterpreter(context)


@dataclass(frozen=True, slots=True)
class Ready:
    """Whom a row means: in their one form, with their duties, and the account that they have here."""

    person: Person
    duties: list[str]
    branch: Branch | None  # None: none is named
    account: Account | None


class StaffInterpreter(Interpreter):
    """One MFI's colleagues, each recognised by e-mail."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.row_of: dict[str, int] = {}
        self.branches: dict[str, list[Branch]] = defaultdict(list)
        for branch in Branch.objects.open():
            for name in {fold(branch.code), fold(branch.name)}:
                self.branches[name].append(branch)

    def interpret(self, rows: list[Row]) -> None:
        found = [(row, person) for row in rows if (person := self._clean(row))]
        holders = self._holders([person for _, person in found])
        for row, person in found:
            for value in filter(None, (person.email, person.phone)):
                first = self.row_of.setdefault(value, row.number)
                if first != row.number:
                    key = "email" if value == person.email else "phone"
                    row.fail(key, f"{value} stands in row {first} already; leave one of them out.")
            self._compare(row, person, holders)

    def _clean(self, row: Row) -> Person | None:
        """The row's person in one form; None, and why among its errors, where there is none."""
        parts = (row.values.get("first_name"), row.values.get("last_name"))
        name = row.values.get("full_name") or " ".join(part for part in parts if part)
        email, phone = (row.values.get(key) or "" for key in ("email", "phone"))
        if not email and "email" not in row.errors:
            row.fail("email", "Give an e-mail: the invitation goes there.")
        try:
            person = clean_person(Person(name, phone, email), today=self.context.today)
        except InvalidInput as error:
            refuse(row, error)
            return None
        return person if "email" not in row.errors else None

    def _holders(self, people: list[Person]) -> dict[str, Account]:
        """Whoever has one of these e-mails or phones here, by each of them."""
        keys = [known.account_id for known in people_with_keys(people)]
        held: dict[str, Account] = {}
        for account in Account.objects.filter(pk__in=keys).select_related("branch"):
            held |= {value: account for value in (account.email, account.phone) if value}
        return held

    def _compare(self, row: Row, person: Person, holders: dict[str, Account]) -> None:
        account, other = holders.get(person.email), holders.get(person.phone)
        for key, holder in (("email", account), ("phone", other)):
            if holder and (holder.role == Role.BORROWER or (key == "phone" and holder != account)):
                what = "a borrower" if holder.role == Role.BORROWER else "a colleague"
                row.fail(key, f"{getattr(person, key)} belongs to {holder.full_name}, {what} here; write another one.")
        duties, branch = self._duties(row), self._branch(row)
        if row.errors:
            return
        row.ready = Ready(person, duties, branch, account)
        row.kept = {
            **({"full_name": person.full_name, "email": person.email}),
            "phone": person.phone or (account.phone if account else "") or "",
            "duties": ", ".join(str(Duty(duty).label) for duty in duties),
            "branch": str(branch or (account and account.branch) or ""),
        }
        self._decide(row, row.ready)

    def _duties(self, row: Row) -> list[str]:
        try:
            found = read_duties(row.values.get("duties") or "")
        except ValueError as error:
            row.fail("duties", str(error))
            return []
        if not found and "duties" not in row.errors:
            row.fail("duties", "Say what this colleague does: at least one duty.")
        return [duty.value for duty in Duty if duty in found]

    def _branch(self, row: Row) -> Branch | None:
        """The branch that the row names; None where it names none, and why among its errors where it should."""
        text = row.values.get("branch")
        found = self.branches.get(fold(text), []) if text else []
        if text and len(found) != 1:
            how_many = f"{len(found)} open branches are called" if found else "No open branch is called"
            row.fail("branch", f"{how_many} “{shown(text)}”; write the code of one, or bring the branches in first.")
        return found[0] if len(found) == 1 else None

    def _decide(self, row: Row, ready: Ready) -> None:
        """Whether the row makes a colleague, changes one, or does nothing."""
        person, account = ready.person, ready.account
        if account is None:
            if self.context.mode == Mode.UPDATE:
                row.fail("email", f"Nobody here has {person.email}; leave the row out, or let new ones be made.")
        elif not account.is_active and account.has_usable_password():
            row.fail("email", f"{account.full_name} worked here, and the account is closed; open it under Colleagues.")
        elif not account.is_active:
            row.kept["full_name"] += " (opened again)"
        elif self.context.mode == Mode.INSERT:
            row.pass_over("already here" + _differences(account, ready))
        elif person.phone and person.phone != account.phone:
            row.fail("phone", "A colleague's phone is changed by two people, under Colleagues; leave it out here.")
        elif (person.full_name, ready.duties, ready.branch or account.branch) == _as_it_is(account):
            row.pass_over("nothing would change")
        else:
            row.does = Does.UPDATE

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            ready: Ready = row.ready
            try:
                if row.does == Does.UPDATE:
                    self._update(row, ready)
                else:
                    self._insert(row, ready)
            except ServiceError as error:
                refuse(row, error)

    def _insert(self, row: Row, ready: Ready) -> None:
        actor, person = self.context.actor, ready.person
        if ready.account:
            set_active(account=ready.account, active=True, actor=actor)
            account = update_staff(
                account=ready.account,
                full_name=person.full_name,
                duties=ready.duties,
                branch=ready.branch or ready.account.branch,
                actor=actor,
            )
        else:
            account = create_staff(
                full_name=person.full_name,
                email=person.email,
                phone=person.phone,
                role=Role.MFI_ADMIN,
                duties=ready.duties,
                branch=ready.branch,
                actor=actor,
            )
        if not self.context.options.get("uninvited"):
            invite(account=account, actor=actor)
        row.record = str(account.pk)

    def _update(self, row: Row, ready: Ready) -> None:
        assert ready.account is not None  # noqa: S101 - only one that is here is changed
        before = _image(ready.account)
        account = update_staff(
            account=ready.account,
            full_name=ready.person.full_name,
            duties=ready.duties,
            branch=ready.branch or ready.account.branch,
            actor=self.context.actor,
        )
        row.record, row.was = str(account.pk), {"before": before, "after": _image(account)}

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Who has not signed up is closed again, whose name or duties were changed gets the former ones."""
        reasons = {}
        accounts = {
            str(key): account for key, account in Account.objects.in_bulk([each.record for each in made]).items()
        }
        for each in made:
            try:
                why = self._take_back(accounts[each.record], each)
            except ServiceError as error:
                why = str(error.message)
            if why:
                reasons[each.record] = why
        return reasons

    def _take_back(self, account: Account, each: Made) -> str:
        actor = self.context.actor
        if each.was:
            if _image(account) != each.was["after"]:
                return CHANGED_SINCE
            before = each.was["before"]
            branch = Branch.objects.filter(pk=before["branch"]).first() if before["branch"] else None
            names = {"full_name": before["full_name"], "duties": before["duties"]}
            update_staff(account=account, actor=actor, branch=branch, **names)
        elif account.has_usable_password():
            return f"{account.full_name} has signed up since; close the account under Colleagues, if it should be."
        elif account.is_active:
            set_active(account=account, active=False, actor=actor)
        return ""


def _image(account: Account) -> dict[str, object]:
    branch = str(account.branch_id) if account.branch_id else None
    return {"full_name": account.full_name, "duties": list(account.duties), "branch": branch}


def _as_it_is(account: Account) -> tuple[str, list[str], Branch | None]:
    return account.full_name, account.duties, account.branch


def _differences(account: Account, ready: Ready) -> str:
    person = ready.person
    pairs = (
        ("name", person.full_name, account.full_name),
        ("phone", person.phone, account.phone),
        ("duties", ", ".join(ready.duties), ", ".join(account.duties)),
        ("branch", str(ready.branch or ""), str(account.branch or "")),
    )
    differing = [f"{name} {said} (here: {kept or 'none'})" for name, said, kept in pairs if said and said != kept]
    return f"; the file has another {', '.join(differing)}, which is left out" if differing else ""
