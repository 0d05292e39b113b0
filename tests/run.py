"""What `make test` runs: the linters, then every test, on throw-away servers of its own.

As root on Debian it installs the `chromium` package where there is none. Otherwise, without a Chromium, the browser
tests are left out and named; under CI that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from config.embedded.postgres import CannotStart
from config.embedded.system import System
from tests.migrated import BASE, DUMP, TEMPLATE, dump, migrate_base

ROOT = Path(__file__).resolve().parent.parent
PORTAL = ROOT / "portal"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("djlint", "templates", "--check"),
    ("djlint", "templates", "--lint"),
    ("mypy",),
)
# What starts servers, nodes or browsers of its own, or kills them: `make test` runs it, `make test-quick` does not.
KILLED = ("test_killed.py", "test_workers_killed.py", "test_histories_killed.py", "test_imports_killed.py")
SLOW = ("browser", "cluster", *KILLED, "test_embedded.py", "test_portal_build.py")
BOTH_CORES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "20")


def find_chromium() -> str | None:
    """The path of a Chromium on this machine; LETSEMA_CHROMIUM names another."""
    given = os.environ.get("LETSEMA_CHROMIUM")
    return given or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def ensure_chromium() -> str | None:
    """A Chromium, installed from Debian's packages where this is root on Debian and there is none."""
    found = find_chromium()
    if found or os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        return found
    print("Installing the chromium package for the browser tests …", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", "chromium"]):
        if subprocess.run(command, env=env, stdout=subprocess.DEVNULL).returncode:
            break
    return find_chromium()


def lint() -> int:
    """The linters of the Python and of the portal; returns the first exit code that is not 0."""
    for linter in LINTERS:
        if code := _run(sys.executable, "-m", *linter):
            return code
    return _run(sys.executable, "-m", "tests.shape") or lint_portal()


def lint_portal() -> int:
    """ESLint, Prettier, tsc and the tests of portal/, with the locked packages; nothing where there is no Node."""
    npm = shutil.which("npm")
    if npm is None:
        print("· the portal is neither linted nor tested by itself: Node is not on this machine", flush=True)
        return 0
    if not _packages_are_fresh() and (code := _run(npm, "ci", "--no-audit", "--no-fund", folder=PORTAL)):
        return code
    return _run(npm, "run", "--silent", "lint", folder=PORTAL) or _run(npm, "test", "--silent", folder=PORTAL)


def _packages_are_fresh() -> bool:
    """Whether npm has installed what package-lock.json names, as far as times tell."""
    installed = PORTAL / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= (PORTAL / "package-lock.json").stat().st_mtime


def _run(*command: str, folder: Path = ROOT) -> int:
    print("·", Path(command[0]).name, *command[1:], flush=True)
    return subprocess.run(command, cwd=folder).returncode


def run_tests(arguments: list[str], *, browser: bool = True) -> int:
    """pytest on throw-away servers; returns its exit code. Without `browser` no Chromium is looked for."""
    chromium = ensure_chromium() if browser else None
    if browser and chromium is None:
        print(
            "No Chromium is on this machine: the browser tests (tests/browser) do not run. Install the package "
            "`chromium`, or name one by LETSEMA_CHROMIUM.",
            flush=True,
        )
        if os.environ.get("CI"):
            return 1
        arguments = [*arguments, "--ignore=tests/browser"]
    folder = Path(tempfile.mkdtemp(prefix="letsema-test-"))
    folder.chmod(0o755)  # the database's own account must be able to pass through
    system = System(ROOT, folder, port=8000, throw_away=True)
    try:
        system.start_servers(BASE)
        if code := migrate_base(ROOT, system.environment):
            return code
        env = system.environment | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
        if system.postgres:
            env[TEMPLATE] = BASE
            env[DUMP] = str(dump(system.postgres, env["DATABASE_URL"], folder / "migrated.dump"))
        if chromium:
            env["LETSEMA_CHROMIUM"] = chromium
        return subprocess.run(
            [sys.executable, "-m", "pytest", *(arguments or BOTH_CORES)], cwd=ROOT, env=env
        ).returncode
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        system.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run_room(arguments: list[str]) -> int:
    """pytest on servers and a database that are kept under var/ for the next time: seconds, not a minute.

    They are made anew where a migration or its SQL has changed. `make test` keeps nothing.
    """
    sources = sorted([*ROOT.glob("apps/*/migrations/*.py"), *ROOT.glob("apps/*/core/sql/*.sql")])
    state = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    kept = ROOT / "var" / "tests"
    for stale in kept.glob("*"):
        if stale.name != state:
            shutil.rmtree(stale, ignore_errors=True)
    system = System(ROOT, kept / state, port=8000, throw_away=True)
    try:
        system.start_servers(BASE)
        env = system.environment | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
        command = [sys.executable, "-m", "pytest", "--reuse-db", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env).returncode
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        system.stop()


def main() -> int:
    arguments = sys.argv[1:]
    if arguments and arguments[0] == "--room":
        return run_room(arguments[1:])
    if arguments and arguments[0] == "--only-tests":
        return run_tests(arguments[1:])
    if arguments and arguments[0] == "--quick":
        left_out = [f"--ignore=tests/{path}" for path in SLOW]
        return run_tests([*BOTH_CORES, *left_out, *arguments[1:]], browser=False)
    code = lint()
    if code or "--lint" in arguments:
        return code
    return run_tests(arguments)


if __name__ == "__main__":
    sys.exit(main())
