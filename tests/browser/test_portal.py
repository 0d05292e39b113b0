"""The portal on a cheap phone: without a connection, and how soon the first page is useful."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SLOW, Served, check_accessible, code_sent, until

pytestmark = pytest.mark.browser
MFI = "maluti"
PASSWORD = "likhomo-tse-peli-8"


@pytest.fixture(scope="module")
def open_mfi(served: Served) -> str:
    served.inside("", f"process.open_mfi({MFI!r})")
    return MFI


def register(page: Page, served: Served, phone: str) -> None:
    page.goto(served.url("/#/register", MFI))
    page.get_by_role("button", name="Sesotho").click()
    expect(page.get_by_role("heading", name="Bula akhaonto")).to_be_visible()
    check_accessible(page)
    page.get_by_label("Mabitso ka botlalo").fill("Palesa Shale")
    page.get_by_label("Mohala", exact=True).fill(phone)
    page.get_by_label("Phasewete").fill(PASSWORD)
    page.get_by_text("e boloka seo u e bolellang").wait_for()  # what is agreed to is there to be read
    page.get_by_role("button", name="Bula akhaonto ea ka").click()
    expect(page.get_by_text("Bala kamoo tlhahisoleseling ea hau").first).to_be_visible()
    page.get_by_label("Ke balile sena").check()
    page.get_by_role("button", name="Bula akhaonto ea ka").click()
    page.get_by_label("Khoutu").fill(code_sent(served, MFI))
    page.get_by_role("button", name="Bula akhaonto ea ka").click()
    page.get_by_role("heading", name="Likalimo tsa ka").wait_for()


def test_without_a_connection_the_last_known_state_is_shown_with_its_age(served: Served, open_mfi: str) -> None:
    context = served.context(PHONE)
    page = context.new_page()
    register(page, served, "5990 4412")
    page.get_by_role("button", name="English").click()
    until(page, "!!navigator.serviceWorker.controller")  # from the first visit on
    page.get_by_text("You have no loan here yet.").wait_for()
    page.get_by_role("link", name="Borrow", exact=True).click()
    page.get_by_text("Business loan").wait_for()
    page.wait_for_timeout(1500)  # the answers are written down a second after they came
    context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Business loan")).to_be_visible()
    expect(page.get_by_text("No connection. This is how it stood on")).to_be_visible()
    check_accessible(page)
    context.set_offline(False)
    page.reload()
    expect(page.get_by_text("Business loan")).to_be_visible()
    expect(page.get_by_text("No connection.")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert kept(page) == ([], [])


def kept(page: Page) -> tuple[list[str], list[str]]:
    """What the phone keeps of a person: names of what is stored, and addresses of answers in caches."""
    stored = page.evaluate("Object.keys(localStorage)")
    cached = page.evaluate("""async () => {
        const caught = [];
        for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys())
                if (/\\/api\\/|:\\d+\\/(\\?.*)?$/.test(request.url)) caught.push(request.url);
        return caught;
    }""")
    return stored, cached


def test_the_first_page_is_useful_soon_on_a_slow_line(served: Served, open_mfi: str) -> None:
    """What is asserted is bytes; the time they take at 400 kbit/s and 400 ms is printed, as the browser measures it."""
    context = served.context(PHONE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    page.goto(served.url("/", MFI), wait_until="commit")
    page.get_by_role("heading", name="Sign in").wait_for()
    painted = page.evaluate("performance.now()")
    sent = page.evaluate(
        "performance.getEntriesByType('resource').filter(r => /\\.js$/.test(r.name))"
        ".reduce((sum, r) => sum + r.transferSize, 0)"
    )
    assert sent < 90_000, f"{sent} bytes of JavaScript"
    print(f"useful after {painted:.0f} ms, {sent} bytes of JavaScript")
    page.set_viewport_size({"width": 1280, "height": 860})
    check_accessible(page)
