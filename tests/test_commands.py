"""The commands of the README: what they print, and the one sentence when something is wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django_tenants.utils import tenant_context

from apps.loans.book.models import LoanState
from apps.mfis.core.database import connection
from config.demo.load import load_demo
from tests.factories import Branch

ROOT = Path(__file__).resolve().parent.parent
CASE = {
    "id": "one",
    "terms": {
        "principal": "1000.00",
        "rate": "2",
        "rate_per": "month",
        "interest_method": "flat",
        "installments": 12,
        "submitted_on": "2025-01-01",
    },
}


def calculate(source: Any, *flags: str) -> subprocess.CompletedProcess[str]:
    text = source if isinstance(source, str) else json.dumps(source)
    # Neither database nor server: the addresses lead nowhere.
    env = os.environ | {"DATABASE_URL": "postgres://127.0.0.1:1/x", "MONGODB_URL": "mongodb://127.0.0.1:1/x"}
    command = [sys.executable, "manage.py", "loan_calculator", *flags, "-"]
    return subprocess.run(command, cwd=ROOT, env=env, input=text, capture_output=True, text=True)


def test_the_calculator_answers_one_case_and_a_list() -> None:
    one = calculate(CASE)
    assert (one.returncode, json.loads(one.stdout)["apr"]) == (0, "41.70")
    many = calculate([CASE, {**CASE, "id": "two"}])
    assert [s["id"] for s in json.loads(many.stdout)] == ["one", "two"]
    assert "103.33" in calculate(CASE, "--table").stdout


@pytest.mark.parametrize("source", ["", "[", "7", "[{}]", json.dumps([{"terms": {"principal": "x"}}])])
def test_bad_input_is_named_and_nothing_is_printed(source: str) -> None:
    found = calculate(source)
    assert found.returncode == 2
    assert found.stdout == ""
    assert all(line.startswith("$") for line in found.stderr.strip().splitlines()), found.stderr


def test_one_wrong_case_in_a_list_stops_all_and_is_named_by_its_place() -> None:
    odd = {**CASE, "id": "odd", "terms": {**CASE["terms"], "schedule_type": "regressive"}}
    found = calculate([CASE, odd])
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("$[1].terms.schedule_type: ")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"DATABASE_URL": "postgres://u:secret@127.0.0.1:1/x"},
            "DATABASE_URL (postgres://127.0.0.1:1/x) cannot be used",
        ),
        ({"DATABASE_URL": "mysql://127.0.0.1/x"}, "DATABASE_URL is no PostgreSQL address"),
        ({"MONGODB_URL": "mongodb://u:secret@127.0.0.1:1/x"}, "MONGODB_URL (at 127.0.0.1) cannot be used"),
    ],
)
def test_a_wrong_server_stops_with_one_sentence(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "MONGODB_URL")} | environment
    env |= {"LETSEMA_VAR": str(tmp_path / "var"), "LETSEMA_PORT": "0", "DJANGO_SETTINGS_MODULE": "config.settings.base"}
    tmp_path.chmod(0o755)
    done = subprocess.run([sys.executable, "manage.py", "demo"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "secret" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_taken_port_stops_with_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        env = os.environ | {"LETSEMA_VAR": str(tmp_path), "LETSEMA_PORT": str(other.getsockname()[1])}
        done = subprocess.run([sys.executable, "manage.py", "demo"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert "LETSEMA_PORT" in done.stderr


def test_the_demonstration_is_what_its_facts_say(
    branches: tuple[Branch, Branch], db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every demonstration loan: the preview equals the booking, and the projection its fold."""
    connection.set_schema_to_public()
    load_demo(password="letsema-demo-1", loans={"maluti": 40}, say=lambda line: None)
    call_command("rebuild_projection", check=True, mfi="maluti")
    # Forty, and the four of the market group.
    assert "44 loans, 0 difference(s)" in capsys.readouterr().out
    from apps.mfis.tenancy.models import MFI

    with tenant_context(MFI.objects.get(subdomain="maluti")):
        found = set(LoanState.objects.values_list("status", flat=True))
        assert found >= {
            "submitted",
            "under_review",
            "reviewed",
            "approved",
            "active",
            "closed",
            "rejected",
            "withdrawn",
        }
        LoanState.objects.filter(status="active").update(total_paid=1)
    connection.set_schema_to_public()
    with pytest.raises(CommandError, match="difference"):
        call_command("rebuild_projection", check=True, mfi="maluti")
    call_command("rebuild_projection", mfi="maluti")
    call_command("rebuild_projection", check=True, mfi="maluti")


def test_mfi_create_says_where_the_invitation_goes_and_no_link(
    branches: tuple[Branch, Branch], db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.set_schema_to_public()
    values = {
        "name": "Gamma",
        "licence": "credit_only_3",
        "district": "Berea",
        "contact_email": "a@g.example",
        "admin_name": "Thabo T",
        "admin_email": "t@g.example",
    }
    call_command("mfi_create", "gamma", **values)
    said = capsys.readouterr().out
    assert "The invitation for Thabo T goes to t•••@g.example" in said
    assert "/invitation/" not in said
    with pytest.raises(CommandError, match="taken"):
        call_command("mfi_create", "gamma", **values)


def test_the_workers_round(alpha: Branch) -> None:
    """Figures for the public dashboard are taken, and sessions that have run out are removed, in every schema."""
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from apps.mfis.tenancy.models import PortfolioSnapshot

    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now())
    connection.set_schema_to_public()
    call_command("worker", once=True)
    assert PortfolioSnapshot.objects.filter(mfi=alpha.mfi).exists()
    with tenant_context(alpha.mfi):
        assert not Session.objects.filter(session_key="old").exists()
