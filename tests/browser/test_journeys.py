"""A borrower's whole way through the portal: phone and desk, English and Sesotho, always on a slow line.

Set LETSEMA_PICTURES to a folder to get a picture of each page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, DROPS_ONE_ANSWER, PHONE, Served, code_sent
from tests.browser.journey import MFI, Journey, staff_do

pytestmark = pytest.mark.browser
PASSWORD = "likhomo-tse-peli-8"


@pytest.fixture(scope="module")
def product(served: Served) -> None:
    served.inside("", f"process.open_mfi({MFI!r})")


@pytest.mark.parametrize("language", ["en", "st"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_the_first_look_to_the_last_receipt(
    served: Served, product: None, tmp_path: Path, size: dict[str, int], language: str
) -> None:
    phone = {360: {"en": "5990 6611", "st": "5990 6612"}, 1280: {"en": "5990 6613", "st": "5990 6614"}}
    j = Journey(served, size, language)
    number = phone[size["width"]][language]
    _looks_and_registers(j, number)
    _applies(j, number, tmp_path)
    _pays(j, number)
    _takes_back_another(j)
    _says_who_one_is(j)
    _reads_the_history(j)
    _comes_back(j, number)
    assert served.outside == [], "a request left the host"
    j.page.context.close()


def _looks_and_registers(j: Journey, number: str) -> None:
    j.page.goto(j.served.url("/", MFI))
    j.page.get_by_role("button", name={"en": "English", "st": "Sesotho"}[j.language]).click()
    j.page.get_by_role("heading", name=j.t("Sign in"), exact=True).wait_for()
    j.looked_at("sign-in")
    # The cost is there before anybody says who they are.
    j.page.get_by_role("link", name=j.t("See what we lend")).click()
    j.page.get_by_text("Business loan").click()
    expect(j.card("Cost")).to_contain_text(j.t("You pay in all"))
    j.looked_at("calculator")
    j.page.get_by_role("link", name=j.t("Open an account"), exact=True).click()
    j.field("Full name").fill("Palesa Shale")
    j.field("Phone").fill(number)
    j.field("Password").fill(PASSWORD)
    j.page.locator(".terms").wait_for()
    j.button("Open my account").click()
    expect(j.page.locator("p.error").first).to_be_visible()  # nobody agrees without having said so
    j.looked_at("register")
    j.page.get_by_label(j.t("I have read this and agree.")).check()
    j.button("Open my account").click()
    j.page.get_by_text(j.like("A code is on its way to {to}.")).wait_for()
    j.looked_at("register-code")
    j.field("Code").fill(code_sent(j.served, MFI))
    j.button("Open my account").click()
    j.page.get_by_role("heading", name=j.t("My loans"), exact=True).wait_for()
    j.page.reload()
    expect(j.page.get_by_text(j.t("You have no loan here yet."))).to_be_visible()
    j.looked_at("no-loans")


def _applies(j: Journey, number: str, folder: Path) -> None:
    j.go("Borrow", "What we lend")
    j.looked_at("products")
    j.page.get_by_text("Business loan").click()
    j.field("Amount (maloti)").fill("1500.00")
    j.page.get_by_role("slider", name=j.t("Installments")).fill("6")
    expect(j.page.get_by_role("row")).to_have_count(0)  # the schedule is folded away …
    j.page.get_by_text(j.t("Schedule, if paid out today")).click()
    expect(j.page.get_by_role("row")).to_have_count(7)  # … and has a head and six installments
    j.page.reload()
    expect(j.field("Amount (maloti)")).to_have_value("1500.00")  # the draft survives
    j.button("Apply for this loan").click()
    expect(j.page.get_by_text(j.t("Tick that you agree to the key facts first.")).first).to_be_visible()
    j.page.get_by_label(j.t("I have read the key facts and agree to them.")).check()
    j.looked_at("apply")
    j.page.evaluate(DROPS_ONE_ANSWER)
    j.button("Apply for this loan").click()
    down = j.t("The line is down. Nothing was lost; try again when you have a connection.")
    expect(j.page.get_by_text(down)).to_be_visible()
    j.page.reload()  # the application arrived, and its answer did not
    j.page.get_by_label(j.t("I have read the key facts and agree to them.")).check()
    j.button("Apply for this loan").click()
    expect(j.page.get_by_text(j.t("Your application has arrived. An officer will look at it."))).to_be_visible()
    assert staff_do(j.served, number, "print(Loan.objects.filter(borrower=loan.borrower).count())").strip() == "1"
    j.looked_at("application")
    _hands_in_and_answers(j, number, folder)


def _hands_in_and_answers(j: Journey, number: str, folder: Path) -> None:
    papers = j.card("Papers")
    (folder / "id.pdf").write_bytes(b"%PDF-1.4 identity")
    j.field("File", papers).set_input_files(folder / "id.pdf")
    j.button("Hand it in").click()
    expect(papers.get_by_text(j.t("{name} is received.", name="id.pdf"))).to_be_visible()
    expect(papers.get_by_role("link", name="id.pdf")).to_be_visible()
    assert j.paper(j.page.get_by_role("link", name=j.t("Key facts you agreed to"))) == "application/pdf"
    asks = (
        "review.start_review(loan_id=loan.pk, actor=process.staff('officer').actor)\n"
        "review.request_info(loan_id=loan.pk, actor=process.staff('officer').actor, reason='Bring a payslip')"
    )
    staff_do(j.served, number, asks)
    j.page.reload()
    expect(j.page.get_by_text(j.t("We need something from you: {reason}", reason="Bring a payslip"))).to_be_visible()
    expect(j.card("What we asked, and your answers").get_by_text(j.t("Waits for your answer"))).to_be_visible()
    j.looked_at("asked")
    j.field("Your answer").fill("It is on its way")
    j.button("Send the answer").click()
    expect(j.page.get_by_text(j.t("An officer is reviewing your application."))).to_be_visible()
    asked = j.card("What we asked, and your answers")
    expect(asked).to_contain_text("Bring a payslip")  # both stay to be read
    expect(asked).to_contain_text("It is on its way")


def _pays(j: Journey, number: str) -> None:
    staff_do(
        j.served,
        number,
        "\n".join(
            (
                "review.recommend(loan_id=loan.pk, actor=process.staff('officer').actor, reason='Seen')",
                "review.approve(loan_id=loan.pk, actor=process.staff('approver').actor)",
                "process.disburse(str(loan.pk))",
            )
        ),
    )
    j.go("Loans", "My loans")
    j.card("Due next").get_by_role("link").wait_for()
    j.looked_at("loans")
    j.page.get_by_role("link", name=j.t("Pay or see the schedule")).click()
    pay = j.card("Pay")
    j.field("Reference of the payment", pay).fill(f"MP {number}")
    j.button("Report the payment").click()
    expect(pay.get_by_text(j.t("Thank you. It counts once the cashier has seen the money."))).to_be_visible()
    staff_do(
        j.served,
        number,
        "\n".join(
            (
                "notice = PaymentNotice.objects.get(loan=loan)",
                "confirm_payment(notice_id=notice.pk, actor=process.staff('cashier').actor)",
            )
        ),
    )
    j.page.reload()
    receipt = j.card("Receipts").get_by_role("link")
    assert j.paper(receipt) == "application/pdf"
    statement = j.card("Statement")
    statement.get_by_text(j.t("Statement"), exact=True).click()
    assert j.paper(statement.get_by_role("link", name=j.t("Download as a spreadsheet"))) == "text/csv"
    assert j.paper(statement.get_by_role("link", name=j.t("Download as a paper"))) == "application/pdf"
    j.looked_at("loan")


def _takes_back_another(j: Journey) -> None:
    j.go("Borrow", "What we lend")
    j.page.get_by_text("Business loan").click()
    j.page.get_by_label(j.t("I have read the key facts and agree to them.")).check()
    j.button("Apply for this loan").click()
    j.button("Take the application back").click()
    j.button("Yes, take it back").click()
    expect(j.page.get_by_text(j.t("You took this application back."))).to_be_visible()
    j.looked_at("taken-back")


def _says_who_one_is(j: Journey) -> None:
    j.go("Me", "About me")
    j.looked_at("me")
    j.part("My particulars")
    j.field("Village or town").fill("Roma")
    j.button("Save").click()
    expect(j.page.get_by_text(j.t("Saved."), exact=True)).to_be_visible()
    j.looked_at("particulars")
    j.part("Security")
    security = j.card("Security")
    expect(security.get_by_text(j.t("Confirmed"), exact=True)).to_be_visible()
    j.looked_at("security")
    j.part("Phones and programs")
    expect(j.card("Where you are signed in").get_by_text(j.t("This one"))).to_be_visible()
    j.looked_at("devices")
    j.part("What I agreed to")
    agreed = j.card("What I agreed to")
    read = agreed.get_by_role("button", name=f"{j.t('Read it')}: {j.t('Asking other lenders')}")
    read.click()
    agreed.get_by_role("button", name=j.t("I agree")).click()
    expect(agreed.get_by_text(j.like("Agreed on {day}, until {end}"))).to_be_visible()
    read.click()
    agreed.get_by_role("button", name=j.t("Take it back")).click()
    expect(agreed.get_by_text(j.like("Taken back on {day}"))).to_be_visible()
    j.looked_at("consents")
    j.part("Messages")
    expect(j.card("Messages").get_by_role("listitem").first).to_be_visible()
    j.looked_at("messages")
    _complains_and_chooses(j)
    j.part("My particulars")
    j.page.reload()
    expect(j.field("Village or town")).to_have_value("Roma")


def _complains_and_chooses(j: Journey) -> None:
    j.part("Complaints")
    complaints = j.card("Complaints")
    j.field("What happened", complaints).fill("I was charged twice.")
    j.button("Send the complaint").click()
    expect(complaints.get_by_text(j.like("To be answered by {day}"))).to_be_visible()
    j.looked_at("complaints")
    j.part("Language and reminders")
    remind = j.card("Reminders").get_by_role("checkbox")
    with j.page.expect_response("**/me/settings"):
        remind.uncheck()
    j.looked_at("reminders")
    j.page.reload()
    expect(remind).not_to_be_checked()
    j.part("All that is kept about me")
    whole = j.card("All that is kept about me")
    assert j.saved(whole.get_by_role("link", name=j.t("Download for a program"))).suggested_filename == "letsema.json"
    assert j.paper(whole.get_by_role("link", name=j.t("Download as a paper"))) == "application/pdf"
    j.looked_at("everything")


def _reads_the_history(j: Journey) -> None:
    j.go("History", "My credit history")
    wrong = j.page.get_by_role("button", name=re.compile(f"^{re.escape(j.t('Wrong?'))} .*{j.t('Paid out')}"))
    for _ in range(40):  # until the worker has told the histories
        j.card("Who asked about me").wait_for()
        if wrong.count():
            break
        j.page.wait_for_timeout(500)
        j.page.reload()
    wrong.first.click()
    j.button("Send").click()
    expect(j.page.locator("p.error").first).to_be_visible()  # a dispute says what is wrong
    j.field("What is wrong, and how it was").fill("It was paid out a day later.")
    j.button("Send").click()
    expect(j.card("What I disputed").get_by_text(j.like("To be decided by {day}"))).to_be_visible()
    expect(j.page.get_by_text(j.t("Disputed"), exact=True)).to_be_visible()
    j.looked_at("history")


def _comes_back(j: Journey, number: str) -> None:
    j.button("Sign out").click()
    j.page.get_by_role("heading", name=j.t("Sign in"), exact=True).wait_for()
    assert j.page.locator("html").get_attribute("lang") == j.language  # remembered
    j.field("Phone or e-mail").fill(number)
    j.field("Password").fill("wrong")
    j.button("Sign in").click()
    expect(j.page.get_by_text(j.t("This e-mail or phone and password do not go together.")).first).to_be_visible()
    j.field("Password").fill(PASSWORD)
    j.button("Sign in").click()
    j.card("Due next").wait_for()
