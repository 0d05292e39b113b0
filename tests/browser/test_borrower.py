"""What a borrower's bad line and second browser must not do, and codes: at sign-in and for a new password."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, Served, check_accessible, code_sent

pytestmark = pytest.mark.browser
MFI = "senqu"
BORROWER, LOGIN, PASSWORD, NEW = "Lerato Matete", "5990 5511", "likhomo-tse-peli-8", "mariha-a-batang-9"


@pytest.fixture(scope="module")
def loan(served: Served) -> str:
    """An MFI with its people and a product, a borrower, and her loan: its id."""
    served.inside("", f"process.open_mfi({MFI!r})")
    return served.inside(
        MFI,
        f"""
from apps.mfis.core.clock import business_date
from apps.users.accounts.services.people import Person
from apps.users.accounts.services.borrowers import register_borrower
from apps.mfis.core.actor import SYSTEM
person = Person({BORROWER!r}, phone={LOGIN!r})
who = register_borrower(person=person, password={PASSWORD!r}, actor=SYSTEM, today=business_date())
print(process.lend(str(who.pk))["id"])
""",
    ).strip()


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


def notices(served: Served, reference: str) -> int:
    code = (
        "from apps.loans.models import PaymentNotice\n"
        f"print(PaymentNotice.objects.filter(reference={reference!r}).count())"
    )
    return int(served.inside(MFI, code))


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
    code = """
from apps.loans.models import PaymentNotice, LoanEvent
from apps.loans.servicing.services.reported_payments import confirm_payment
notice = PaymentNotice.objects.get(reference="MP-TWICE")
for _ in range(2):
    try:
        confirm_payment(notice_id=notice.pk, actor=process.staff("cashier").actor)
    except Exception as refused:
        print("REFUSED", refused)
print("RECEIPTS", LoanEvent.objects.filter(type="repayment", reference="MP-TWICE").count())
"""
    assert "RECEIPTS 1" in served.inside(MFI, code)
    phone.goto(served.url(f"/#/loans/{loan}", MFI))
    phone.reload()
    expect(phone.get_by_role("region", name="Receipts").get_by_role("link")).to_have_count(1)
    check_accessible(phone)
    other.context.close()


def test_a_code_at_sign_in_and_a_new_password(served: Served, loan: str) -> None:
    page = served.context(DESK).new_page()
    enter(page, served)
    security = page.get_by_role("region", name="Security")
    ask_for_a_code_too(page, security, served)
    sign_in_with_a_code(page, served)
    ask_for_the_password_alone(page, security, served)
    choose_a_new_password_in_sesotho(page, served)
    page.get_by_role("button", name="English").click()
    enter(page, served, NEW)
    page.get_by_role("heading", name="My loans").wait_for()
    assert served.outside == [], "a request left the host"
    page.context.close()


def ask_for_a_code_too(page: Page, security: Locator, served: Served) -> None:
    page.goto(served.url("/#/profile/security", MFI))
    security.get_by_role("button", name="Ask for a code too").click()
    security.get_by_role("button", name="Send me a code").click()
    expect(security.get_by_text("A code is on its way to +266 •••• 5511.")).to_be_visible()
    check_accessible(page)
    security.get_by_label("Code").fill("1")
    security.get_by_role("button", name="Change it").click()
    expect(security.get_by_text("This code is not right").first).to_be_visible()
    security.get_by_label("Code").fill(code_sent(served, MFI))
    security.get_by_role("button", name="Change it").click()
    expect(security.get_by_text("Signing in asks for a code as well")).to_be_visible()
    expect(security.get_by_text("Confirmed")).to_be_visible()


def sign_in_with_a_code(page: Page, served: Served) -> None:
    page.get_by_role("button", name="Sign out").click()
    enter(page, served)
    expect(page.get_by_text("A code is on its way to")).to_be_visible()
    check_accessible(page)
    page.get_by_label("Code").fill(code_sent(served, MFI))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My loans").wait_for()


def ask_for_the_password_alone(page: Page, security: Locator, served: Served) -> None:
    page.goto(served.url("/#/profile/security", MFI))
    security.get_by_role("button", name="Ask for the password alone").click()
    served.inside(
        MFI,
        "from apps.users.accounts.models import OneTimeCode as C\n"
        "from datetime import timedelta\nfrom django.db.models import F\n"
        "C.objects.update(asked_at=F('asked_at') - timedelta(minutes=2))",
    )
    security.get_by_role("button", name="Send me a code").click()
    security.get_by_text("A code is on its way").wait_for()
    security.get_by_label("Code").fill(code_sent(served, MFI))
    security.get_by_role("button", name="Change it").click()
    expect(security.get_by_text("Signing in asks for the password alone.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def choose_a_new_password_in_sesotho(page: Page, served: Served) -> None:
    page.get_by_role("button", name="Sesotho").click()
    page.get_by_role("link", name="U lebetse phasewete?").click()
    page.get_by_label("Mohala kapa emeile").fill(LOGIN)
    page.get_by_role("button", name="Nthomelle khoutu").click()
    check_accessible(page)
    page.get_by_label("Phasewete e ncha").fill(NEW)
    page.get_by_label("Khoutu").fill("000000")
    page.get_by_role("button", name="Beha phasewete").click()
    expect(page.get_by_text("Khoutu ena ha ea nepahala").first).to_be_visible()
    page.get_by_label("Khoutu").fill(code_sent(served, MFI))
    page.get_by_role("button", name="Beha phasewete").click()
    expect(page.get_by_text("Phasewete ea hau e fetotsoe.")).to_be_visible()
