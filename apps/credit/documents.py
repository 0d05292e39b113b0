"""What a credit history holds, in MongoDB. No name, phone number or national ID is ever among it."""

from __future__ import annotations

from mongoengine import (
    DateField,
    DateTimeField,
    Decimal128Field,
    Document,
    IntField,
    ListField,
    StringField,
    UUIDField,
)

SCHEMA_VERSION = 2  # 2: how late an account was after each event, and what it costs a month
STATUSES = ("active", "closed", "overpaid", "approved", "charged_off", "written_off")
KINDS = (
    "disbursement", "repayment", "pay_off", "goodwill_credit", "waive_charge", "waive_interest", "undo", "charge_off",
    "write_off", "recovery", "closed",
)  # fmt: skip


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


EVERY = (CreditAccount, CreditEventDocument, CreditInquiry, CreditDispute, CreditCorrection)
