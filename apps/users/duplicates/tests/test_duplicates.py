"""People who are registered twice: found, told apart, merged by two, and taken apart again; the loan book survives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from apps.loans.book.models import Loan
from apps.loans.histories.services.merges import retell_merged
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import execute
from apps.mfis.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.core.models import Revision
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.duplicates.models import DuplicatePair, Merge
from apps.users.duplicates.services import (
    agree_merge,
    find_duplicates,
    propose_merge,
    refuse_merge,
    tell_apart,
    undo_merge,
)
from tests.factories import Branch

BORN = date(1991, 4, 12)


def person(name: str, **values: Any) -> Account:
    known = {"date_of_birth": BORN, **values}
    return register_borrower(person=Person(name, **known), actor=SYSTEM, today=business_date())


@pytest.fixture
def twice(alpha: Branch) -> tuple[Account, Account]:
    """Lerato Mofolo, registered with her phone, and again with her e-mail and national ID."""
    one = person("Lerato Mofolo", phone="58990001", village="Ha Abia")
    other = person("Mofolo Lerato", email="lerato@example.org", national_id="990000000001", village="Roma")
    return one, other


def arrive(account: Account, phone: str) -> None:
    """Gives an account a phone as another node may have done meanwhile, past the guard of this one."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER TABLE users_account DISABLE TRIGGER letsema_natural_phone")
    Account.objects.filter(pk=account.pk).update(phone=phone)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER TABLE users_account ENABLE TRIGGER letsema_natural_phone")


@pytest.fixture
def loan(apply: Callable[..., Loan]) -> Loan:
    return apply()


def pairs() -> dict[frozenset[UUID], list[str]]:
    find_duplicates(actor=SYSTEM)
    return {frozenset((p.first_id, p.second_id)): sorted(p.reasons) for p in DuplicatePair.objects.all()}


def merged(alpha: Branch, kept: Account, gone: Account) -> Merge:
    asked = propose_merge(
        kept_id=kept.pk, gone_id=gone.pk, reason="One card, one woman", actor=alpha.staff["officer"].actor
    )
    return agree_merge(merge_id=asked.pk, actor=alpha.staff["manager"].actor)


def test_pairs_are_found_by_number_by_name_and_by_like_name(alpha: Branch, twice: tuple[Account, Account]) -> None:
    like = person("Lerato Mofollo", phone="58990002")
    person("Palesa Tau", phone="58990003")  # born on the same day, and nobody else
    claims = person("'Malerato Tau", phone="58990004", date_of_birth=date(1970, 1, 1))
    claims.profile.claimed_national_id = "990000000001"
    claims.profile.save()
    one, other = twice
    found = pairs()
    assert found[frozenset((one.pk, other.pk))] == ["name_and_birth"]
    assert found[frozenset((one.pk, like.pk))] == ["like_name_and_birth"]
    assert found[frozenset((claims.pk, other.pk))] == ["national_id"]
    assert len(found) == 4  # the other Mofolo and the like one are the fourth
    assert DuplicatePair.objects.first().reasons == ["national_id"]  # type: ignore[union-attr]


def test_the_same_phone_from_another_node_is_found(alpha: Branch, twice: tuple[Account, Account]) -> None:
    arrive(twice[1], "+26658990001")
    assert pairs()[frozenset(a.pk for a in twice)] == ["name_and_birth", "phone"]


def test_two_people_stay_two_once_somebody_says_so(alpha: Branch, twice: tuple[Account, Account]) -> None:
    one, other = twice
    assert pairs()
    tell_apart(kept_id=one.pk, gone_id=other.pk, reason="Cousins", actor=alpha.staff["officer"].actor)
    assert frozenset((one.pk, other.pk)) not in pairs()


def test_a_merge_takes_two_people(alpha: Branch, twice: tuple[Account, Account]) -> None:
    one, other = twice
    officer, manager = alpha.staff["officer"].actor, alpha.staff["manager"].actor
    with pytest.raises(NotAllowed):
        propose_merge(kept_id=one.pk, gone_id=other.pk, reason="x", actor=alpha.staff["auditor"].actor)
    with pytest.raises(InvalidInput):
        propose_merge(kept_id=one.pk, gone_id=one.pk, reason="x", actor=officer)
    with pytest.raises(InvalidInput):
        propose_merge(kept_id=one.pk, gone_id=other.pk, reason=" ", actor=officer)
    with pytest.raises(NotFound):
        propose_merge(kept_id=one.pk, gone_id=alpha.staff["officer"].pk, reason="x", actor=officer)
    asked = propose_merge(kept_id=one.pk, gone_id=other.pk, reason="One woman", actor=officer)
    with pytest.raises(WrongState):
        propose_merge(kept_id=other.pk, gone_id=one.pk, reason="The other way", actor=manager)
    with pytest.raises(NotAllowed):
        agree_merge(merge_id=asked.pk, actor=officer)
    assert not Account.objects.get(pk=other.pk).merged_into_id
    agree_merge(merge_id=asked.pk, actor=manager)
    with pytest.raises(WrongState):
        agree_merge(merge_id=asked.pk, actor=manager)
    change = Revision.objects.filter(table_name="users_account", row_id=str(other.pk)).latest("recorded_at")
    assert officer.name in change.actor_name
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.filter(pk=asked.pk).update(decided_by=officer.id)


def test_a_refused_merge_changes_nothing_and_is_found_again(alpha: Branch, twice: tuple[Account, Account]) -> None:
    one, other = twice
    officer = alpha.staff["officer"].actor
    asked = propose_merge(kept_id=one.pk, gone_id=other.pk, reason="One woman", actor=officer)
    assert frozenset((one.pk, other.pk)) not in pairs()
    refuse_merge(merge_id=asked.pk, actor=officer)
    assert frozenset((one.pk, other.pk)) in pairs()


def test_the_one_that_stands_takes_over_what_it_lacks(alpha: Branch, twice: tuple[Account, Account]) -> None:
    one, other = twice
    merged(alpha, one, other)
    kept, gone = Account.objects.get(pk=one.pk), Account.objects.get(pk=other.pk)
    assert (kept.phone, kept.email, kept.profile.national_id) == ("+26658990001", "lerato@example.org", "990000000001")
    assert kept.profile.village == "Ha Abia"
    assert (gone.is_active, gone.standing, gone.phone, gone.email) == (False, kept, None, None)
    assert not gone.profile.national_id
    assert kept.verified_email is None  # that it is her address, she has yet to show


def test_the_loan_book_survives_a_merge_of_a_merge(alpha: Branch, twice: tuple[Account, Account], loan: Loan) -> None:
    """Whoever was merged into the account that is closed is merged into the one that stands."""
    one, other = twice
    merged(alpha, one, alpha.borrower)
    assert list(Loan.objects.of_borrower(one.pk)) == [loan]
    second = merged(alpha, other, one)
    assert list(Loan.objects.of_borrower(other.pk)) == [loan]
    assert Loan.objects.get(pk=loan.pk).borrower == alpha.borrower
    undo_merge(merge_id=second.pk, reason="Two women after all", actor=alpha.staff["manager"].actor)
    assert list(Loan.objects.of_borrower(one.pk)) == [loan]
    assert not Loan.objects.of_borrower(other.pk).exists()


def test_taking_apart_gives_each_back_what_it_held(alpha: Branch, twice: tuple[Account, Account]) -> None:
    one, other = twice
    held = [(a.phone, a.email, a.is_active, a.profile.national_id, a.profile.village) for a in twice]
    merge = merged(alpha, one, other)
    Account.objects.get(pk=one.pk).profile.__class__.objects.filter(pk=one.pk).update(employer="Ministry of Health")
    undo_merge(merge_id=merge.pk, reason="Cousins", actor=alpha.staff["manager"].actor)
    back = [Account.objects.get(pk=a.pk) for a in twice]
    assert [(a.phone, a.email, a.is_active, a.profile.national_id, a.profile.village) for a in back] == held
    assert back[0].profile.employer == "Ministry of Health"  # entered since: it stays
    with pytest.raises(WrongState):
        undo_merge(merge_id=merge.pk, reason="Again", actor=alpha.staff["manager"].actor)


def test_what_rests_on_a_merge_keeps_it(
    alpha: Branch, twice: tuple[Account, Account], apply: Callable[..., Loan]
) -> None:
    one, other = twice
    manager = alpha.staff["manager"].actor
    merge = merged(alpha, one, other)
    with transaction.atomic():
        Account.objects.filter(pk=one.pk).update(email="new@example.org")
        with pytest.raises(WrongState, match="e-mail has changed"):
            undo_merge(merge_id=merge.pk, reason="Cousins", actor=manager)
        Account.objects.filter(pk=one.pk).update(email="lerato@example.org")
    applied = apply(borrower=one, actor=alpha.staff["officer"].actor)
    with pytest.raises(WrongState, match=applied.number):
        undo_merge(merge_id=merge.pk, reason="Cousins", actor=manager)


def test_a_number_that_was_given_away_meanwhile_is_named(alpha: Branch, twice: tuple[Account, Account]) -> None:
    one, other = twice
    merge = merged(alpha, other, one)  # the phone goes to the other account
    arrive(person("Neo Pitso", phone="58990009"), "+26658990001")
    with pytest.raises(AlreadyExists):
        undo_merge(merge_id=merge.pk, reason="Cousins", actor=alpha.staff["manager"].actor)


def test_histories_are_told_whose_the_loans_are(
    alpha: Branch, twice: tuple[Account, Account], loan: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[UUID]] = []
    monkeypatch.setattr("apps.loans.histories.services.merges.rewrite_histories", told.append)
    merge = merged(alpha, twice[0], alpha.borrower)
    assert retell_merged() == 1
    assert retell_merged() == 0
    undo_merge(merge_id=merge.pk, reason="Not she", actor=alpha.staff["manager"].actor)
    assert retell_merged() == 1
    assert told == [[loan.pk]] * 2


def test_the_pages_from_the_pair_to_the_parting(alpha: Branch, twice: tuple[Account, Account]) -> None:
    one, other = twice
    officer, manager = alpha.client("officer"), alpha.client("manager")
    found = officer.post("/admin/users/duplicatepair/find/", follow=True).content.decode()
    assert "1 pair(s) found." in found
    pair = DuplicatePair.objects.get()
    shown = officer.get(f"/admin/users/duplicatepair/{pair.pk}/change/", follow=True)
    assert "Ha Abia" in shown.content.decode()
    assert "differs" in shown.content.decode()
    compare = shown.redirect_chain[-1][0]
    assert officer.post(compare, {"decision": str(one.pk), "reason": ""}).status_code == 422
    assert officer.post(compare, {"decision": "nobody", "reason": "x"}).status_code == 422
    assert officer.post(compare, {"decision": str(one.pk), "reason": "One woman"}).status_code == 302
    merge = Merge.objects.get()
    page, steps = f"/admin/users/merge/{merge.pk}/change/", f"/admin/users/merge/{merge.pk}/step"
    assert officer.post(f"{steps}/agree_merge/").status_code == 422
    assert alpha.client("auditor").get(f"{steps}/agree_merge/").status_code == 403
    assert "One woman" in manager.get(f"{steps}/agree_merge/").content.decode()
    assert manager.post(f"{steps}/agree_merge/").status_code == 302
    assert "Merged" in manager.get(page).content.decode()
    assert manager.get(f"{steps}/agree_merge/").status_code == 404
    assert officer.get(compare).status_code == 404  # one of them no longer stands by itself
    assert officer.post(f"{steps}/undo_merge/", {"reason": "x"}).status_code == 403
    assert manager.post(f"{steps}/undo_merge/", {"reason": "Cousins"}).status_code == 302
    assert Account.objects.get(pk=other.pk).is_active
