"""A phone that two people use, and one on which little works: nothing of the first is left, and no page is blank."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import PHONE, Served, check_accessible, until
from tests.browser.test_portal import kept

pytestmark = pytest.mark.browser
MFI = "khubelu"
PASSWORD = "likhomo-tse-peli-8"
FIRST, SECOND = ("Lerato Matete", "5990 7711"), ("Thabo Nkosi", "5990 7712")
API = re.compile(r"/api/v1/")


@pytest.fixture(scope="module")
def loan(served: Served) -> str:
    """An MFI with two borrowers; the first has a loan: its number."""
    served.inside("", f"process.open_mfi({MFI!r})")
    return served.inside(
        MFI,
        f"""
from apps.loans.models import Loan
from apps.mfis.core.clock import business_date
from apps.mfis.core.actor import SYSTEM
from apps.users.accounts.services.people import Person
from apps.users.accounts.services.borrowers import register_borrower
made = [
    register_borrower(person=Person(name, phone=phone), password={PASSWORD!r}, actor=SYSTEM, today=business_date())
    for name, phone in ({FIRST!r}, {SECOND!r})
]
print(Loan.objects.get(pk=process.lend(str(made[0].pk))["id"]).number)
""",
    ).strip()


@pytest.fixture
def phone(served: Served, loan: str) -> Iterator[Page]:
    context = served.context(PHONE)
    yield context.new_page()
    context.close()


def enter(page: Page, served: Served, who: tuple[str, str], at: str = "/#/sign-in") -> None:
    page.goto(served.url(at, MFI))
    page.get_by_role("heading", name="Sign in").wait_for()
    fill(page, who)


def fill(page: Page, who: tuple[str, str]) -> None:
    page.get_by_label("Phone or e-mail").fill(who[1])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My loans").wait_for()


def context_of(page: Page) -> BrowserContext:
    return page.context


def write_a_draft(page: Page) -> None:
    page.get_by_role("link", name="Borrow", exact=True).click()
    page.get_by_text("Business loan").click()
    page.get_by_label("More about it (optional)").fill("A secret cow")
    page.wait_for_timeout(1500)


def test_the_second_person_sees_nothing_of_the_first(served: Served, loan: str, phone: Page) -> None:
    enter(phone, served, FIRST)
    phone.get_by_text(loan).wait_for()
    write_a_draft(phone)
    phone.get_by_role("button", name="Sign out").click()
    phone.get_by_role("heading", name="Sign in").wait_for()
    assert kept(phone) == ([], [])
    enter(phone, served, SECOND)
    expect(phone.get_by_text("You have no loan here yet.")).to_be_visible()
    phone.get_by_role("link", name="Borrow", exact=True).click()
    phone.get_by_text("Business loan").click()
    expect(phone.get_by_label("More about it (optional)")).to_have_value("")
    assert not [name for name in kept(phone)[0] if "Lerato" in (phone.evaluate(f"localStorage[{name!r}]") or "")]


@pytest.mark.parametrize("how", ["offline", "refused"])
def test_signing_out_ends_it_here_though_the_server_is_not_told(
    served: Served, loan: str, phone: Page, how: str
) -> None:
    enter(phone, served, FIRST)
    phone.get_by_text(loan).wait_for()
    write_a_draft(phone)
    until(phone, "!!navigator.serviceWorker.controller")
    if how == "offline":
        context_of(phone).set_offline(True)
    else:
        phone.route(re.compile("/sign-out$"), lambda route: route.fulfill(status=500, body="no"))
    phone.get_by_role("button", name="Sign out").click()
    phone.get_by_role("heading", name="Sign in").wait_for()
    phone.wait_for_timeout(1500)  # nothing is written late
    assert kept(phone) == ([], [])
    phone.reload()  # the session goes on at the server, and yet nobody is signed in here
    phone.get_by_role("heading", name="Sign in").wait_for()
    expect(phone.get_by_text("You are signed out on this phone.")).to_be_visible()
    expect(phone.get_by_text(loan)).to_have_count(0)
    check_accessible(phone)
    context_of(phone).set_offline(False)
    phone.unroute_all()
    phone.reload()
    expect(phone.get_by_text("You are signed out on this phone.")).to_have_count(0)
    until(phone, "!document.cookie.includes('letsema_left')")  # and now the server knows
    assert phone.evaluate("fetch('/api/v1/me').then(a => a.status)") == 401


def test_a_session_that_ended_shows_the_sign_in_once(served: Served, loan: str, phone: Page) -> None:
    enter(phone, served, FIRST)
    phone.get_by_text(loan).wait_for()
    context_of(phone).clear_cookies(name=re.compile("sessionid|session"))
    phone.get_by_role("link", name="History", exact=True).click()
    phone.get_by_role("heading", name="Sign in").wait_for()
    expect(phone.get_by_text("Your session has ended. Sign in again.")).to_have_count(1)
    expect(phone.get_by_role("alert")).to_have_count(0)
    assert kept(phone) == ([], [])
    check_accessible(phone)
    phone.get_by_label("Phone or e-mail").fill(FIRST[1])
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    phone.get_by_role("heading", name="My credit history").wait_for()  # where one wanted to go


def test_another_page_of_the_same_browser_follows_a_sign_out(served: Served, loan: str, phone: Page) -> None:
    enter(phone, served, FIRST)
    other = context_of(phone).new_page()
    other.goto(served.url("/", MFI))
    other.get_by_text(loan).wait_for()
    phone.get_by_role("button", name="Sign out").click()
    other.get_by_role("heading", name="Sign in").wait_for()
    expect(other.get_by_text(loan)).to_have_count(0)


@pytest.mark.parametrize(
    "without",
    [
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }});"
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no', 'SecurityError') }});"
        "Object.defineProperty(window, 'indexedDB', {get() { throw new DOMException('no', 'SecurityError') }});",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') };",
        "delete Crypto.prototype.randomUUID; delete Navigator.prototype.serviceWorker; delete window.caches;",
    ],
    ids=["storage refused", "storage full", "plain HTTP"],
)
def test_it_works_where_the_browser_gives_little(served: Served, loan: str, phone: Page, without: str) -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.add_init_script(without)
    enter(phone, served, FIRST)
    phone.get_by_text(loan).click()
    phone.get_by_label("Reference of the payment").wait_for()
    write_a_draft(phone)
    expect(phone.get_by_label("More about it (optional)")).to_have_value("A secret cow")
    phone.get_by_role("button", name="Sign out").click()
    phone.get_by_role("heading", name="Sign in").wait_for()
    assert faults == []


def test_parts_that_a_deploy_took_away_open_the_page_anew(served: Served, loan: str, phone: Page) -> None:
    gone = re.compile(r"/assets/History-.*\.js$")
    phone.add_init_script("delete Navigator.prototype.serviceWorker")
    enter(phone, served, FIRST)
    phone.route(gone, lambda route: route.fulfill(status=404, body=""))
    with phone.expect_navigation():
        phone.get_by_role("link", name="History", exact=True).click()
    expect(phone.get_by_role("heading", name="Something broke on this page")).to_be_visible()  # it is still gone
    check_accessible(phone)
    phone.unroute_all()
    phone.get_by_role("button", name="Open the page again").click()
    phone.get_by_role("heading", name="My credit history").wait_for()


def test_a_line_that_says_nothing_shows_what_is_kept(served: Served, loan: str, phone: Page) -> None:
    enter(phone, served, FIRST)
    phone.get_by_text(loan).wait_for()
    phone.wait_for_timeout(1500)
    phone.route(API, silent)
    phone.reload()
    expect(phone.get_by_text(loan)).to_be_visible(timeout=8000)
    expect(phone.get_by_text("The line is too slow. This is how it stood on")).to_be_visible()
    check_accessible(phone)


def silent(route: Route) -> None:
    """Never answers."""


def test_it_is_installed_at_the_first_visit(served: Served, loan: str, phone: Page) -> None:
    phone.goto(served.url("/", MFI))
    phone.get_by_role("heading", name="Sign in").wait_for()
    until(phone, "!!navigator.serviceWorker.controller")
    context_of(phone).set_offline(True)
    phone.reload()
    phone.get_by_role("heading", name="Sign in").wait_for()
    phone.get_by_role("link", name="Open an account").click()
    phone.get_by_label("Full name").wait_for()
    assert served.outside == [], "a request left the host"


def test_the_language_of_the_account_follows_to_another_phone(served: Served, loan: str, phone: Page) -> None:
    enter(phone, served, SECOND)
    with phone.expect_response("**/me/settings"):
        phone.get_by_role("button", name="Sesotho").click()
    other = served.context(PHONE).new_page()
    other.goto(served.url("/", MFI))
    other.get_by_role("heading", name="Sign in").wait_for()
    other.get_by_label("Phone or e-mail").fill(SECOND[1])
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.get_by_role("heading", name="Likalimo tsa ka").wait_for()
    other.reload()
    other.get_by_role("heading", name="Likalimo tsa ka").wait_for()
    assert other.locator("html").get_attribute("lang") == "st"
    other.context.close()
