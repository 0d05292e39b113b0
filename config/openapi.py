"""The APIs' own descriptions, put right where django-ninja cannot know: what a refusal, a paper and a 304 look like."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

PROBLEM = "#/components/schemas/Problem"
BINARY = {"schema": {"type": "string", "format": "binary"}}
# What an address ends with, and what comes from there.
PAPERS = {
    ".pdf": ("application/pdf",),
    ".csv": ("text/csv",),
    "/documents/{document_id}": ("application/pdf", "image/jpeg", "image/png"),
}


class DescribedAPI(NinjaAPI):
    """As NinjaAPI; refusals are `application/problem+json` in its description too."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        found = super().get_openapi_schema(**options)
        for path, methods in found["paths"].items():
            media = next((types for ending, types in PAPERS.items() if path.endswith(ending)), ())
            for method, operation in methods.items():
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    schema = content.get("application/json", {}).get("schema", {})
                    if schema.get("$ref") == PROBLEM:
                        answer["content"] = {"application/problem+json": {"schema": schema}}
                    elif media and int(status) == 200:
                        answer["content"] = dict.fromkeys(media, BINARY)
                if method == "get":
                    operation["responses"].setdefault(304, {"description": "As the client holds it (If-None-Match)"})
        return found
