"""A borrower's journeys beyond the first loan: paying over a bad line, codes, consents, complaints, both languages."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, SLOW, Served, check_accessible

pytestmark = pytest.mark.browser
MFI = "senqu"
BORROWER, LOGIN, PASSWORD, NEW = "Lerato Matete", "5990 5511", "likhomo-tse-peli-8", "mariha-a-batang-9"
AS_MFI = f"""
from django_tenants.utils import tenant_context
from apps.mfis.models import MFI
from tests.cluster import process
mfi = MFI.objects.get(subdomain={MFI!r})
context = tenant_context(mfi); context.__enter__()
"""


@pytest.fixture(scope="module")
def loan(served: Served) -> str:
    """An MFI with its people and a product, a borrower, and her loan: its id."""
    served.manage("shell", "-c", f"from tests.cluster import process; process.open_mfi({MFI!r})")
    code = f"""{AS_MFI}
from apps.mfis.clock import business_date
from apps.users.services.accounts import Person, register_borrower
who = register_borrower(person=Person({BORROWER!r}, phone={LOGIN!r}), password={PASSWORD!r}, today=business_date())
print("LOAN", process.lend(str(who.pk))["id"])
"""
    found = re.search(r"LOAN (\S+)", served.manage("shell", "-c", code))
    assert found
    return found.group(1)


@pytest.fixture
def phone(served: Served, loan: str) -> Iterator[Page]:
    page = served.context(PHONE).new_page()
    enter(page, served)
    page.get_by_role("heading", name="My loans").wait_for()
    yield page
    page.context.close()


def enter(page: Page, served: Served, password: str = PASSWORD) -> None:
    page.goto(served.url("/#/sign-in", MFI))
    page.get_by_label("Phone or e-mail").fill(LOGIN)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def code_sent(served: Served) -> str:
    """The code in the next SMS that the worker sends."""
    folder = Path(served.system.environment["LETSEMA_VAR"]) / "sms"
    until = time.monotonic() + 90
    while time.monotonic() < until:
        for path in sorted(folder.glob("*.txt")):
            found = re.search(r"(?:code is|khoutu ea hau ke) (\d{6})", path.read_text(encoding="utf-8"))
            if found:
                path.unlink()
                return found.group(1)
        time.sleep(0.2)
    told = f"{AS_MFI}\nfrom apps.users.models import Message, OneTimeCode\n" \
        "for m in Message.objects.order_by('-id')[:4]: print(m.about, m.channel, m.status, m.attempts, m.error)\n" \
        "for c in OneTimeCode.objects.all()[:4]: print(c.purpose, c.asked_at, c.attempts, c.used_at)\n" \
        "a = OneTimeCode.objects.first().account; print(a.second_factor, a.language, a.verified_phone)"  # fmt: skip
    log = (folder.parent / "worker.log").read_text(encoding="utf-8")[-3000:]
    raise AssertionError(f"no code was sent; {served.manage('shell', '-c', told)}; the worker: {log}")


def notices(served: Served, reference: str) -> int:
    code = f"""{AS_MFI}
from apps.loans.models import PaymentNotice
print("COUNT", PaymentNotice.objects.filter(reference={reference!r}).count())
"""
    found = re.search(r"COUNT (\d+)", served.manage("shell", "-c", code))
    assert found
    return int(found.group(1))


def test_an_answer_that_the_line_dropped_leaves_one_payment(served: Served, loan: str, phone: Page) -> None:
    """The server took it, the answer was lost; the borrower presses the button again."""
    phone.evaluate("""() => {
        const whole = window.fetch;
        window.lost = [];
        window.fetch = async (to, how) => {
            const answer = await whole(to, how);
            if (!String(to).endsWith("/payments") || window.lost.length) return answer;
            window.lost.push(answer.status);
            throw new TypeError("the line dropped");
        };
    }""")
    phone.goto(served.url(f"/#/loans/{loan}", MFI))
    pay = phone.get_by_role("region", name="Pay", exact=True)
    pay.get_by_label("Reference of the payment").fill("MP-DROPPED")
    pay.get_by_role("button", name="Report the payment").click()
    expect(phone.get_by_text("The line is down.")).to_be_visible()
    assert phone.evaluate("window.lost") == [201]
    pay.get_by_role("button", name="Report the payment").click()
    expect(phone.get_by_text("Thank you. It counts once")).to_be_visible()
    check_accessible(phone)
    assert notices(served, "MP-DROPPED") == 1


def test_two_browsers_that_send_one_payment_make_one_receipt(served: Served, loan: str, phone: Page) -> None:
    other = served.context(DESK).new_page()
    enter(other, served)
    other.get_by_role("heading", name="My loans").wait_for()
    body = json.dumps({"amount": "10.00", "channel": "mpesa", "reference": "MP-TWICE"})
    send = f"""async () => {{
        const csrf = (await (await fetch("/api/v1/session")).json()).csrf_token;
        window.answer = fetch("/api/v1/loans/{loan}/payments", {{method: "POST", body: {json.dumps(body)}, headers:
            {{"Content-Type": "application/json", "X-CSRFToken": csrf, "Idempotency-Key": "one-payment"}}}});
    }}"""
    for page in (phone, other):
        page.evaluate(send)  # both are on their way before either is answered
    read = "window.answer.then(a => a.json().then(body => [a.status, body.id]))"
    first, second = phone.evaluate(read), other.evaluate(read)
    assert first == second
    assert first[0] == 201
    assert notices(served, "MP-TWICE") == 1
    code = f"""{AS_MFI}
from apps.loans.models import PaymentNotice, LoanEvent
from apps.loans.services.notices import confirm_payment
notice = PaymentNotice.objects.get(reference="MP-TWICE")
for _ in range(2):
    try:
        confirm_payment(notice_id=notice.pk, by=process.staff("cashier"))
    except Exception as refused:
        print("REFUSED", refused)
print("RECEIPTS", LoanEvent.objects.filter(type="repayment", reference="MP-TWICE").count())
"""
    assert "RECEIPTS 1" in served.manage("shell", "-c", code)
    phone.goto(served.url(f"/#/loans/{loan}", MFI))
    phone.reload()
    expect(phone.get_by_role("region", name="Receipts").get_by_role("link")).to_have_count(1)
    check_accessible(phone)
    other.context.close()


def test_what_one_agreed_to_is_read_given_and_taken_back(served: Served, phone: Page) -> None:
    phone.get_by_role("link", name="Me", exact=True).click()
    agreed = phone.get_by_role("region", name="What I agreed to")
    agreed.get_by_role("button", name="Read it: Asking other lenders").click()
    expect(agreed.get_by_text("No lender's name is told.")).to_be_visible()
    check_accessible(phone)
    agreed.get_by_role("button", name="I agree").click()
    expect(agreed.get_by_text(re.compile("Agreed on .*, until "))).to_be_visible()
    agreed.get_by_role("button", name="Read it: Asking other lenders").click()
    agreed.get_by_role("button", name="Take it back").click()
    expect(agreed.get_by_text("Taken back on")).to_be_visible()


def test_complaining(served: Served, phone: Page) -> None:
    phone.get_by_role("link", name="Me", exact=True).click()
    complaints = phone.get_by_role("region", name="Complaints")
    complaints.get_by_label("What happened").fill("I was charged twice.")
    complaints.get_by_role("button", name="Send the complaint").click()
    expect(complaints.get_by_text("To be answered by")).to_be_visible()
    check_accessible(phone)


def test_disputing_an_entry_of_the_history(served: Served, loan: str, phone: Page) -> None:
    phone.get_by_role("link", name="History", exact=True).click()
    wrong = phone.get_by_role("button", name=re.compile("^Wrong\\? .*Paid out"))
    for _ in range(60):  # until the worker has told the histories
        phone.get_by_role("heading", name="Who asked about me").wait_for()
        if wrong.count():
            break
        phone.wait_for_timeout(500)
        phone.reload()
    wrong.first.click()
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.get_by_text("Say what is wrong").first).to_be_visible()
    phone.get_by_label("What is wrong, and how it was").fill("It was paid out a day later.")
    check_accessible(phone)
    phone.get_by_role("button", name="Send", exact=True).click()
    mine = phone.get_by_role("region", name="What I disputed")
    expect(mine.get_by_text("To be decided by")).to_be_visible()
    expect(phone.get_by_text("Disputed", exact=True)).to_be_visible()
    check_accessible(phone)
    with phone.expect_download() as download:
        phone.goto(served.url("/#/profile", MFI))
        phone.get_by_role("link", name="Download for a program").click()
    kept = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert kept["disputes"][0]["text"] == "It was paid out a day later."


PAGES = (
    ("#/", {"en": "My loans", "st": "Likalimo tsa ka"}),
    ("#/products", {"en": "What we lend", "st": "Seo re se alimanang"}),
    ("#/loans/{loan}", {"en": "All loans", "st": "Likalimo tsohle"}),
    ("#/history", {"en": "My credit history", "st": "Nalane ea ka ea likalimo"}),
    ("#/profile", {"en": "About me", "st": "Ka 'na"}),
)


@pytest.mark.parametrize("language", ["en", "st"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_on_a_slow_line(served: Served, loan: str, size: dict[str, int], language: str) -> None:
    context = served.context(size)
    page = context.new_page()
    enter(page, served)
    page.get_by_role("heading", name="My loans").wait_for()
    page.get_by_role("button", name={"en": "English", "st": "Sesotho"}[language]).click()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    for path, names in PAGES:
        page.goto(served.url(f"/{path.format(loan=loan)}", MFI))
        page.get_by_text(names[language], exact=False).first.wait_for()
        expect(page.get_by_text({"en": "Loading …", "st": "Ea laela …"}[language])).to_have_count(0)
        assert page.locator("html").get_attribute("lang") == language
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels wider than the screen"
        check_accessible(page)
        if folder := os.environ.get("LETSEMA_PICTURES"):
            name = path.strip("#/").partition("/")[0] or "loans"
            page.screenshot(path=f"{folder}/portal-{name}-{language}-{size['width']}.png", full_page=True)
    context.close()


def test_a_code_at_sign_in_and_a_new_password(served: Served, loan: str) -> None:
    page = served.context(DESK).new_page()
    enter(page, served)
    page.get_by_role("link", name="Me", exact=True).click()
    security = page.get_by_role("region", name="Security")
    security.get_by_role("button", name="Ask for a code too").click()
    security.get_by_role("button", name="Send me a code").click()
    expect(security.get_by_text("A code is on its way to +266 •••• 5511.")).to_be_visible()
    check_accessible(page)
    security.get_by_label("Code").fill("1")
    security.get_by_role("button", name="Change it").click()
    expect(security.get_by_text("This code is not right").first).to_be_visible()
    security.get_by_label("Code").fill(code_sent(served))
    security.get_by_role("button", name="Change it").click()
    expect(security.get_by_text("Signing in asks for a code as well")).to_be_visible()
    expect(security.get_by_text("Confirmed")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    enter(page, served)
    expect(page.get_by_text("A code is on its way to")).to_be_visible()
    check_accessible(page)
    page.get_by_label("Code").fill(code_sent(served))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My loans").wait_for()

    # Off again; then the password is forgotten.
    page.get_by_role("link", name="Me", exact=True).click()
    security.get_by_role("button", name="Ask for the password alone").click()
    served.manage("shell", "-c", f"{AS_MFI}\nfrom apps.users.models import OneTimeCode as C\n"
                  "from datetime import timedelta\nfrom django.db.models import F\n"
                  "C.objects.update(asked_at=F('asked_at') - timedelta(minutes=2))")  # fmt: skip
    security.get_by_role("button", name="Send me a code").click()
    security.get_by_text("A code is on its way").wait_for()
    security.get_by_label("Code").fill(code_sent(served))
    security.get_by_role("button", name="Change it").click()
    expect(security.get_by_text("Signing in asks for the password alone.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.get_by_role("button", name="Sesotho").click()
    page.get_by_role("link", name="U lebetse phasewete?").click()
    page.get_by_label("Mohala kapa emeile").fill(LOGIN)
    page.get_by_role("button", name="Nthomelle khoutu").click()
    check_accessible(page)
    page.get_by_label("Phasewete e ncha").fill(NEW)
    page.get_by_label("Khoutu").fill("000000")
    page.get_by_role("button", name="Beha phasewete").click()
    expect(page.get_by_text("Khoutu ena ha ea nepahala").first).to_be_visible()
    page.get_by_label("Khoutu").fill(code_sent(served))
    page.get_by_role("button", name="Beha phasewete").click()
    expect(page.get_by_text("Phasewete ea hau e fetotsoe.")).to_be_visible()
    page.get_by_role("button", name="English").click()
    enter(page, served, NEW)
    page.get_by_role("heading", name="My loans").wait_for()
    assert served.outside == [], "a request left the host"
    page.context.close()
