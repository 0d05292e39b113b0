"""Duties as people write them in one cell, in either language."""

from __future__ import annotations

import re

from apps.mfis.core.roles import Duty
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.kinds import plain

WORDS: dict[Duty, tuple[str, ...]] = {
    Duty.OFFICER: ("loan officer", "credit officer", "field officer", "ofisiri ea likalimo", "ofisiri"),
    Duty.APPROVER: ("loan approver", "approves loans", "molumelli oa likalimo", "molumelli"),
    Duty.CASHIER: ("teller", "keshiri", "moamoheli oa chelete"),
    Duty.ACCOUNTANT: ("bookkeeper", "akhaontente", "mongoli oa libuka tsa chelete"),
    Duty.AUDITOR: ("internal auditor", "mohlahlobi oa libuka", "mohlahlobi"),
    Duty.MANAGER: ("branch manager", "motsamaisi", "mookameli"),
}

KNOWN = {
    plain(word): duty for duty in Duty for word in (duty.value, str(duty.label), f"{duty.label}s", *WORDS.get(duty, ()))
}

BETWEEN = re.compile(r"\s*(?:[,;/&+|]|\band\b|\ble\b)\s*", re.IGNORECASE)


def read_duties(text: str) -> list[Duty]:
    """The duties that a cell names: “Loan officer, cashier”, “keshiri le motsamaisi”.

    Raises:
        ValueError: one of them is none, with those that there are.
    """
    found = []
    for said in filter(None, BETWEEN.split(text.strip())):
        if plain(said) not in KNOWN:
            allowed = ", ".join(str(duty.label) for duty in Duty)
            raise ValueError(f"“{shown(said)}” is no duty; write one or more of {allowed}, with commas between.")
        found.append(KNOWN[plain(said)])
    return found
