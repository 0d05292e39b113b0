"""The APIs' descriptions: operations are named, words explained, closed lists said, nothing else is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config.api import public_api, tenant_api
from config.described.openapi import operations

SCHEMAS = {
    "tenant": tenant_api.get_openapi_schema(path_prefix="/api/v1/"),
    "public": public_api.get_openapi_schema(path_prefix="/api/v1/"),
}
ROOT = Path(__file__).resolve().parent.parent
APIS = pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)

# Words whose values are a closed list wherever they stand.
CLOSED = {"language", "channel", "about", "district", "what", "licence_type", "rate_per", "frequency"}


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every shape, every parameter, and every field of a form."""
    for name, shape in schema["components"]["schemas"].items():
        for member, described in shape.get("properties", {}).items():
            yield f"{name}.{member}", described
    for address, method, operation in operations(schema):
        for parameter in operation.get("parameters", []):
            yield f"{method} {address} {parameter['name']}", parameter["schema"]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for member, described in content["schema"].get("properties", {}).items():
                yield f"{method} {address} {member}", described


def parts(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [described, described.get("items", {}), *described.get("anyOf", []), *described.get("allOf", [])]


def is_composed(described: dict[str, Any]) -> bool:
    """Made of another shape, or a file."""
    return any("$ref" in part or part.get("format") == "binary" for part in parts(described))


@APIS
def test_every_word_is_explained(schema: dict[str, Any]) -> None:
    assert [name for name, described in properties(schema) if not described.get("description")] == []


@APIS
def test_every_value_has_an_example_or_is_one_of_a_list(schema: dict[str, Any]) -> None:
    def shown(described: dict[str, Any]) -> bool:
        said = any("enum" in part or "const" in part or "examples" in part for part in parts(described))
        return said or is_composed(described)

    assert [name for name, described in properties(schema) if not shown(described)] == []


@APIS
def test_closed_lists_are_said(schema: dict[str, Any]) -> None:
    def closed(described: dict[str, Any]) -> bool:
        return any("enum" in part or "const" in part for part in parts(described))

    found = [(name, described) for name, described in properties(schema) if re.split(r"[. ]", name)[-1] in CLOSED]
    assert found
    assert [name for name, described in found if not closed(described)] == []


@APIS
def test_operations_are_named_by_what_they_do(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(schema)]
    rooms = {folder.name for app in (ROOT / "apps").iterdir() if app.is_dir() for folder in app.iterdir()}
    assert len(names) == len(set(names))
    assert [name for name in names if name.partition("_")[0] in rooms - {"complaints"}] == [], "see operations.py"
    assert [a for a, _, o in operations(schema) if not (o.get("summary") and o.get("description"))] == []


@APIS
def test_what_is_sent_has_no_other_fields(schema: dict[str, Any]) -> None:
    sent = {
        content["schema"]["$ref"].rsplit("/", 1)[1]
        for _, _, operation in operations(schema)
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in content["schema"]
    }
    assert sent
    assert [name for name in sent if schema["components"]["schemas"][name].get("additionalProperties", True)] == []


def test_the_description_is_what_is_served(alpha: Any) -> None:
    served = Client(HTTP_HOST=alpha.host).get("/api/v1/openapi.json").json()
    assert served["paths"].keys() == SCHEMAS["tenant"]["paths"].keys()
