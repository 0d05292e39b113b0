"""Production starts only where what has no safe default is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "qV4-w0x9ZkR2_tYb7NnLm3PpSsDdFfGgHhJjKkLlQqWwEeRrTt",
    "CREDIT_KEY": "c" * 50,
    "LETSEMA_HOST": "letsema.example",
    "LETSEMA_TRUSTED_PROXIES": "1",
    "LETSEMA_SMS_URL": "files",
    "EMAIL_URL": "smtp://mail.example:25",
    "DATABASE_URL": "postgres://localhost:1/letsema",
    "MONGODB_URL": "mongodb://localhost:1/letsema",
}
SAY = "import config.settings.production as p; print(p.TRUSTED_PROXIES, hasattr(p, 'SECURE_PROXY_SSL_HEADER'))"


def start(**changed: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **GOOD, **changed}
    command = [sys.executable, "-W", "ignore", "-c", SAY]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 80),
        ("LETSEMA_TRUSTED_PROXIES", ""),
        ("LETSEMA_TRUSTED_PROXIES", "some"),
        ("LETSEMA_SMS_URL", ""),
        ("EMAIL_URL", ""),
    ],
)
def test_production_refuses_to_run_on_a_guess(name: str, value: str) -> None:
    done = start(**{name: value})
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_production_starts_where_all_is_said() -> None:
    assert start().stdout.split() == ["1", "True"]
    alone = start(LETSEMA_TRUSTED_PROXIES="none")
    assert alone.stdout.split() == ["0", "False"], alone.stderr
