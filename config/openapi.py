"""The APIs' own descriptions, put right where django-ninja cannot know: refusals, documents and 304."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

PROBLEM = "#/components/schemas/Problem"
BINARY = {"schema": {"type": "string", "format": "binary"}}
# What an address ends with, and what comes from there.
DOCUMENTS = {
    ".pdf": ("application/pdf",),
    ".csv": ("text/csv",),
    "/documents/{document_id}": ("application/pdf", "image/jpeg", "image/png"),
}


class DescribedAPI(NinjaAPI):
    """As NinjaAPI; refusals are `application/problem+json` in its description too."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The room and the function: where in the room it stands is no matter of whoever calls."""
        _, _, room, *_ = operation.view_func.__module__.split(".")
        return f"{room}_{operation.view_func.__name__}"

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for path, methods in schema["paths"].items():
            media = next((types for ending, types in DOCUMENTS.items() if path.endswith(ending)), ())
            for method, operation in methods.items():
                for status, answer in operation["responses"].items():
                    _put_right(answer, media if int(status) == 200 else ())
                if method == "get":
                    operation["responses"].setdefault(304, {"description": "As the client holds it (If-None-Match)"})
        return schema


def _put_right(answer: dict[str, Any], media: tuple[str, ...]) -> None:
    """Gives one answer its own media types: problem details, or those of a document."""
    content = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if content.get("$ref") == PROBLEM:
        answer["content"] = {"application/problem+json": {"schema": content}}
    elif media:
        answer["content"] = dict.fromkeys(media, BINARY)
