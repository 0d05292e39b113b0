"""Whatever the server may refuse is told by the portal in both languages: each code has its sentence there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError
from django.test import Client

import config.api  # noqa: F401 - every error that a route may raise is known once its routes are
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.problem_details import CODES
from apps.users.accounts.models import Account
from config.shape_faults import CODES as SHAPE_CODES
from conftest import Branch
from tests.test_api_cases import RECIPES, World, is_open, path_of, send
from tests.test_portal_words import OF_SERVER, catalog

ROOT = Path(__file__).resolve().parent.parent
PLACE = re.compile(r"\{(\w+)\}")
KNOWN = {name.removeprefix(OF_SERVER) for name in catalog("st") if name.startswith(OF_SERVER)}


def kinds(kind: type[ServiceError] = ServiceError) -> Iterator[type[ServiceError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from kinds(narrower)


def sentences() -> Iterator[tuple[str, str, set[str]]]:
    """Every `Sentence(text, "code", value=…)` in the applications: where it stands, its code, names of its values."""
    for path in [*(ROOT / "apps").rglob("*.py"), *(ROOT / "config").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) in ("Sentence", "Sentence.of")):
                continue
            code = node.args[1] if len(node.args) > 1 else None
            if isinstance(code, ast.Constant) and ast.unparse(node.func) == "Sentence":
                yield f"{path.name}:{node.lineno}", code.value, {k.arg or "**" for k in node.keywords}


@pytest.mark.parametrize("kind", sorted({k.code for k in kinds()}))
def test_every_kind_of_error_has_its_sentence(kind: str) -> None:
    assert kind in KNOWN


def test_every_code_has_its_sentence() -> None:
    found = list(sentences())
    assert len(found) > 60
    assert [(where, code) for where, code, _ in found if code not in KNOWN] == []
    assert {*CODES.values(), *SHAPE_CODES.values(), "fault", "csrf"} - KNOWN == set()
    assert {"national_id_on_record", "date_of_birth_on_record"} <= KNOWN


def test_every_weakness_of_a_password_has_its_sentence() -> None:
    somebody = Account(full_name="abcdefgh")
    found = set()
    for password in ("abc", "1234567890", "password", "abcdefgh"):
        for validator in get_default_password_validators():
            try:
                validator.validate(password, somebody)
            except ValidationError as error:
                found |= {fault.code for fault in error.error_list}
    assert len(found) == len(get_default_password_validators())
    assert found <= KNOWN


def test_a_sentence_of_the_portal_asks_for_no_value_that_the_server_does_not_send() -> None:
    english, sesotho = catalog("en"), catalog("st")
    for where, code, values in sentences():
        if "**" in values:
            continue
        for said in (english, sesotho):
            assert set(PLACE.findall(said[OF_SERVER + code])) <= values, (where, code)


# What people type, and what programs send, that is wrong somewhere.
WRONG: list[Any] = [" ", "x" * 5000, "-1", "12.345", "2999-01-01", None, 10**9]
WRITES = [name for name in RECIPES if not name.startswith(("GET", "DELETE")) and RECIPES[name].body]


@pytest.fixture
def world(alpha: Branch, active: Any, apply: Any) -> World:
    return World(alpha, active, apply)


@pytest.mark.parametrize("name", [name for name in WRITES if not RECIPES[name].is_form])
def test_wrong_values_are_answered_with_codes_that_the_portal_knows(name: str, world: World, alpha: Branch) -> None:
    body = RECIPES[name].body(world)  # type: ignore[misc]
    path = path_of(name, world)
    for field in body:
        for value in WRONG:
            client = alpha.client() if is_open(name) else alpha.client(alpha.borrower)
            answer = send(client, name, path, {**body, field: value})
            assert answer.status_code < 500, (field, value, answer.content)
            if answer.status_code >= 400:
                _check_known(answer, (name, field, str(value)[:20]))


def _check_known(answer: Any, about: object) -> None:
    told = answer.json()
    assert told["code"] in KNOWN, about
    assert told["reason"] in KNOWN, (about, told["reason"])
    errors, codes = told.get("errors", {}), told.get("codes", {})
    assert {field: len(texts) for field, texts in errors.items()} == {f: len(c) for f, c in codes.items()}
    assert {code for faults in codes.values() for code in faults} <= KNOWN, (about, codes)


def test_what_cannot_be_read_has_a_code_too(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    for content, kind in (("{", "application/json"), (json.dumps([1]), "application/json"), ("a=1", "text/plain")):
        answer = client.generic("POST", "/api/v1/sign-in", content, content_type=kind)
        assert 400 <= answer.status_code < 500
        _check_known(answer, content)
