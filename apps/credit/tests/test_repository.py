"""What the repository keeps comes back as it was; written again it changes nothing; its errors are ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.credit import repository
from apps.credit.documents import (
    SCHEMA_VERSION,
    CreditAccount,
    CreditCorrection,
    CreditDispute,
    CreditEventDocument,
    CreditPerson,
    CreditSnapshot,
    InvalidDocument,
)
from apps.credit.repository import DocumentsRefused, StoreAway, connection, records
from apps.credit.tests import kept
from apps.credit.tests.records import (
    APRIL,
    MARCH,
    NOON,
    OTHER,
    PERSON,
    account,
    consent,
    correction,
    dispute,
    event,
    inquiry,
    key,
    score,
    snapshot,
)

pytestmark = pytest.mark.usefixtures("own_histories")


# Records and documents


@pytest.mark.parametrize(
    ("form", "record"),
    [
        (records.ACCOUNTS, account()),
        (records.EVENTS, event(oldest_due_date=None)),
        (records.SNAPSHOTS, snapshot()),
        (records.SCORES, score(points=None, band=None, reasons=[])),
        (records.CONSENTS, consent(expires_on=None)),
        (records.INQUIRIES, inquiry()),
        (records.DISPUTES, dispute(entry=None)),
        (records.CORRECTIONS, correction()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_record_comes_back_as_it_was(form: Any, record: Any) -> None:
    kept.insert(form.kind, form.document(record))
    (document,) = kept.documents(form.kind)
    assert form.record(document) == record
    assert document["version"] == SCHEMA_VERSION


def test_a_snapshot_is_stored_under_the_names_that_it_always_had() -> None:
    document = records.SNAPSHOTS.document(snapshot())
    assert (document["month"], document["days_late"]) == (datetime(2026, 4, 30, tzinfo=UTC), 28)
    assert not document.keys() & {"month_end", "days_past_due", "id"}


def test_documents_of_version_1_are_read_without_what_they_lack() -> None:
    repository.save_latest_accounts([account()])
    repository.save_events([event()])
    repository.save_inquiry(inquiry())
    kept.change(CreditAccount, {}, {"version": 1}, without="monthly_installment")
    kept.change(CreditEventDocument, {}, {"version": 1}, without="status")
    assert repository.accounts_by_id([key(1)]) == [account(monthly_installment=Decimal(0))]
    assert repository.events_of_accounts([key(1)]) == [event(status="active")]


@pytest.mark.parametrize(
    ("save", "good", "bad", "field"),
    [
        (repository.save_events, event(), event(11, kind="sleeping"), "kind"),
        (repository.save_latest_accounts, account(), account(2, installments=0), "installments"),
        (repository.save_snapshots, snapshot(), snapshot(21, days_past_due=-1), "days_late"),
        (repository.save_scores, score(), score(31, points=900), "points"),
    ],
)
def test_where_one_breaks_a_rule_none_is_written(
    save: Callable[[list[Any]], None], good: Any, bad: Any, field: str
) -> None:
    with pytest.raises(InvalidDocument) as refused:
        save([good, bad])
    assert refused.value.field_name == field
    assert kept.everything() == ""


# Written again, or in another order


def test_an_event_stays_as_it_was_first_written() -> None:
    repository.save_events([event()])
    repository.save_events([event(amount=Decimal(1)), event(11)])
    assert repository.events_of_accounts([key(1)]) == [event(), event(11)]
    assert repository.event_ids_of_accounts([key(1), key(2)]) == {key(1): {key(10), key(11)}}


def test_events_come_in_the_order_of_their_places() -> None:
    repository.save_events([event(10, place=key(99)), event(11)])
    assert [e.id for e in repository.events_of_accounts([key(1)])] == [key(11), key(10)]


def test_an_account_keeps_its_latest_event() -> None:
    repository.save_latest_accounts([account(last_event=key(101), status="closed")])
    repository.save_latest_accounts([account(), account(2)])
    assert {a.id: a.status for a in repository.accounts_by_id([key(1), key(2)])} == {key(1): "closed", key(2): "active"}
    repository.save_latest_accounts([account(last_event=key(102))])
    assert [a.last_event for a in repository.accounts_by_id([key(1)])] == [key(102)]


def test_a_person_is_known_since_the_earliest_day_and_by_whom() -> None:
    for mfi, day in (("alpha", APRIL), ("alpha", MARCH), ("alpha", APRIL), ("beta", APRIL)):
        repository.save_people(mfi, {PERSON: day})
    (person,) = kept.documents(CreditPerson)
    assert (person["lenders"], person["since"].date(), person["version"]) == (["alpha", "beta"], MARCH, SCHEMA_VERSION)


def test_news_of_an_opening_and_a_second_correction_change_nothing() -> None:
    repository.save_dispute(dispute(outcome="stands", decided_on=APRIL), if_new=False)
    repository.save_dispute(dispute(), if_new=True)
    assert repository.outcomes_of_disputes([key(1), key(2)]) == {key(1): {key(60): "stands"}}
    repository.save_correction(correction())
    repository.save_correction(correction(corrected_by=key(12)))
    assert repository.corrections_since(NOON - timedelta(days=1)) == [correction()]
    assert repository.corrections_since(NOON) == []


def test_a_month_taken_anew_replaces_itself() -> None:
    repository.save_snapshots([snapshot(), snapshot(21, month_end=MARCH, code="0")])
    repository.save_snapshots([snapshot(code="2")])
    assert [(s.month_end, s.code) for s in repository.snapshots_of_accounts([key(1)])] == [(APRIL, "2"), (MARCH, "0")]
    assert repository.signs_of_accounts([key(1)], APRIL, APRIL) == [(key(1), APRIL, "2")]
    assert sorted(repository.signs_of_persons("alpha", [MARCH, APRIL])) == [(PERSON, "0"), (PERSON, "2")]
    assert list(repository.signs_of_persons("beta", [MARCH, APRIL])) == []
    repository.remove_snapshots([key(20)])
    repository.remove_snapshots([])
    assert [s.month_end for s in repository.snapshots_of_accounts([key(1)])] == [MARCH]


# Who reads what


def test_other_lenders_accounts_are_all_but_ones_own() -> None:
    repository.save_latest_accounts([account(1), account(2, mfi="beta"), account(3, mfi="beta", person=OTHER)])
    assert [a.id for a in repository.accounts_at_other_lenders(PERSON, "alpha")] == [key(2)]
    assert [a.id for a in repository.accounts_by_id([key(1), key(2)], mfi="alpha")] == [key(1)]
    assert repository.account_ids_of("beta") == {key(2), key(3)}


def test_inquiries_are_counted_and_shown_to_whom_they_concern() -> None:
    later = NOON + timedelta(hours=1)
    repository.save_inquiry(inquiry(50))
    repository.save_inquiry(inquiry(51, asked_at=later, sources=[], accounts=[]))
    assert repository.count_inquiries(person=PERSON, mfi="beta", since=NOON) == 1
    assert [i.id for i in repository.inquiries_about(person=PERSON, mfi="beta", account=key(2))] == [key(51), key(50)]
    assert [i.id for i in repository.inquiries_about(person=PERSON, mfi="alpha", account=key(9))] == [key(50)]
    assert repository.inquiries_about(person=OTHER, mfi="alpha", account=key(9)) == []
    assert [i.id for i in repository.inquiries_counting([key(1)], mfi="beta")] == [key(50)]
    assert repository.inquiries_counting([key(1)], mfi="alpha") == []


def test_scores_are_read_by_their_mfi() -> None:
    repository.save_scores([score(30), score(31, month_end=MARCH), score(32, mfi="beta", band=None, points=None)])
    everything = [key(30), key(31), key(32)]
    assert [s.month_end for s in repository.scores_by_id(everything, "alpha")] == [APRIL, MARCH]
    assert repository.months_scored("alpha") == {MARCH, APRIL}
    assert repository.scores_of_month("alpha", APRIL) == [score(30)]
    assert repository.bands_of_month("beta", APRIL) == [None]


# What is removed


def test_an_account_goes_with_all_that_hangs_on_it() -> None:
    ended = account(1, status="closed", last_event_on=MARCH)
    repository.save_latest_accounts([ended, account(2, last_event_on=MARCH), account(3, status="closed", mfi="beta")])
    repository.save_events([event(10), event(11), event(12, account=key(2))])
    repository.save_snapshots([snapshot()])
    repository.save_dispute(dispute(), if_new=True)
    repository.save_correction(correction())
    assert repository.ended_accounts("alpha", ["closed"], MARCH, limit=9) == []
    assert repository.ended_accounts("alpha", ["closed"], APRIL, limit=9) == [key(1)]
    assert repository.remove_accounts([key(1)]) == {
        "accounts": 1,
        "events": 2,
        "snapshots": 1,
        "disputes": 1,
        "corrections": 1,
    }
    assert [kept.count(kind) for kind in (CreditSnapshot, CreditDispute, CreditCorrection)] == [0, 0, 0]
    assert repository.event_ids_of_accounts([key(1), key(2)]) == {key(2): {key(12)}}


def test_a_person_is_forgotten_once_nobody_keeps_an_account_of_theirs() -> None:
    repository.save_people("alpha", {PERSON: MARCH, OTHER: MARCH})
    repository.save_people("beta", {OTHER: MARCH})
    repository.save_latest_accounts([account()])
    assert repository.remove_people("alpha") == 0
    assert {p["_id"]: p["lenders"] for p in kept.documents(CreditPerson)} == {PERSON: ["alpha"], OTHER: ["beta"]}
    repository.remove_accounts([key(1)])
    assert repository.remove_people("alpha") == 1


def test_what_is_dated_goes_by_its_day() -> None:
    repository.save_consent(consent(40))
    repository.save_consent(consent(41, expires_on=MARCH))
    repository.save_consent(consent(42, granted=False, expires_on=None))
    assert repository.remove_consents("beta", APRIL) == 0
    assert repository.remove_consents("alpha", APRIL) == 2
    assert repository.consent_ids_of("alpha") == {key(40)}
    repository.save_scores([score(30), score(31, month_end=MARCH)])
    assert repository.remove_scores("alpha", APRIL) == 1
    repository.save_inquiry(inquiry())
    assert [repository.remove_inquiries("beta", day) for day in (NOON.date(), APRIL)] == [0, 1]


def test_what_an_earlier_release_wrote_is_named() -> None:
    repository.save_latest_accounts([account(1), account(2)])
    repository.save_events([event()])
    repository.save_inquiry(inquiry())
    assert (repository.accounts_of_earlier_version("alpha"), repository.complete_inquiries("beta")) == (set(), 0)
    kept.change(CreditEventDocument, {}, {"version": 1})
    kept.change(CreditAccount, {"_id": key(2)}, {"version": 2})
    assert repository.accounts_of_earlier_version("alpha") == {key(1), key(2)}
    assert repository.accounts_of_earlier_version("beta") == set()


# Errors

CALLS: list[Callable[[], Any]] = [
    lambda: repository.save_events([event()]),
    lambda: repository.save_latest_accounts([account()]),
    lambda: repository.save_people("alpha", {PERSON: MARCH}),
    lambda: repository.accounts_by_id([key(1)]),
    lambda: repository.accounts_at_other_lenders(PERSON, "alpha"),
    lambda: repository.events_of_accounts([key(1)]),
    lambda: repository.remove_accounts([key(1)]),
    lambda: repository.save_snapshots([snapshot()]),
    lambda: list(repository.signs_of_persons("alpha", [APRIL])),
    lambda: repository.save_scores([score()]),
    lambda: repository.scores_of_month("alpha", APRIL),
    lambda: repository.save_consent(consent()),
    lambda: repository.save_inquiry(inquiry()),
    lambda: repository.inquiries_about(person=PERSON, mfi="alpha", account=key(1)),
    lambda: repository.save_dispute(dispute(), if_new=True),
    lambda: repository.outcomes_of_disputes([key(1)]),
]


def test_while_mongodb_is_away_every_call_says_so_without_its_address(settings: Any) -> None:
    right, settings.MONGODB_URL = settings.MONGODB_URL, "mongodb://127.0.0.1:1/letsema"
    settings.MONGODB_TIMEOUT_MS = 20
    for call in CALLS:
        with pytest.raises(StoreAway) as away:
            call()
        assert str(away.value) == "MongoDB does not answer."
    assert not repository.ping()
    settings.MONGODB_URL = right
    assert repository.ping()


def test_an_address_that_is_none_is_told_without_it(settings: Any) -> None:
    right, settings.MONGODB_URL = settings.MONGODB_URL, "mongodb://secret@nowhere:port"
    with pytest.raises(StoreAway, match="is not a MongoDB address") as wrong:
        repository.account_ids_of("alpha")
    assert "secret" not in str(wrong.value)
    settings.MONGODB_URL = right


def test_what_mongodb_does_not_take_is_refused_by_the_name_of_its_error() -> None:
    repository.save_inquiry(inquiry())
    with pytest.raises(DocumentsRefused, match=r"^DuplicateKeyError$"):
        repository.save_inquiry(inquiry())


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}, StoreAway),
        ({"writeErrors": [{"code": 121}], "writeConcernErrors": []}, DocumentsRefused),
    ],
)
def test_a_majority_that_is_late_has_refused_nothing(details: dict[str, Any], expected: type[Exception]) -> None:
    with pytest.raises(expected), connection.translated():
        raise connection.BulkWriteError(details)
