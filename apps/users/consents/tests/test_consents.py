"""Consents: given in the words shown, by the phone or at the counter, taken back, and ending by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput
from apps.users.access.tests.calls import send
from apps.users.accounts.models import OneTimeCode
from apps.users.consents.models import Consent
from apps.users.consents.selectors import standing_consent
from apps.users.consents.services import (
    give_consent,
    record_consent,
    record_own_consent,
    send_consent_code,
    withdraw_consent,
)
from apps.users.consents.texts import TEXTS
from tests.factories import Branch


def test_consents_are_given_shown_and_taken_back(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    records, sharing = client.get("/api/v1/consents").json()
    assert (records["stands"], sharing["stands"]) == (False, False)  # the branch registered her
    body = {"purpose": "sharing", "version": 1, "language": "st"}
    given = send(client, "POST", "consents", body).json()
    assert given["stands"]
    assert "Branch" not in given["text"]
    assert given["text"].startswith("Ha u etsa kopo")
    assert send(client, "POST", "consents", body).json() == given
    assert Consent.objects.count() == 1  # said again it is no other consent
    assert send(client, "POST", "consents", {**body, "version": 9}).json()["errors"].keys() == {"version"}
    ended = send(client, "DELETE", "consents/sharing").json()
    assert (ended["stands"], ended["withdrawn_on"]) == (False, business_date().isoformat())
    assert send(client, "DELETE", "consents/sharing").status_code == 200
    assert Consent.objects.count() == 2
    assert send(client, "DELETE", "consents/records").status_code == 409
    assert send(client, "DELETE", "consents/other").status_code == 422


def test_a_consent_ends_by_itself(alpha: Branch) -> None:
    today = business_date()
    give_consent(actor=alpha.borrower.actor, purpose="sharing", version=1, language="en", value_date=today)
    for days, stands in ((364, True), (365, False)):
        day = today + timedelta(days=days)
        assert standing_consent(account=alpha.borrower, purpose="sharing", as_of=day).stands is stands
    assert not withdraw_consent(actor=alpha.borrower.actor, purpose="sharing", value_date=today).stands


def test_every_text_speaks_both_languages() -> None:
    for versions in TEXTS.values():
        assert [t.version for t in versions] == list(range(1, len(versions) + 1))
        for text in versions:
            assert all("Kopano" in text.read(language, "Kopano") for language in ("en", "st"))


def test_nobody_agrees_for_a_borrower_that_other_lenders_are_asked(alpha: Branch) -> None:
    officer, borrower, today = alpha.staff["officer"].actor, alpha.borrower, business_date()
    entered = {"account": borrower, "language": "en", "actor": officer, "value_date": today}
    with pytest.raises(InvalidInput, match="Only the borrower"):
        record_consent(purpose="sharing", granted=True, **entered)
    assert send_consent_code(account=borrower, actor=officer) == "+266 •••• 0001"
    with pytest.raises(InvalidInput):
        record_own_consent(digits="12", **entered)
    assert not Consent.objects.exists()
    record_own_consent(digits=OneTimeCode.objects.get().digits, **entered)
    given = Consent.objects.get()
    assert (given.given_by, given.is_by_owner, given.actor_name) == ("code", True, officer.name)
    borrower.refresh_from_db()
    assert borrower.phone_is_verified
    record_consent(purpose="sharing", granted=False, **entered)  # taking it back needs none
    record_consent(purpose="records", granted=True, **entered)


def test_the_page_at_the_counter_sends_the_code_and_takes_it(alpha: Branch) -> None:
    client, page = alpha.client("officer"), f"/admin/users/borrowerprofile/{alpha.borrower.pk}/consent/sharing/give/"
    asked = client.post(page, {"language": "st", "code": ""})
    assert (asked.status_code, "A code is on its way" in asked.content.decode()) == (422, True)
    assert client.post(page, {"language": "st", "code": "12"}).status_code == 422
    digits = OneTimeCode.objects.get().digits
    assert client.post(page, {"language": "st", "code": digits}).status_code == 302
    assert Consent.objects.get().given_by == "code"
