"""Consents: given in the words shown, by the phone or at the counter, taken back, and ending by themselves."""

from __future__ import annotations

from datetime import timedelta

from apps.mfis.core.clock import business_date
from apps.users.access.tests.calls import send
from apps.users.consents.models import Consent
from apps.users.consents.selectors import standing_consent
from apps.users.consents.services import give_consent, withdraw_consent
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
