"""Groups with their members from a spreadsheet: rows of one group are written together, or none of them."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import Loan
from apps.loans.groups.models import Group, Membership
from apps.loans.groups.services import add_member, change_office, leave_group, save_group
from apps.loans.groups.spreadsheets.columns import GROUP_COLUMNS
from apps.loans.groups.spreadsheets.members import Borrower, Members, Officers
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.core.folding import fold
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account
from apps.users.spreadsheets.kinds import Column, Context, Does, Interpreter, Kind, Made, Mode, Row
from apps.users.spreadsheets.records import CHANGED_SINCE, refuse, spoken

OF_THE_GROUP = ("place", "meets_from", "meets_every", "frequency")  # what rows say of the group itself


class GroupKind(Kind):
    """Groups with their members, who are registered as borrowers before. Who is in a group already is passed over."""

    name = "groups"
    title = _("Import groups")
    noun = _("members")
    action = Action.MANAGE_GROUPS
    on_public = True
    modes = (Mode.INSERT, Mode.UPSERT)
    keys = ("national_id", "phone")
    group_by = "group"
    chunk = 200
    columns: ClassVar[tuple[Column, ...]] = GROUP_COLUMNS

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        """Members are named by one of two numbers."""
        return (*super().needed(of_many=of_many), frozenset({"national_id", "phone"}))

    def interpreter(self, context: Context) -> Interpreter:
        return GroupInterpreter(context)


@dataclass(frozen=True, slots=True)
class Ready:
    """A member as a row has them, and the group as its rows together have it."""

    group: Group
    changes_group: bool
    borrower: Borrower
    office: str
    joined_on: date | None


class GroupInterpreter(Interpreter):
    """One MFI's groups, each recognised by its name, and their members by the numbers of borrowers."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.groups = {fold(group.name): group for group in Group.objects.all()}
        self.members, self.officers = Members(context.columns), Officers()
        self.row_of: dict[UUID, int] = {}

    def interpret(self, rows: list[Row]) -> None:
        borrowers = self.members.look_up(rows)
        together: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if name := fold(row.values.get("group") or ""):
                together[name].append(row)
            elif "group" not in row.errors:
                row.fail("group", "Say which group, in every row.")
        for name, of_group in together.items():
            group, changes = self._group(name, of_group)
            for row in of_group:
                if row.number in borrowers:
                    self._take(row, Ready(group, changes, borrowers[row.number], *self._place_in(row)))

    def _place_in(self, row: Row) -> tuple[str, date | None]:
        joined: date | None = row.values.get("joined_on")
        if joined and joined > self.context.today:
            row.fail("joined_on", f"{joined:%-d %B %Y} is in the future.")
        return row.values.get("office") or "", joined

    def _group(self, name: str, rows: list[Row]) -> tuple[Group, bool]:
        """The group as its rows say it, and whether it is saved for that."""
        kept = self.groups.get(name)
        group = copy(kept) if kept else Group(name=" ".join(rows[0].values["group"].split()))
        officers = {row.number: self.officers.of(row) for row in rows}
        said = {key: self._one(key, rows) for key in OF_THE_GROUP}
        said["officer"] = self._one_officer(rows, officers)
        differing = [key for key, value in said.items() if value is not None and value != getattr(group, key)]
        is_new = kept is None or not kept.is_active
        if is_new or self.context.mode == Mode.UPSERT:
            for key in differing:
                setattr(group, key, said[key])
            group.is_active = True
            self._check(group, rows)
            return group, is_new or bool(differing)
        return group, False

    def _one(self, key: str, rows: list[Row]) -> Any:
        """What rows of one group say of it; a row that says another thing is faulty."""
        told = [(row, row.values[key]) for row in rows if row.values.get(key) is not None]
        for row, value in told[1:]:
            if value != told[0][1]:
                row.fail(key, f"Row {told[0][0].number} says {spoken(told[0][1])} of the same group; say one thing.")
        return told[0][1] if told else None

    def _one_officer(self, rows: list[Row], officers: dict[int, Account | None]) -> Account | None:
        told = [(row, officer) for row in rows if (officer := officers[row.number])]
        for row, officer in told[1:]:
            if officer != told[0][1]:
                row.fail("officer", f"Row {told[0][0].number} names another one for the same group; name one.")
        return told[0][1] if told else None

    def _check(self, group: Group, rows: list[Row]) -> None:
        first = rows[0]
        if group.meets_from is None:
            if not any("meets_from" in row.errors for row in rows):
                first.fail("meets_from", f"{group.name} is new: say when it met first, so that its meetings are known.")
            return
        try:
            group.full_clean()
        except ValidationError as error:
            refuse(first, InvalidInput.from_validation(error))

    def _take(self, row: Row, ready: Ready) -> None:
        borrower, group = ready.borrower, ready.group
        first = self.row_of.setdefault(borrower.id, row.number)
        membership = borrower.membership
        if first != row.number:
            row.fail(self.members.key, f"{borrower.name} stands in row {first} already; a borrower is in one group.")
        elif membership and membership.group_id != group.pk:
            row.fail("group", f"{borrower.name} is in {membership.group}; who leaves it can join another.")
        elif membership and (self.context.mode == Mode.INSERT or ready.office in ("", membership.office)):
            self._pass(row, ready)
        else:
            row.ready = ready
            row.does = Does.UPDATE if membership else Does.INSERT
            self._tell(row, ready)

    def _pass(self, row: Row, ready: Ready) -> None:
        """Of a member who is there already only what is new of the group is kept."""
        membership = ready.borrower.membership
        if ready.changes_group and self.context.mode == Mode.UPSERT:
            row.ready, row.does = ready, Does.UPDATE
            self._tell(row, ready)
            return
        other = ready.office and membership and ready.office != membership.office
        row.pass_over("a member already" + ("; the file has another office, which is left out" if other else ""))

    def _tell(self, row: Row, ready: Ready) -> None:
        office = ready.office or (ready.borrower.membership.office if ready.borrower.membership else "member")
        row.kept = {
            "group": ready.group.name,
            "member": ready.borrower.name,
            "office": str(Membership.Office(office).label),
            "joined_on": spoken(ready.joined_on or self.context.today),
        }
        if ready.group.meets_from:
            row.kept["meets_from"] = f"{ready.group.rhythm}, from {ready.group.meets_from:%-d %B %Y}"

    def write(self, rows: list[Row]) -> None:
        together: dict[UUID, list[Row]] = defaultdict(list)
        for row in rows:
            together[row.ready.group.pk].append(row)
        for of_group in together.values():
            try:
                with transaction.atomic():
                    self._write_group(of_group)
            except ServiceError as error:
                for row in of_group:
                    row.record, row.was = "", {}
                    refuse(row, error)

    def _write_group(self, rows: list[Row]) -> None:
        actor, first = self.context.actor, rows[0].ready
        if first.changes_group:
            kept = Group.objects.filter(pk=first.group.pk).first()
            rows[0].was = {"group": _image(kept) if kept else {"is_active": False}}
            save_group(group=first.group, actor=actor)
            rows[0].was["after"] = _image(first.group)
        for row in rows:
            ready: Ready = row.ready
            membership = ready.borrower.membership
            if membership is None:
                membership = add_member(
                    group_id=ready.group.pk,
                    actor=actor,
                    borrower_id=ready.borrower.id,
                    office=ready.office or Membership.Office.MEMBER,
                    joined_on=ready.joined_on,
                )
            elif ready.office and ready.office != membership.office:
                row.was["office"] = membership.office
                membership = change_office(membership_id=membership.pk, office=ready.office, actor=actor)
            row.record = str(membership.pk)

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Members leave on the day they joined, offices are as before; then groups are as they were."""
        found = Membership.objects.select_related("group").in_bulk([each.record for each in made])
        memberships = {str(key): membership for key, membership in found.items()}
        reasons = {each.record: why for each in made if (why := self._leave(memberships[each.record], each))}
        for each in made:
            if each.record not in reasons and (why := self._restore(memberships[each.record].group_id, each.was)):
                reasons[each.record] = why
        return reasons

    def _leave(self, membership: Membership, each: Made) -> str:
        actor = self.context.actor
        try:
            if before := each.was.get("office"):
                change_office(membership_id=membership.pk, office=before, actor=actor)
            elif each.does == Does.INSERT and membership.left_on is None:
                if asked := Loan.objects.filter(group=membership.group_id, borrower=membership.borrower_id).first():
                    return f"Loan {asked.number} was asked for in {membership.group}; who answers for it stays."
                leave_group(membership_id=membership.pk, actor=actor, left_on=membership.joined_on)
        except ServiceError as error:
            return str(error.message)
        return ""

    def _restore(self, group_id: UUID, was: dict[str, Any]) -> str:
        """Puts the group back to what it was; one that the run made goes, once nobody is in it."""
        if not was.get("group"):
            return ""
        group = Group.objects.get(pk=group_id)
        if _image(group) != was["after"]:
            return CHANGED_SINCE
        if not was["group"]["is_active"] and Membership.objects.current().filter(group=group).exists():
            return ""  # somebody stays in it, and so it does
        for name, value in was["group"].items():
            field: Any = Group._meta.get_field(name)
            setattr(group, field.attname, field.to_python(value))
        try:
            save_group(group=group, actor=self.context.actor)
        except ServiceError as error:
            return str(error.message)
        return ""


def _image(group: Group) -> dict[str, Any]:
    """The group in JSON's types, as far as rows can change it."""
    return {
        "place": group.place,
        "meets_from": group.meets_from.isoformat(),
        "meets_every": group.meets_every,
        "frequency": group.frequency,
        "officer": str(group.officer_id) if group.officer_id else None,
        "is_active": group.is_active,
    }
