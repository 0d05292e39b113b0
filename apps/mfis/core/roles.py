"""Roles and duties, and the one table that says which duty may do what.

Admin pages, the API and templates ask `may`; an action that is not allowed is not shown. No row in the database
decides anything here.
"""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    BORROWER = "borrower", "Borrower"
    MFI_ADMIN = "mfi_admin", "MFI admin"
    LETSEMA_ADMIN = "letsema_admin", "Letsema admin"


class Duty(models.TextChoices):
    """What an MFI admin does. One person may have several; nobody approves what they reviewed."""

    OFFICER = "officer", "Loan officer"
    APPROVER = "approver", "Approver"
    CASHIER = "cashier", "Cashier"
    ACCOUNTANT = "accountant", "Accountant"
    AUDITOR = "auditor", "Auditor"
    MANAGER = "manager", "Manager"


class Action(models.TextChoices):
    VIEW_BOOKS = "view_books", "see loans and people"
    REGISTER_BORROWER = "register_borrower", "register a borrower"
    APPLY_FOR_BORROWER = "apply_for_borrower", "enter an application"
    REVIEW = "review", "review an application"
    ASSIGN = "assign", "assign an application to an officer"
    MANAGE_GROUPS = "manage_groups", "manage groups and their meetings"
    APPROVE = "approve", "approve an application"
    REJECT = "reject", "reject an application"
    DISBURSE = "disburse", "disburse a loan"
    RECORD_REPAYMENT = "record_repayment", "record a repayment"
    REVERSE_REPAYMENT = "reverse_repayment", "reverse a repayment"
    CHARGE = "charge", "charge a fee or penalty"
    WAIVE = "waive", "waive a charge or interest"
    REFUND = "refund", "refund an overpayment"
    PROPOSE_CHANGE = "propose_change", "propose a restructuring or a write-off"
    DECIDE_CHANGE = "decide_change", "decide on a restructuring or a write-off"
    TAKE_ON_LOANS = "take_on_loans", "take on running loans from another system"
    FOLLOW_UP = "follow_up", "note and follow up a loan"
    PROPOSE_JOURNAL = "propose_journal", "propose a journal entry"
    POST_JOURNAL = "post_journal", "post a journal entry"
    MANAGE_ACCOUNTS = "manage_accounts", "manage the chart of accounts"
    REPORT_TO_BUREAU = "report_to_bureau", "make the credit bureau's monthly file"
    CLOSE_BOOKS = "close_books", "close the books and run the day end"
    MANAGE_POLICY = "manage_policy", "set the policy, holidays and ageing rates"
    MANAGE_PRODUCTS = "manage_products", "manage products"
    MANAGE_PEOPLE = "manage_people", "manage people and their duties"
    MANAGE_MFIS = "manage_mfis", "manage MFIs"
    ANSWER_COMPLAINTS = "answer_complaints", "answer complaints"
    IMPORT_ROWS = "import_rows", "import spreadsheets"
    BORROW = "borrow", "apply for and follow one's own loans"
    MANAGE_OWN_ACCOUNT = "manage_own_account", "manage one's own account"


ALL_DUTIES = frozenset(Duty)

DUTIES: dict[Action, frozenset[Duty]] = {
    Action.VIEW_BOOKS: ALL_DUTIES,
    Action.REGISTER_BORROWER: frozenset({Duty.OFFICER, Duty.CASHIER, Duty.MANAGER}),
    Action.APPLY_FOR_BORROWER: frozenset({Duty.OFFICER, Duty.MANAGER}),
    Action.REVIEW: frozenset({Duty.OFFICER, Duty.MANAGER}),
    Action.ASSIGN: frozenset({Duty.MANAGER}),
    Action.MANAGE_GROUPS: frozenset({Duty.OFFICER, Duty.MANAGER}),
    Action.APPROVE: frozenset({Duty.APPROVER, Duty.MANAGER}),
    Action.REJECT: frozenset({Duty.APPROVER, Duty.MANAGER}),
    Action.DISBURSE: frozenset({Duty.CASHIER, Duty.MANAGER}),
    Action.RECORD_REPAYMENT: frozenset({Duty.CASHIER, Duty.MANAGER}),
    Action.REVERSE_REPAYMENT: frozenset({Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.CHARGE: frozenset({Duty.CASHIER, Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.WAIVE: frozenset({Duty.MANAGER}),
    Action.REFUND: frozenset({Duty.CASHIER, Duty.MANAGER}),
    Action.PROPOSE_CHANGE: frozenset({Duty.OFFICER, Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.DECIDE_CHANGE: frozenset({Duty.APPROVER, Duty.MANAGER}),
    Action.TAKE_ON_LOANS: frozenset({Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.FOLLOW_UP: frozenset({Duty.OFFICER, Duty.CASHIER, Duty.MANAGER}),
    Action.PROPOSE_JOURNAL: frozenset({Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.POST_JOURNAL: frozenset({Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.MANAGE_ACCOUNTS: frozenset({Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.REPORT_TO_BUREAU: frozenset({Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.CLOSE_BOOKS: frozenset({Duty.ACCOUNTANT, Duty.MANAGER}),
    Action.MANAGE_POLICY: frozenset({Duty.MANAGER}),
    Action.MANAGE_PRODUCTS: frozenset({Duty.MANAGER}),
    Action.MANAGE_PEOPLE: frozenset({Duty.MANAGER}),
    Action.ANSWER_COMPLAINTS: frozenset({Duty.OFFICER, Duty.MANAGER}),
    # Beside the duty for what the rows are: whoever may enter one may bring in many.
    Action.IMPORT_ROWS: ALL_DUTIES - {Duty.AUDITOR},
    Action.MANAGE_OWN_ACCOUNT: ALL_DUTIES,
}

LETSEMA_ACTIONS = frozenset({Action.MANAGE_MFIS, Action.MANAGE_PEOPLE, Action.IMPORT_ROWS, Action.MANAGE_OWN_ACCOUNT})

BORROWER_ACTIONS = frozenset({Action.BORROW, Action.MANAGE_OWN_ACCOUNT})


def may(role: Role, duties: frozenset[Duty], action: Action) -> bool:
    """Whether somebody with `role` and `duties` may do `action` in their own schema."""
    if role == Role.LETSEMA_ADMIN:
        return action in LETSEMA_ACTIONS
    if role == Role.BORROWER:
        return action in BORROWER_ACTIONS
    return bool(duties & DUTIES.get(action, frozenset()))
