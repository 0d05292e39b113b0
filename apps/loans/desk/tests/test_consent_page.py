"""Consents that are said at the counter."""

from __future__ import annotations

from apps.users.accounts.models import OneTimeCode
from apps.users.consents.models import Consent
from tests.factories import Branch


def test_a_consent_said_at_the_counter_is_entered_with_the_clerks_name(alpha: Branch) -> None:
    page, path = (
        f"/admin/users/borrowerprofile/{alpha.borrower.pk}/change/",
        f"/admin/users/borrowerprofile/{alpha.borrower.pk}/consent",
    )
    officer = alpha.client("officer")
    assert "The borrower agrees" in officer.get(page).content.decode()
    assert "how many of them lend" in officer.get(f"{path}/sharing/give/").content.decode()
    assert officer.post(f"{path}/sharing/give/", {"language": "fr"}).status_code == 422
    asked = officer.post(f"{path}/sharing/give/", {"language": "st"})
    assert (asked.status_code, "A code is on its way" in asked.content.decode()) == (422, True)
    assert not Consent.objects.exists()  # only who holds the borrower's phone can tell the code
    code = OneTimeCode.objects.get(account=alpha.borrower).digits
    assert code not in asked.content.decode()
    assert officer.post(f"{path}/sharing/give/", {"language": "st", "code": code}).status_code == 302
    kept = Consent.objects.get()
    assert (kept.granted, kept.language, kept.actor_name) == (True, "st", alpha.staff["officer"].full_name)
    assert officer.post(f"{path}/sharing/withdraw/", {"language": "st"}).status_code == 302
    assert [c.granted for c in Consent.objects.order_by("recorded_at")] == [True, False]
    assert "taken back on" in officer.get(page).content.decode()
    assert alpha.client("auditor").get(f"{path}/sharing/give/").status_code == 403
    assert officer.get(f"{path}/other/give/").status_code == 404
