"""Each operation of the borrowers' API, called well and in the usual ways of being called wrongly.

The operations come from the API's own document; how each is called stands in tests/api_recipes.py, and one without
a recipe fails.
From it are made: the call that succeeds, the same with an id that does not exist, the same sent again, and the same
from nobody. Another owner's and another tenant's ids are tried in tests/test_isolation.py, for every route there is.
"""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from jsonschema_rs import Draft202012Validator

from apps.users.access.models import CallCount
from config.api import tenant_api
from conftest import Branch
from tests.api_recipes import RECIPES, Maker, World, paper

SCHEMA = tenant_api.get_openapi_schema(path_prefix="/api/v1/")
OPERATIONS = {
    f"{method.upper()} {path.removeprefix('/api/v1')}": operation
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
}
UNKNOWN = UUID("0190a1b2-0000-7000-8000-00000000dead")


def is_open(name: str) -> bool:
    """Whether the document asks for no sign-in; the reasons stand in OPEN of tests/test_isolation.py."""
    return not OPERATIONS[name].get("security")


def takes_key(name: str) -> bool:
    return any(parameter["name"] == "Idempotency-Key" for parameter in OPERATIONS[name].get("parameters", []))


def path_of(name: str, world: World | None, unknown: str = "") -> str:
    """The address with the world's ids, or with `unknown` in the place of that name."""

    def value(match: re.Match[str]) -> str:
        place = match.group(1).removesuffix("_id")
        if world is None or match.group(1) == unknown:
            return "nothing" if place == "purpose" else str(UNKNOWN)
        return "sharing" if place == "purpose" else str(world.id(RECIPES[name].ids.get(place, place)))

    return "/api/v1" + re.sub(r"\{(\w+)\}", value, name.partition(" ")[2]) + RECIPES[name].query


def send(client: Client, name: str, path: str, body: dict[str, Any] | None, key: str = "") -> Any:
    """The answer to one call."""
    headers: Any = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    if RECIPES[name].is_form:
        return client.post(path, body or {}, **headers)
    data = "" if body is None else json.dumps(body, default=str)
    return client.generic(name.partition(" ")[0], path, data, content_type="application/json", **headers)


def called_well(name: str, world: World) -> tuple[str, dict[str, Any] | None]:
    recipe = RECIPES[name]
    return path_of(name, world), recipe.body(world) if recipe.body else None


def rows() -> dict[str, int]:
    """How many rows each table has; but calls are counted however they end."""
    models = [model for model in apps.get_models() if model._meta.managed and model is not CallCount]
    return {model._meta.label: model._base_manager.count() for model in models}


@pytest.fixture
def world(alpha: Branch, active: Maker, apply: Maker) -> World:
    return World(alpha, active, apply)


@pytest.fixture
def borrower(alpha: Branch) -> Client:
    return alpha.client(alpha.borrower)


KNOWN = [name for name in OPERATIONS if name in RECIPES]
PLACES = [(name, place) for name in KNOWN for place in re.findall(r"\{(\w+)\}", name)]


def test_every_operation_has_a_recipe() -> None:
    assert set(OPERATIONS) - set(RECIPES) == set(), "say in RECIPES how it is called"
    assert set(RECIPES) - set(OPERATIONS) == set(), "RECIPES names operations that are gone"


@pytest.mark.parametrize("name", KNOWN)
def test_called_well(name: str, world: World, borrower: Client, alpha: Branch) -> None:
    client = alpha.client() if is_open(name) else borrower
    response = send(client, name, *called_well(name, world))
    described = OPERATIONS[name]["responses"].get(response.status_code)
    assert 200 <= response.status_code < 300, response.content
    assert described is not None
    shape = described.get("content", {}).get("application/json", {}).get("schema")
    if shape and response["Content-Type"].startswith("application/json"):
        Draft202012Validator({**shape, "components": SCHEMA["components"]}).validate(response.json())


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_what_does_not_exist(name: str, place: str, world: World, borrower: Client) -> None:
    recipe = RECIPES[name]
    body = recipe.body(world) if recipe.body else None
    response = send(borrower, name, path_of(name, world, unknown=place), body)
    assert response.status_code == recipe.missing, response.content


@pytest.mark.parametrize("name", [name for name in KNOWN if takes_key(name) or RECIPES[name].same_again])
def test_sent_again(name: str, world: World, borrower: Client, alpha: Branch) -> None:
    """The same answer, and no second row in any table. A secret is shown once."""
    client = alpha.client() if is_open(name) else borrower
    path, body = called_well(name, world)
    key = "again" if takes_key(name) else ""
    first = send(client, name, path, body, key)
    before = rows()
    if RECIPES[name].is_form:
        body = paper(world)  # a file is read once
    second = send(client, name, path, body, key)
    assert first.status_code < 300, first.content
    assert second.status_code == first.status_code
    assert _shown(second) == _shown(first)
    assert rows() == before


def _shown(response: Any) -> Any:
    if not response.content:
        return None
    answer = response.json()
    return {**answer, "token": None} if "token" in answer else answer


@pytest.mark.parametrize("name", KNOWN)
def test_not_signed_in(name: str, alpha: Branch) -> None:
    response = send(alpha.client(), name, path_of(name, None), {})
    assert response.status_code == 401 or is_open(name), response.content
    assert response.status_code < 500
