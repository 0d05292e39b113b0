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
from pathlib import Path

from config.embedded.postgres import CannotStart
from config.embedded.system import System

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LINTERS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))


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
    """The linters, and a test that no migration is missing."""
    bin_dir = Path(sys.executable).parent
    for command in LINTERS:
        print("·", " ".join(command), flush=True)
        code = subprocess.run([str(bin_dir / command[0]), *command[1:]], cwd=ROOT).returncode
        if code:
            return code
    return 0


def run_tests(arguments: list[str]) -> int:
    """pytest on throw-away servers; returns its exit code."""
    chromium = ensure_chromium()
    if chromium is None:
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
        system.start_servers("letsema_test_base")
        env = system.environment | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
        if chromium:
            env["LETSEMA_CHROMIUM"] = chromium
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                *(arguments or ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]),
            ],
            cwd=ROOT,
            env=env,
        ).returncode
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        system.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    arguments = sys.argv[1:]
    if arguments and arguments[0] == "--only-tests":
        return run_tests(arguments[1:])
    code = lint()
    if code or "--lint" in arguments:
        return code
    return run_tests(arguments)


if __name__ == "__main__":
    sys.exit(main())
