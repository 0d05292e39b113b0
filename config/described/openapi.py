"""The APIs' own descriptions, put right where django-ninja cannot know: names, words, refusals, documents and 304."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from config.described.operations import NAMES
from config.described.words import PARAMETERS, Word, word_of

PROBLEM = "#/components/schemas/Problem"
BINARY = {"schema": {"type": "string", "format": "binary"}}
# What an address ends with, and what comes from there.
DOCUMENTS = {
    ".pdf": ("application/pdf",),
    ".csv": ("text/csv",),
    "/documents/{document_id}": ("application/pdf", "image/jpeg", "image/png"),
}

Description = dict[str, Any]


class DescribedAPI(NinjaAPI):
    """As NinjaAPI; refusals are `application/problem+json` in its description too, and every word is explained."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The room and the function, until the operation has a name of its own in `operations.py`."""
        _, _, room, *_ = operation.view_func.__module__.split(".")
        return f"{room}_{operation.view_func.__name__}"

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for address, method, operation in operations(schema):
            _name(operation, f"{method.upper()} {address.removeprefix('/api/v1')}")
            _put_answers_right(operation, address, method)
            for parameter in operation.get("parameters", []):
                _explain(parameter["schema"], PARAMETERS.get(parameter["name"]))
                parameter.setdefault("description", parameter["schema"].get("description", ""))
            for content in operation.get("requestBody", {}).get("content", {}).values():
                _explain_shape("", content["schema"])
        for name, shape in schema["components"]["schemas"].items():
            _explain_shape(name, shape)
        return schema


def operations(schema: Description) -> Iterator[tuple[str, str, Description]]:
    """Each operation of a description, with its address and method."""
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield address, method, operation


def _name(operation: Description, address: str) -> None:
    operation["operationId"] = NAMES.get(address, operation["operationId"])
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()


def _explain_shape(name: str, shape: Description) -> None:
    for member, described in shape.get("properties", {}).items():
        _explain(described, word_of(name, member))


def _explain(described: Description, word: Word | None) -> None:
    """Says what a value means, and gives one where no closed list says which there are."""
    if word is None:
        return
    described.setdefault("description", word.meaning)
    if word.example is not None and not _listed(described):
        described.setdefault("examples", [word.example])


def _listed(described: Description) -> bool:
    """Whether the values are a closed list already."""
    parts = [described, described.get("items", {}), *described.get("anyOf", []), *described.get("allOf", [])]
    return any("enum" in part or "const" in part or "$ref" in part for part in parts)


def _put_answers_right(operation: Description, address: str, method: str) -> None:
    media = next((types for ending, types in DOCUMENTS.items() if address.endswith(ending)), ())
    for status, answer in operation["responses"].items():
        _put_right(answer, media if int(status) == 200 else ())
    if method == "get":
        operation["responses"].setdefault(304, {"description": "As the client holds it (If-None-Match)"})


def _put_right(answer: Description, media: tuple[str, ...]) -> None:
    """Gives one answer its own media types: problem details, or those of a document."""
    content = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if content.get("$ref") == PROBLEM:
        answer["content"] = {"application/problem+json": {"schema": content}}
    elif media:
        answer["content"] = dict.fromkeys(media, BINARY)
