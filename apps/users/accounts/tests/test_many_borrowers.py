"""Many borrowers by one command: what one by one would have written, and taken back, and changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, NotAllowed, ServiceError
from apps.mfis.core.models import Revision
from apps.mfis.tenancy.models import DirectoryEntry
from apps.users.access.models import Invitation
from apps.users.access.services.many_invitations import invite_many
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.changing_many import Change, change_borrowers
from apps.users.accounts.services.many_borrowers import register_borrowers
from apps.users.accounts.services.passwords import set_password
from apps.users.accounts.services.people import Person
from apps.users.accounts.services.withdrawing import withdraw_borrowers
from apps.users.complaints.services import complain
from apps.users.messaging.models import Message
from tests.factories import PASSWORD, TODAY, Branch

PEOPLE = [
    Person(
        "Khotso  Pheko",
        phone="5990 0001",
        email="K@Example.com",
        national_id="2000 0000 0001",
        date_of_birth=date(1990, 5, 27),
        district="Berea",
        village="Peka\\n",
        employer="Self",
        net_monthly_income=Decimal("4500.50"),
    ),
    Person("Thabo \\ Tau", phone="59900002"),
    Person("No number"),
    Person("Khotso again", phone="+266 5990 0001"),
    Person("Has the borrower's", phone="59900003", national_id="100000000001"),
    Person("Too young", phone="59900004", date_of_birth=date(2020, 1, 1)),
    Person("Pa\u202elesa", phone="59900005"),
    Person("Palesa", email="palesa@example.com"),
    Person("Tells more", phone="59900006", gender="female", dependants=2, kin_phone="5990 0007"),
]


def everything(name: str) -> dict[str, Any]:
    """What stands of a person, in every table, but for keys, times and the password's random part."""
    account = Account.objects.get(full_name=name)
    profile = BorrowerProfile.objects.filter(pk=account.pk).values().get()
    own = Account.objects.filter(pk=account.pk).values().get() | {"password": account.password[:1]}
    listed = DirectoryEntry.objects.filter(pk=account.pk).values().get()
    kept = Revision.objects.filter(row_id=account.pk).order_by("table_name").values("table_name", "action", "changed")
    for row in (own, profile, listed):
        for key in ("id", "account_id", "created_at"):
            row.pop(key, None)
    return {"account": own, "profile": profile, "listed": listed, "revisions": list(kept)}


def one_by_one(people: list[Person]) -> list[str]:
    outcome = []
    for person in people:
        try:
            register_borrower(person=person, actor=SYSTEM, today=TODAY)
            outcome.append("")
        except ServiceError as error:
            outcome.append(str(getattr(error, "errors", "")))
    return outcome


def test_many_are_registered_as_one_by_one(alpha: Branch, beta: Branch) -> None:
    from django_tenants.utils import tenant_context

    results = register_borrowers(people=PEOPLE, actor=SYSTEM, today=TODAY)
    said = [str(r.refused.errors) if r.refused else "" for r in results]
    names = [Account.objects.get(pk=r.account_id).full_name for r in results if r.account_id]
    many = {name: everything(name) for name in names}
    with tenant_context(beta.mfi):
        single = one_by_one(PEOPLE)
        alone = {name: everything(name) for name in names}
    for each in (many, alone):
        for found in each.values():
            found["listed"].pop("schema_name")
    assert many == alone
    assert [bool(s) for s in said] == [bool(s) for s in single]
    assert said[2:6] == single[2:6]


def test_who_may_not_register_one_registers_none(alpha: Branch) -> None:
    with pytest.raises(NotAllowed):
        register_borrowers(people=PEOPLE[:1], actor=alpha.staff["auditor"].actor, today=TODAY)


def registered(*people: Person) -> list[Any]:
    return [r.account_id for r in register_borrowers(people=list(people), actor=SYSTEM, today=TODAY)]


def test_many_are_invited_and_the_worker_sends_it(alpha: Branch) -> None:
    keys = registered(PEOPLE[0], PEOPLE[1])
    assert invite_many(account_ids=[*keys, alpha.staff["officer"].pk], actor=alpha.staff["officer"].actor) == 2
    assert Invitation.objects.good().filter(account__in=keys).count() == 2
    told = Message.objects.filter(account__in=keys).values_list("channel", "status", "about")
    assert set(told) == {("email", "waiting", "invitation"), ("sms", "waiting", "invitation")}
    invite_many(account_ids=keys, actor=SYSTEM)
    assert Invitation.objects.open().filter(account__in=keys).count() == 2, "earlier ones end"


def test_a_registration_is_taken_back_while_nothing_rests_on_it(alpha: Branch) -> None:
    free, signed_up, complains = registered(PEOPLE[0], PEOPLE[1], Person("Palesa", phone="59900009"))
    set_password(account=Account.objects.get(pk=signed_up), password=PASSWORD, actor=SYSTEM)
    complain(actor=Account.objects.get(pk=complains).actor, about="other", text="x", value_date=TODAY)
    stay = withdraw_borrowers(account_ids=[free, signed_up, complains], actor=alpha.staff["officer"].actor)
    assert stay == {signed_up: "They have signed up.", complains: "There is a complaint of theirs."}
    gone = Account.objects.select_related("profile").get(pk=free)
    assert (gone.is_active, gone.phone, gone.email, gone.profile.national_id) == (False, None, None, None)
    assert registered(PEOPLE[0])[0] is not None, "the numbers are free again"
    assert withdraw_borrowers(account_ids=[free], actor=SYSTEM) == {free: "There is no such borrower any more."}


def test_a_client_number_is_free_again_too(alpha: Branch) -> None:
    """A file that was taken back is brought in again."""
    person = Person("Palesa", phone="59900019", client_number="C1")
    (first,) = registered(person)
    withdraw_borrowers(account_ids=[first], actor=SYSTEM)
    (again,) = registered(person)
    assert again not in (None, first)


def test_many_are_changed_but_not_how_they_are_reached(alpha: Branch) -> None:
    (first, second) = registered(PEOPLE[0], PEOPLE[1])
    changed = Person("Khotso P.", phone="+26659900001", national_id="200000000001", village="Mapoteng")
    taken = Person("Thabo Tau", phone="+26659900002", national_id="100000000001")
    outcome = change_borrowers(
        changes=[Change(first, changed), Change(second, taken), Change(alpha.mfi.pk, changed)],
        actor=alpha.staff["officer"].actor,
    )
    before = outcome[0]
    assert isinstance(before, dict)
    assert (before["full_name"], before["employer"]) == ("Khotso Pheko", "Self")
    assert [isinstance(each, InvalidInput) for each in outcome] == [False, True, True]
    account = Account.objects.select_related("profile").get(pk=first)
    assert (account.full_name, account.phone, account.profile.village) == ("Khotso P.", "+26659900001", "Mapoteng")
    assert account.profile.employer == ""
