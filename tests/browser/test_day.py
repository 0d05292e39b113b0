"""A lending day, by people at browsers: Letsema admin, MFI admins with their duties, and a borrower on a phone."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LETSEMA_ADMIN, PHONE, Served, check_accessible, code_sent, fill_sign_in, link_sent

pytestmark = pytest.mark.browser
MFI = "pulamaliboho"


def labelled(page: Page, **values: str) -> None:
    for label, value in values.items():
        page.get_by_label(label.replace("_", " "), exact=False).first.fill(value)


def create_by_form(page: Page, served: Served) -> str:
    page.goto(served.url("/admin/mfis/mfi/add/"))
    check_accessible(page)
    page.locator("#id_name").fill("Pula Maliboho Credit")
    page.locator("#id_subdomain").fill("www")
    page.locator("#id_licence_type").select_option("credit_only_3")
    page.locator("#id_district").select_option("berea")
    page.locator("#id_contact_email").fill("office@pula.example")
    page.locator("#id_admin_name").fill("Lineo Matete")
    page.locator("#id_admin_email").fill("lineo@pula.example")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".has-error .error")).to_contain_text("reserved")  # refused, beside its field
    page.locator("#id_subdomain").fill(MFI)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".note-success")).to_contain_text("goes to l•••@pula.example")
    return link_sent(served.system, "lineo@pula.example")


def create_by_api(page: Page, served: Served) -> None:
    page.goto(served.url("/admin/users/apitoken/add/"))
    page.locator("#id_name").fill("onboarding")
    page.get_by_role("button", name="Save").click()
    body = {
        "name": "Senqu Two",
        "subdomain": "senqu-two",
        "licence_type": "credit_only_3",
        "district": "Quthing",
        "contact_email": "a@senqu.example",
        "admin_name": "Sello Shale",
        "admin_email": "s@senqu.example",
    }
    answer = call(served, "POST", "/api/v1/mfis", body, token=page.locator(".note-success code").inner_text())
    assert answer["url"].startswith("http://senqu-two.localhost")
    page.goto(served.url("/", "senqu-two"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def call(served: Served, method: str, path: str, body: Any, token: str, mfi: str = "") -> Any:
    # Python does not resolve *.localhost: the address is the loopback, the name goes into the Host header.
    request = urllib.request.Request(
        f"http://127.0.0.1:{served.system.port}{path}", json.dumps(body).encode(), method=method
    )
    host = f"{mfi}.localhost" if mfi else "localhost"
    request.add_header("Host", f"{host}:{served.system.port}")
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def hire(manager: Page, served: Served, name: str, email: str, duty: str) -> Page:
    manager.goto(served.url("/admin/users/account/add/", MFI))
    manager.locator("#id_full_name").fill(name)
    manager.locator("#id_email").fill(email)
    manager.get_by_label(duty).check()
    manager.get_by_role("button", name="Save").click()
    page = served.accept(link_sent(served.system, email))
    fill_sign_in(page, email)
    return page


def define_product(manager: Page, served: Served) -> None:
    manager.goto(served.url("/admin/loans/product/add/", MFI))
    values = {
        "name": "Market loan",
        "principal_min": "500",
        "principal_default": "1000",
        "principal_max": "5000",
        "installments_min": "1",
        "installments_default": "12",
        "installments_max": "24",
        "rate": "24",
        "disbursement_fee_percent": "3",
    }
    for name, value in values.items():
        manager.locator(f"#id_{name}").fill(value)
    manager.locator("#id_interest_method").select_option("declining_balance")
    check_accessible(manager)
    manager.get_by_role("button", name="Save").click()
    expect(manager.locator("#result_list").get_by_role("link", name="Market loan")).to_be_visible()


def borrow(served: Served) -> Page:
    page = served.context(PHONE).new_page()
    page.goto(served.url("/", MFI))
    check_accessible(page)
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Full name").wait_for()
    check_accessible(page)
    page.get_by_label("Full name").fill("Mamello Khoabane")
    page.get_by_label("Phone").fill("5812 3456")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Open my account").click()
    expect(page.locator(".error").first).to_contain_text("at least 10 characters")
    page.get_by_label("Password").fill("likhomo-tse-peli-8")
    page.get_by_label("I have read this and agree.").check()
    page.get_by_role("button", name="Open my account").click()
    page.get_by_label("Code").fill(code_sent(served, MFI))
    page.get_by_role("button", name="Open my account").click()
    page.get_by_role("link", name="Borrow", exact=True).click()
    page.get_by_role("heading", name="What we lend").wait_for()
    check_accessible(page)
    page.get_by_text("Market loan").click()
    page.get_by_label("Amount (maloti)").fill("1000.00")
    expect(page.get_by_label("Cost")).to_contain_text("M 94.56")
    expect(page.get_by_label("Cost")).to_contain_text("M 970.00")
    check_accessible(page)
    page.get_by_label("More about it (optional)").fill("Tomatoes and onions")
    page.get_by_role("button", name="Apply for this loan").click()
    expect(page.get_by_text("Tick that you agree to the key facts first.")).to_be_visible()
    page.get_by_label("I have read the key facts").check()
    page.get_by_role("button", name="Apply for this loan").click()
    expect(page.get_by_text("Your application has arrived.")).to_be_visible()
    check_accessible(page)
    return page


def act(page: Page, loan_url: str, action: str, **fields: str) -> None:
    page.goto(loan_url)
    page.get_by_role("link", name=action, exact=True).click()
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)
    for item in page.get_by_role("checkbox").all():
        item.check()
    check_accessible(page)
    page.get_by_role("button", name=action, exact=True).click()
    expect(page.locator(".note-success")).to_be_visible()


def test_a_lending_day(served: Served) -> None:
    letsema = served.sign_in(LETSEMA_ADMIN)
    check_accessible(letsema)
    invitation = create_by_form(letsema, served)
    create_by_api(letsema, served)

    manager = served.accept(invitation)
    fill_sign_in(manager, "lineo@pula.example")
    check_accessible(manager)
    define_product(manager, served)
    officer = hire(manager, served, "Mpho Ntsane", "mpho@pula.example", "Loan officer")
    approver = hire(manager, served, "Lebohang Makhetha", "lebohang@pula.example", "Approver")
    cashier = hire(manager, served, "Keneuoe Thamae", "keneuoe@pula.example", "Cashier")
    accountant = hire(manager, served, "Thabo Majara", "thabo@pula.example", "Accountant")

    phone = borrow(served)
    loan_url = review(officer, served)
    act(approver, loan_url, "Approve")
    phone.reload()
    expect(phone.get_by_text("Approved. The money will be paid out next.")).to_be_visible()
    served.inside(MFI, "from tests.factories import open_tills\nopen_tills()")  # the branch has brought in its cash
    act(cashier, loan_url, "Disburse")
    phone.reload()
    expect(phone.get_by_label("Where it stands")).to_contain_text("M 94.56 is due on")

    take_and_reverse_a_receipt(cashier, accountant, phone, loan_url)
    left = settle(cashier, phone, loan_url)
    the_credit_history_agrees(served, phone, cashier, left)
    assert served.outside == [], "a request left the host"


def review(officer: Page, served: Served) -> str:
    """The officer's part; returns the loan's address. Whoever reviewed it cannot approve it."""
    officer.goto(served.url("/admin/", MFI))
    officer.get_by_role("link", name=re.compile("^Review")).click()
    loan_url = officer.url
    check_accessible(officer)
    act(officer, loan_url, "Start review")
    act(officer, loan_url, "Recommend", reason="Identity card and stall seen; income plausible.")
    officer.goto(loan_url)
    assert officer.get_by_role("link", name="Approve", exact=True).count() == 0
    refused = officer.goto(loan_url.replace("/change/", "/do/approve/"))
    assert refused is not None
    assert refused.status == 403
    return loan_url


def take_and_reverse_a_receipt(cashier: Page, accountant: Page, phone: Page, loan_url: str) -> None:
    act(cashier, loan_url, "Record repayment", amount="200.00")
    phone.reload()
    expect(phone.get_by_label("Receipts")).to_contain_text("M 200.00")
    accountant.goto(loan_url)
    accountant.get_by_role("link", name=re.compile("^Reverse")).click()
    accountant.locator("#id_reason").fill("Another borrower's money.")
    accountant.get_by_role("button", name="Reverse it").click()
    phone.reload()
    expect(phone.get_by_label("Receipts")).to_contain_text("Reversed")


def settle(cashier: Page, phone: Page, loan_url: str) -> str:
    """What was left to pay, and is paid now."""
    cashier.goto(loan_url)
    left = cashier.locator("tfoot td").last.inner_text().replace(",", "")
    act(cashier, loan_url, "Record repayment", amount=left)
    cashier.goto(loan_url)
    expect(cashier.locator(".hero .status-badge")).to_have_text("Closed")
    phone.reload()
    expect(phone.get_by_text("Everything is paid. Thank you.")).to_be_visible()
    return left


def the_credit_history_agrees(served: Served, phone: Page, cashier: Page, left: str) -> None:
    """What the portal and the back-office read from MongoDB is what happened."""
    for _ in range(40):  # the worker relays every second
        phone.goto(served.url("/#/history", MFI))
        phone.reload()
        phone.get_by_role("heading", name="My credit history").wait_for()
        phone.wait_for_timeout(400)
        if phone.locator("section[aria-label^=Loan] > ul > li").count() == 5:
            break
        time.sleep(0.4)
    lines = phone.locator("section[aria-label^=Loan] > ul > li").all_inner_texts()
    assert [line.split(": ")[1].split(" M\u00a0")[0].removesuffix(" Wrong?") for line in lines] == [
        "Paid out",
        "Repayment",
        "Reversal",
        "Repayment",
        "Closed",
    ]
    assert f"{float(left):,.2f}" in lines[3]
    check_accessible(phone)
    phone.goto(served.url("/#/profile/particulars", MFI))
    phone.get_by_label("Village or town").fill("Teyateyaneng")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Saved.")).to_be_visible()
    check_accessible(phone)
    cashier.goto(served.url("/admin/users/borrowerprofile/", MFI))
    check_accessible(cashier)
    cashier.get_by_role("link", name="Mamello Khoabane").click()
    expect(cashier.locator(".story li").last).to_contain_text("Closed")
    check_accessible(cashier)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/mfis/mfi/",
        "/admin/mfis/directoryentry/",
        "/admin/mfis/directoryentry/import/",
        "/admin/users/account/",
    ],
)
def test_letsemas_pages_are_accessible(served: Served, path: str) -> None:
    page = served.sign_in(LETSEMA_ADMIN)
    page.goto(served.url(path))
    check_accessible(page)


def test_a_spreadsheet_is_checked_before_it_is_written(served: Served) -> None:
    own = ["--name", "Import Credit", "--licence", "credit_only_3", "--district", "Berea"]
    people = ["--contact-email", "a@i.example", "--admin-name", "Lineo M", "--admin-email", "l@i.example"]
    served.manage("mfi_create", "imports", *own, *people)
    page = served.sign_in(LETSEMA_ADMIN)
    page.goto(served.url("/admin/mfis/directoryentry/import/"))
    head = "MFI,Name,Phone,District\n"
    rows = "imports,Khotso Pheko,5990 0001,Berea\nimports,Palesa Shale,123,Berea\nnobody,Thabo Tlali,5990 0002,Leribe\n"
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": (head + rows).encode()}
    page.locator("#id_import_file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Check the file").click()
    faulty = page.get_by_label("Faulty rows")
    expect(faulty).to_contain_text("“123” is not a phone number of Lesotho")
    expect(faulty).to_contain_text("No MFI is called “nobody”")
    check_accessible(page)
    page.get_by_role("button", name="Import 1 people").click()
    expect(page.locator(".note-success")).to_contain_text("1 people imported. 2 faulty row(s) were left out.")
    page.goto(served.url("/admin/mfis/directoryentry/?q=Khotso+Pheko"))
    expect(page.locator("#result_list").get_by_role("link", name="Khotso Pheko")).to_be_visible()
