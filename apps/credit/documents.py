"""What a credit history holds, in MongoDB. No name, phone number or national ID is ever among it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from mongoengine import (
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    Document,
    IntField,
    ListField,
    StringField,
    UUIDField,
    ValidationError,
)

# 2: how many days past due an account was after each event, and what it costs a month. 3: a document for
# each person, and for each month.
SCHEMA_VERSION = 3
REVERSED = "reversed"  # the pay-out was taken back: there is no loan
# What an application may be, which the histories know of no more: its pay-out was taken back.
OF_APPLICATIONS = ("submitted", "under_review", "info_requested", "reviewed", "approved", "rejected", "withdrawn")
STATUSES = ("active", "closed", "overpaid", REVERSED, "charged_off", "written_off")
KINDS = (
    "disbursement",
    "take_on",
    "repayment",
    "pay_off",
    "goodwill_credit",
    "waive_charge",
    "waive_interest",
    "undo",
    "charge_off",
    "write_off",
    "recovery",
    "closed",
)


class CreditAccount(Document):  # type: ignore[misc]
    """One loan at one MFI, as it stood after the latest event that arrived."""

    id = UUIDField(primary_key=True)  # the loan's
    version = IntField(required=True, default=SCHEMA_VERSION)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    loan_number = StringField(required=True, max_length=16)
    status = StringField(required=True, choices=STATUSES)
    currency = StringField(required=True, max_length=3)
    principal = Decimal128Field(required=True)
    outstanding = Decimal128Field(required=True)
    installments = IntField(required=True, min_value=1)
    monthly_installment = Decimal128Field(required=True)  # what is scheduled, divided by the months it runs
    disbursed_on = DateField()
    closed_on = DateField()
    oldest_due_date = DateField()
    last_event = UUIDField(required=True)  # UUIDv7: a later event has a greater one
    last_event_on = DateField(required=True)

    meta = {
        "collection": "accounts",
        "indexes": [{"fields": ["mfi", "person"]}, {"fields": ["person"]}],
        "auto_create_index": False,
    }


class CreditPerson(Document):  # type: ignore[misc]
    """Somebody of whom there is a history, known by a key alone: which MFIs told of them, and since which day."""

    id = StringField(primary_key=True, min_length=64, max_length=64)  # outbox.person_key
    version = IntField(required=True, default=SCHEMA_VERSION)
    lenders = ListField(StringField(max_length=63), required=True)
    since = DateField(required=True)

    meta = {"collection": "people", "auto_create_index": False}


class CreditEventDocument(Document):  # type: ignore[misc]
    """One thing that happened to an account. One document each: large arrays are slow."""

    id = UUIDField(primary_key=True)  # of the loan's event and the kind: writing it twice changes nothing
    place = UUIDField(required=True)  # the outbox entry's: the order in which they happened
    version = IntField(required=True, default=SCHEMA_VERSION)
    account = UUIDField(required=True)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    kind = StringField(required=True, choices=KINDS)
    value_date = DateField(required=True)
    amount = Decimal128Field(required=True)
    outstanding = Decimal128Field(required=True)
    status = StringField(required=True, choices=STATUSES)  # of the account, after this event
    oldest_due_date = DateField()
    arrived_at = DateTimeField(required=True)

    meta = {
        "collection": "events",
        "indexes": [{"fields": ["account", "place"]}, {"fields": ["mfi", "person"]}],
        "auto_create_index": False,
    }


class CreditSnapshot(Document):  # type: ignore[misc]
    """How an account stood at the end of a month."""

    id = UUIDField(primary_key=True)  # of the account and the month: taken anew it replaces itself
    version = IntField(required=True, default=SCHEMA_VERSION)
    account = UUIDField(required=True)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    month_end = DateField(required=True, db_field="month")
    status = StringField(required=True, choices=STATUSES)
    balance = Decimal128Field(required=True)
    overdue = Decimal128Field(required=True)
    days_past_due = IntField(required=True, min_value=0, db_field="days_late")
    code = StringField(required=True, regex="^[0-7CW]$")  # the month's sign in the payment profile
    taken_at = DateTimeField(required=True)

    meta = {
        "collection": "snapshots",
        "indexes": [{"fields": ["account", "month_end"]}, {"fields": ["mfi", "month_end"]}],
        "auto_create_index": False,
    }


class CreditScore(Document):  # type: ignore[misc]
    """What the score of a borrower at one MFI was at the end of a month; without points: no history then."""

    id = UUIDField(primary_key=True)  # of the borrower and the month
    version = IntField(required=True, default=SCHEMA_VERSION)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    month_end = DateField(required=True, db_field="month")
    points = IntField(min_value=300, max_value=850)
    band = StringField(choices=("A", "B", "C", "D"))
    score_version = IntField(required=True, min_value=1)
    reasons = ListField(StringField(max_length=20))
    in_default = BooleanField(required=True)  # whether in default already then: more than 90 days past due, or given up

    meta = {
        "collection": "scores",
        "indexes": [{"fields": ["mfi", "month_end"]}, {"fields": ["mfi", "person"]}],
        "auto_create_index": False,
    }


class CreditConsent(Document):  # type: ignore[misc]
    """That somebody agreed to inquiries at other lenders, or took it back: in which words, and until when."""

    id = UUIDField(primary_key=True)
    version = IntField(required=True, default=SCHEMA_VERSION)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    purpose = StringField(required=True, max_length=10)
    granted = BooleanField(required=True)
    text_version = IntField(required=True, min_value=1)
    language = StringField(required=True, min_length=2, max_length=2)
    given_on = DateField(required=True)
    expires_on = DateField()

    meta = {"collection": "consents", "indexes": [{"fields": ["mfi", "person"]}], "auto_create_index": False}


class CreditInquiry(Document):  # type: ignore[misc]
    """One inquiry across MFIs: who asked about whom, why, by which consent, and whose accounts were counted.

    It is written before its answer is given. Accounts and staff are known by their ids alone.
    """

    id = UUIDField(primary_key=True)
    version = IntField(required=True, default=SCHEMA_VERSION)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    account = UUIDField(required=True)
    loan = UUIDField(required=True)
    asked_by = UUIDField(required=True)
    purpose = StringField(required=True, choices=("application", "arrears"))
    consent = UUIDField(required=True)
    consent_version = IntField(required=True)
    sources = ListField(StringField(max_length=63))  # the MFIs whose accounts were counted
    accounts = ListField(UUIDField())  # the accounts that were counted, to tell whoever asked of a correction
    asked_at = DateTimeField(required=True)

    meta = {
        "collection": "inquiries",
        "indexes": [
            {"fields": ["person", "asked_at"]},
            {"fields": ["mfi", "account"]},
            {"fields": ["mfi", "accounts"]},
        ],
        "auto_create_index": False,
    }


class CreditDispute(Document):  # type: ignore[misc]
    """An entry that its borrower says is wrong, or (without `entry`) a whole account. What was said is not here."""

    id = UUIDField(primary_key=True)
    version = IntField(required=True, default=SCHEMA_VERSION)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    account = UUIDField(required=True)
    entry = UUIDField()
    opened_on = DateField(required=True)
    outcome = StringField(required=True, choices=("open", "corrected", "stands"))
    decided_on = DateField()

    meta = {"collection": "disputes", "indexes": [{"fields": ["account"]}], "auto_create_index": False}


class CreditCorrection(Document):  # type: ignore[misc]
    """That an entry was wrong and which entry put it right. The wrong one stays as it was written."""

    id = UUIDField(primary_key=True)
    version = IntField(required=True, default=SCHEMA_VERSION)
    dispute = UUIDField(required=True)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    account = UUIDField(required=True)
    entry = UUIDField()  # what was wrong; none: the account as a whole
    corrected_by = UUIDField(required=True)  # the entry that put it right
    corrected_at = DateTimeField(required=True)

    meta = {
        "collection": "corrections",
        "indexes": [{"fields": ["account"]}, {"fields": ["corrected_at"]}],
        "auto_create_index": False,
    }


EVERY = (
    CreditPerson,
    CreditAccount,
    CreditEventDocument,
    CreditSnapshot,
    CreditConsent,
    CreditInquiry,
    CreditDispute,
    CreditCorrection,
    CreditScore,
)


def _rules(kind: type[Document]) -> tuple[list[tuple[str, bool, Callable[[Any], None]]], frozenset[str]]:
    """The fields by their stored names: whether a value is required, and what refuses a wrong one; the names."""
    rules = [(field.db_field, field.required, field._validate) for field in kind._fields.values()]
    return rules, frozenset(name for name, _, _ in rules)


RULES = {kind: _rules(kind) for kind in EVERY}


class InvalidDocument(Exception):
    """A document breaks a rule of its kind. `field_name` is the stored name of the field that does."""

    def __init__(self, field_name: str, fault: str) -> None:
        super().__init__(f"{field_name}: {fault}")
        self.field_name = field_name


def midnight(day: date) -> datetime:
    """A day as MongoDB keeps it."""
    return datetime.combine(day, time(), UTC)


def checked(kind: type[Document], stored: dict[str, Any]) -> dict[str, Any]:
    """`stored` as it stands, once every rule of `kind` holds for it.

    Documents are written by pymongo, a batch at a time; mongoengine's own objects would cost several times as much.
    Its fields say what is allowed all the same.

    Raises:
        InvalidDocument: names the field and what is wrong with it.
    """
    rules, names = RULES[kind]
    for name, required, validate in rules:
        value = stored.get(name)
        if value is None or (required and value == []):
            if required:
                raise InvalidDocument(name, "it is missing")
            continue
        try:
            validate(value)
        except ValidationError as error:
            raise InvalidDocument(name, str(error)) from error
    if strangers := stored.keys() - names:
        raise InvalidDocument(min(strangers), f"no field of {kind.__name__}")
    return stored
