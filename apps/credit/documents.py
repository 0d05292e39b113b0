"""What a credit history holds, in MongoDB. No name, phone number or national ID is ever among it."""

from __future__ import annotations

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

# 2: how late an account was after each event, and what it costs a month. 3: a document for
# each person, and for each month.
SCHEMA_VERSION = 3
STATUSES = ("active", "closed", "overpaid", "approved", "charged_off", "written_off")
KINDS = (
    "disbursement",
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
    month = DateField(required=True)  # its last day
    status = StringField(required=True, choices=STATUSES)
    balance = Decimal128Field(required=True)
    overdue = Decimal128Field(required=True)
    days_late = IntField(required=True, min_value=0)
    code = StringField(required=True, regex="^[0-7CW]$")  # the month's sign in the payment profile
    taken_at = DateTimeField(required=True)

    meta = {
        "collection": "snapshots",
        "indexes": [{"fields": ["account", "month"]}, {"fields": ["mfi", "month"]}],
        "auto_create_index": False,
    }


class CreditScore(Document):  # type: ignore[misc]
    """What the score of a borrower at one MFI was at the end of a month; without points: no history then."""

    id = UUIDField(primary_key=True)  # of the borrower and the month
    version = IntField(required=True, default=SCHEMA_VERSION)
    person = StringField(required=True, min_length=64, max_length=64)
    mfi = StringField(required=True, max_length=63)
    month = DateField(required=True)
    points = IntField(min_value=300, max_value=850)
    band = StringField(choices=("A", "B", "C", "D"))
    score_version = IntField(required=True, min_value=1)
    reasons = ListField(StringField(max_length=20))
    in_default = BooleanField(required=True)  # whether something was more than 90 days late, or given up, already then

    meta = {
        "collection": "scores",
        "indexes": [{"fields": ["mfi", "month"]}, {"fields": ["mfi", "person"]}],
        "auto_create_index": False,
    }


class CreditConsent(Document):  # type: ignore[misc]
    """That somebody agreed to being asked about elsewhere, or took it back: in which words, and until when."""

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
    """One look-up across MFIs: who asked about whom, why, by which consent, and whose accounts were counted.

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


def midnight(day: date | str | None) -> datetime | None:
    """A day (as such, or in ISO 8601) as MongoDB keeps it."""
    known = date.fromisoformat(day) if isinstance(day, str) and day else day
    return datetime.combine(known, time(), UTC) if isinstance(known, date) else None


def checked(kind: type[Document], raw: dict[str, Any]) -> dict[str, Any]:
    """`raw` as it stands, once every rule of `kind` holds for it.

    Documents are written by pymongo, a batch at a time; mongoengine's own objects would cost several times as much.
    Its fields say what is allowed all the same.

    Raises:
        ValidationError: (mongoengine's) names the field and what is wrong with it.
    """
    for name, field in kind._fields.items():
        value = raw.get(field.db_field)
        if value is None or (field.required and value == []):
            if field.required:
                raise ValidationError(f"{name} is missing", field_name=name)
        else:
            field._validate(value)
    if strangers := raw.keys() - kind._db_field_map.values() - {"_id"}:
        raise ValidationError(f"{min(strangers)} is no field of {kind.__name__}", field_name=min(strangers))
    return raw
