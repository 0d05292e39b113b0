"""What a call of the API sends, with every text in its one spelling."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from apps.mfis.core.texts import clean_texts


class TextParser(Parser):
    """As ninja's; a text that holds what nobody can see is refused before a schema reads it."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The JSON of the body.

        Raises:
            InvalidInput: a text in it, or a name, holds what nobody can see; and as `read_json`.
        """
        body = self.read_json(request)
        clean_texts({"body": _names(body)})
        return clean_texts({"body": body})["body"]

    def read_json(self, request: HttpRequest) -> Any:
        """The body as JSON.

        Raises:
            ValueError: it is none.
        """
        return json.loads(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        return clean_texts(super().parse_querydict(data, list_fields, request))


def _names(value: Any) -> list[str]:
    """All names of members that `value` has, at any depth."""
    if isinstance(value, dict):
        return [*value, *(name for item in value.values() for name in _names(item))]
    return [name for item in value for name in _names(item)] if isinstance(value, list) else []
