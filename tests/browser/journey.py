"""One borrower's browser on a slow line, in a language and a size, and what the MFI's people do meanwhile."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

from tests.browser.conftest import SLOW, Served, check_accessible
from tests.test_portal_words import words

MFI = "tholoana"
PASSWORD = "likhomo-tse-peli-8"
ST = words()


class Journey:
    """One borrower's browser, and the words of the language that they chose."""

    def __init__(self, served: Served, size: dict[str, int], language: str) -> None:
        self.served, self.size, self.language = served, size, language
        context = served.context(size)
        context.set_default_timeout(30_000)
        self.page: Page = context.new_page()
        line = context.new_cdp_session(self.page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW)

    def t(self, english: str, **values: str) -> str:
        said = english if self.language == "en" else ST[english]
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found.group(1), "{}"), said)

    def like(self, english: str) -> re.Pattern[str]:
        """A sentence whose values the test does not know."""
        return re.compile(".+".join(re.escape(part) for part in self.t(english).split("{}")))

    def button(self, english: str) -> Locator:
        return self.page.get_by_role("button", name=self.t(english), exact=True)

    def field(self, english: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_label(self.t(english), exact=True)

    def card(self, english: str) -> Locator:
        return self.page.get_by_role("region", name=self.t(english), exact=True)

    def go(self, english: str, heading: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=self.t(english), exact=True).click()
        self.page.get_by_role("heading", name=self.t(heading), exact=True).wait_for()

    def part(self, title: str) -> None:
        """One of the pages about oneself."""
        self.go("Me", "About me")
        self.page.get_by_role("main").get_by_role("link", name=re.compile(f"^{re.escape(self.t(title))}")).click()
        self.page.get_by_role("heading", name=self.t(title), exact=True, level=1).wait_for()

    def looked_at(self, name: str) -> None:
        """The page once it is there: in its language, not wider than the screen, accessible; a picture on request."""
        expect(self.page.get_by_text(self.t("Loading …"))).to_have_count(0)
        assert self.page.locator("html").get_attribute("lang") == self.language
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} pixels wider than the screen"
        check_accessible(self.page)
        if folder := os.environ.get("LETSEMA_PICTURES"):
            path = Path(folder) / f"portal-{name}-{self.language}-{self.size['width']}.png"
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": self.size["width"], "height": height})  # so that what is fixed is so
            self.page.screenshot(path=str(path))
            self.page.set_viewport_size(self.size)  # type: ignore[arg-type]

    def paper(self, link: Locator) -> str:
        """What kind of file a link gives."""
        kind = "href => fetch(href).then(answer => answer.headers.get('content-type'))"
        return str(self.page.evaluate(kind, link.get_attribute("href"))).partition(";")[0]

    def saved(self, link: Locator) -> Download:
        with self.page.expect_download() as download:
            link.click()
        return download.value


def staff_do(served: Served, phone: str, what: str) -> str:
    """What the MFI's people do with the newest application or loan of whoever has this phone."""
    return served.inside(
        MFI,
        f"""
from apps.loans.models import Loan, PaymentNotice
from apps.loans.applications.services import review
from apps.loans.servicing.services.reported_payments import confirm_payment
loan = Loan.objects.filter(borrower__phone="+266" + {phone!r}.replace(" ", "")).order_by("pk").last()
{what}
""",
    )
