"""A whole served system of its own (databases, gunicorn, worker), and a Chromium that looks at it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config.embedded.postgres import free_port
from config.embedded.system import System
from tests.migrated import restore
from tests.run import find_chromium

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "khotso-pula-nala-7"
LETSEMA_ADMIN = "naleli@letsema.example"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
SLOW = {"offline": False, "downloadThroughput": 50_000, "uploadThroughput": 50_000, "latency": 400}  # 400 kbit/s
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


DROPS_ONE_ANSWER = """() => {
    const whole = window.fetch;
    window.lost = [];
    window.fetch = async (to, how) => {
        const answer = await whole(to, how);
        if (how?.method !== "POST" || window.lost.length) return answer;
        window.lost.push(answer.status);
        throw new TypeError("the line dropped");
    };
}"""


class Served:
    """A running system and the doors into it."""

    def __init__(self, system: System, browser: Browser) -> None:
        self.system, self.browser = system, browser
        self.outside: list[str] = []
        self._inside: subprocess.Popen[str] | None = None

    def url(self, path: str = "/", mfi: str = "") -> str:
        host = f"{mfi}.localhost" if mfi else "localhost"
        return f"http://{host}:{self.system.port}{path}"

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        env = self.system.environment | {"PYTHONWARNINGS": "ignore"}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def inside(self, mfi: str, code: str) -> str:
        """Runs code in an MFI (none: in the public schema), with tests/cluster/process.py; returns what it printed."""
        if self._inside is None:
            env = self.system.environment | {"PYTHONWARNINGS": "ignore"}
            self._inside = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.inside"],
                cwd=ROOT,
                env=env,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._inside.stdin
        assert self._inside.stdout
        self._inside.stdin.write(json.dumps({"mfi": mfi, "code": code}) + "\n")
        self._inside.stdin.flush()
        answer = json.loads(self._inside.stdout.readline())
        assert not answer["fault"], answer["fault"]
        return str(answer["printed"])

    def stop(self) -> None:
        if self._inside is not None:
            self._inside.terminate()
            self._inside.wait()

    def context(self, size: dict[str, int] = DESK) -> BrowserContext:
        """A browser of its own, as another person's would be. Every request that leaves the host is noted."""
        context = self.browser.new_context(viewport=size)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        own = re.compile(rf"^(data:|blob:|http://([\w-]+\.)?localhost:{self.system.port}/)")
        context.on("request", lambda r: None if own.match(r.url) else self.outside.append(r.url))
        return context

    def accept(self, link: str) -> Page:
        """Follows an invitation in a fresh browser, sets the password, and comes to the sign-in page."""
        page = self.context().new_page()
        page.goto(link)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        check_accessible(page)
        page.get_by_role("button", name="Set the password").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        return page

    def sign_in(self, email: str, mfi: str = "") -> Page:
        page = self.context().new_page()
        page.goto(self.url("/admin/login/", mfi))
        fill_sign_in(page, email)
        return page


def fill_sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail or phone").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def link_sent(system: System, email: str) -> str:
    """The invitation in the mail to `email`: it is shown nowhere else."""
    folder = Path(system.environment["LETSEMA_VAR"]) / "mail"
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for path in sorted(folder.glob("*.log"), reverse=True):
            mail = path.read_text(encoding="utf-8")
            found = re.search(r"http://\S+/invitation/\S+/", mail)
            if found and f"To: {email}" in mail:
                path.unlink()
                return found.group()
        time.sleep(0.1)
    raise AssertionError(f"no invitation was sent to {email}")


def check_accessible(page: Page) -> None:
    """No axe violation at all on the page as it stands."""
    found = Axe().run(page).response["violations"]
    bad = [(v["id"], v["nodes"][0]["html"][:160]) for v in found]
    assert bad == [], (page.url, bad)


def until(page: Page, true: str) -> None:
    """Waits until an expression is true in the page; `wait_for_function` needs an eval, which the pages forbid."""
    end = time.monotonic() + 20
    while not page.evaluate(true):
        assert time.monotonic() < end, f"not true after 20 s: {true}"
        page.wait_for_timeout(100)


def code_sent(served: Served, mfi: str) -> str:
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
    told = served.inside(
        mfi,
        "from apps.users.accounts.models import OneTimeCode\nfrom apps.users.messaging.models import Message\n"
        "for m in Message.objects.order_by('-id')[:4]: print(m.about, m.channel, m.status, m.attempts, m.error)\n"
        "for c in OneTimeCode.objects.all()[:4]: print(c.purpose, c.asked_at, c.attempts, c.used_at)\n"
        "a = OneTimeCode.objects.first().account; print(a.second_factor, a.language, a.verified_phone)",
    )
    log = (folder.parent / "worker.log").read_text(encoding="utf-8")[-3000:]
    raise AssertionError(f"no code was sent; {told}; the worker: {log}")


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    chromium = find_chromium()
    assert chromium, "no Chromium on this machine; see the README"
    folder = Path(tempfile.mkdtemp(prefix="letsema-served-"))
    folder.chmod(0o755)
    system = System(ROOT, folder, port=free_port(), throw_away=False, use_given=False)
    system.environment["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in this thread
    try:
        system.start_servers()
        if not (system.postgres and restore(system.postgres, system.environment["DATABASE_URL"])):
            system.manage("letsema_migrate", "--verbosity", "0")
        system.start_application()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            found = Served(system, browser)
            found.manage("letsema_admin_create", LETSEMA_ADMIN, "--name", "Naleli Moshoeshoe")
            found.accept(link_sent(system, LETSEMA_ADMIN))
            yield found
            found.stop()
            browser.close()
    finally:
        system.stop()
        shutil.rmtree(folder, ignore_errors=True)
