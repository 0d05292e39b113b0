"""An import in a real browser: 1,000 rows with 12 faults, mended, run, taken back; in both languages, desk and phone.

Set LETSEMA_PICTURES to a folder to get a picture of each page.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, PHONE, Served, check_accessible

pytestmark = pytest.mark.browser
MFI = "moroeroe"
DESK = {"width": 1366, "height": 860}
HEAD = "Grade,Client name,Mobile,ID No,DOB,Town,Net pay\n"
WORDS = {
    "en": {"read": "Read the file", "rehearse": "Rehearse", "run": "Run {} rows", "back": "Take back", "all": "Done"},
    "st": {
        "read": "Bala faele",
        "rehearse": "Leka pele",
        "run": "Kenya mela e {}",
        "back": "Khutlisa",
        "all": "E phethiloe",
    },
}


def rows(first: int, *, faulty: int) -> str:
    """A thousand people under a heading and over their sum, of whom some have a telephone number of letters; every
    other one was born on a day that may be the month."""
    found = [HEAD, "MASERU BRANCH,,,,,,\n"]
    for n in range(1000):
        phone = "none" if n < faulty else f"{first + n}"
        born = "05/06/1990" if n % 2 else "27/05/1990"
        found.append(f'7,Person {n},{phone},{first + n}0000,{born},Roma,"4,500.00"\n')
    return "".join([*found, 'Total,,,,,,"4,500,000.00"\n'])


@pytest.fixture(scope="module")
def branch(served: Served) -> None:
    served.inside("", f"process.open_mfi({MFI!r})")
    code = (
        "from apps.users.accounts.models import Account\nfrom apps.mfis.core.actor import SYSTEM\n"
        "from apps.users.accounts.services.passwords import set_password\n"
        f"set_password(account=process.staff('officer'), password={PASSWORD!r}, actor=SYSTEM)\n"
        "print(process.staff('officer').email)"
    )
    served.inside(MFI, code)


@pytest.mark.parametrize(("size", "language", "first"), [(DESK, "en", 50_000_000), (PHONE, "st", 51_000_000)])
def test_a_file_with_faults_is_mended_run_and_taken_back(
    served: Served, branch: None, tmp_path: Path, size: dict[str, int], language: str, first: int
) -> None:
    page = signed_in(served, size, language)
    words = WORDS[language]
    send(page, served, tmp_path, rows(first, faulty=12), words, language)
    expect(page.locator(".facts")).to_contain_text("988", timeout=60_000)
    expect(page.locator(".facts")).to_contain_text("2")
    expect(page.get_by_text("1 heading and 1 total are left out")).to_be_visible()
    looked_at(page, f"rehearsal-{language}")
    with page.expect_download() as given:
        page.get_by_role("link", name="CSV").click()
    copy = Path(given.value.path()).read_text(encoding="utf-8-sig")
    assert copy.count("is not a phone number") == 12
    for n in range(12):
        copy = copy.replace(",none,", f",{first + n},", 1)
    send(page, served, tmp_path, copy, words, language)
    run(page, words, 12)
    looked_at(page, f"done-{language}")
    page.get_by_role("link", name=words["back"]).click()
    page.wait_for_url("**/step/**")
    looked_at(page, f"back-{language}")
    page.get_by_role("button", name=words["back"]).click()
    expect(page.locator(".facts").first).to_contain_text("12")
    page.locator("[data-progress]").wait_for(state="detached", timeout=60_000)
    looked_at(page, f"taken-back-{language}")
    page.goto(served.url("/admin/users/importrun/", MFI))
    looked_at(page, f"list-{language}")
    assert served.outside == []
    page.context.close()


def signed_in(served: Served, size: dict[str, int], language: str) -> Page:
    context = served.browser.new_context(viewport=size, locale=language)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(served.url("/admin/login/", MFI))
    page.locator("input[name=username]").fill(served.inside(MFI, "print(process.staff('officer').email)").strip())
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/admin/")
    return page


def send(page: Page, served: Served, folder: Path, text: str, words: dict[str, str], language: str) -> None:
    """Uploads a file and has it rehearsed as its columns are proposed."""
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    page.goto(served.url("/admin/users/importrun/new/", MFI))
    looked_at(page, f"kinds-{language}")
    page.locator("main table a").first.click()
    page.wait_for_url("**/new/people/")
    looked_at(page, f"upload-{language}")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name=words["read"]).click()
    page.wait_for_url("**/columns/")
    expect(page.locator("select[name='reading_5.days']")).to_have_value("day-first")  # as other rows prove
    looked_at(page, f"columns-{language}")
    page.get_by_role("button", name=words["rehearse"]).click()
    page.wait_for_url("**/change/")
    expect(page.locator(".status-badge").first).to_be_in_viewport()
    page.locator("[data-progress]").wait_for(state="detached", timeout=60_000)


def run(page: Page, words: dict[str, str], count: int) -> None:
    page.get_by_role("button", name=words["run"].format(count)).click()
    expect(page.locator(".status-badge").first).to_have_text(words["all"], timeout=60_000)


def looked_at(page: Page, name: str) -> None:
    """The page has no axe violation, and nothing of it stands off the screen."""
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), page.url
    if folder := os.environ.get("LETSEMA_PICTURES"):
        page.screenshot(path=Path(folder) / f"imports-{name}.png", full_page=True)
