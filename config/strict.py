"""Nothing that a call sends is passed over in silence: names that nobody knows, media types, bodies that are too large.

A typo of a field's name made a token of full power, and a filter that does not exist gave a whole list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from ninja.operation import Operation

from apps.mfis.core.errors import InvalidInput, ServiceError
from config.parser import TextParser

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
SOURCES = ("query", "form", "file")

Run = Callable[..., Any]


class WrongContentType(ServiceError):
    """The body is of another media type than the operation reads."""

    status = 415
    code = "wrong_content_type"


class BadJSON(ServiceError):
    """The body says that it is JSON, and is not."""

    status = 400
    code = "bad_json"


class TooLarge(ServiceError):
    """The body is larger than anything that this API takes."""

    status = 413
    code = "too_large"


class StrictParser(TextParser):
    """Reads only what an operation takes: JSON that says so, each member once; or a form."""

    def read_json(self, request: HttpRequest) -> Any:
        """The JSON of the body.

        Raises:
            WrongContentType: it is said to be something else. BadJSON: it is none, or has a member twice.
        """
        if request.content_type != "application/json":
            raise WrongContentType("Send JSON, with Content-Type: application/json.")
        try:
            return json.loads(request.body, object_pairs_hook=_once_each)
        except (ValueError, RecursionError) as error:
            raise BadJSON(f"The body is not JSON that can be read: {error}.") from error

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        if data is not request.GET and request.content_type not in FORMS:
            raise WrongContentType("Send a form, with Content-Type: multipart/form-data.")
        return super().parse_querydict(data, list_fields, request)


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _value in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice}” stands in it twice")
    return found


def strictly(run: Run) -> Run:
    """Follows an operation's own checks (who calls, how often) by one of what is sent. Decorates its `run`."""
    operation = getattr(run, "__self__", None)
    assert isinstance(operation, Operation)  # noqa: S101 - as ninja binds it
    known = {source: _names(operation, source) for source in SOURCES}
    sources = {model.__ninja_param_source__ for model in operation.models}
    is_form, is_bare = bool(sources & {"form", "file"}), not sources & {"form", "file", "body"}
    read_values = operation._get_values

    def values_of(request: HttpRequest, path_params: Any, temporal_response: HttpResponse) -> dict[str, Any]:
        _read(request, is_form=is_form)
        _check_names(known, request, is_form=is_form)
        if is_bare and request.body:
            _check_empty(operation.api.parser.parse_body(request))
        return read_values(request, path_params, temporal_response)

    setattr(operation, "_get_values", values_of)  # noqa: B010 - of this operation alone
    return run


def _read(request: HttpRequest, *, is_form: bool) -> None:
    """Takes the body in.

    Raises:
        TooLarge: there is more of it than this API takes.
    """
    try:
        _ = request.POST if is_form else request.body
    except RequestDataTooBig:
        raise TooLarge("The body is too large; send at most 5 MB.") from None


def _names(operation: Operation, source: str) -> frozenset[str]:
    models = [model for model in operation.models if model.__ninja_param_source__ == source]
    return frozenset(
        name for model in models for name in getattr(model, "__ninja_flatten_map__", None) or model.model_fields
    )


def _check_names(known: dict[str, frozenset[str]], request: HttpRequest, *, is_form: bool) -> None:
    """Refuses names that the operation does not have, and one value sent twice.

    Raises:
        InvalidInput: naming each.
    """
    errors = _unknown(request.GET, known["query"])
    if is_form:
        errors |= _unknown(request.POST, known["form"]) | _unknown(request.FILES, known["file"])
    errors |= {
        name: ["This stands in the address twice; send it once."]
        for name in known["query"] & request.GET.keys()
        if len(request.GET.getlist(name)) > 1
    }
    if errors:
        name, sentences = next(iter(errors.items()))
        raise InvalidInput(f"{name}: {sentences[0]}", field=name, errors=errors)


def _check_empty(body: Any) -> None:
    """Refuses a body where the operation takes none; an empty object says as little as no body.

    Raises:
        InvalidInput: naming what it holds.
    """
    if body:
        errors = _unknown(body if isinstance(body, dict) else ["body"], frozenset())
        raise InvalidInput("This takes nothing in its body; leave it out.", field=next(iter(errors)), errors=errors)


def _unknown(sent: Iterable[str], known: frozenset[str]) -> dict[str, list[str]]:
    """A sentence for each name that is not known; it names those that are."""
    there = f"There are {', '.join(sorted(known))}." if known else "There are none here."
    return {name: [f"There is no field of this name. {there}"] for name in sent if name not in known}
