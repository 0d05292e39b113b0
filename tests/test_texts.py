"""Every text field of every form, API, command and import follows the one rule of apps/mfis/core/texts.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from inspect import signature
from typing import Any

import pytest
from django import forms
from django.db import models
from django.test import Client, RequestFactory

import config.urls_public
import config.urls_tenant  # noqa: F401 - with it, what the pages and routes of both sites call
from apps.loans.products.forms.fields import LinesField
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.commands import COMMANDS, Command
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.texts import PARAGRAPHS
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.kinds import KINDS, Kind
from apps.users.spreadsheets.rows import RowReader
from apps.users.spreadsheets.values import Holds
from config.api import public_api, tenant_api
from config.parser import TextParser
from tests.factories import Branch

TURNED = "Thabo\u202eMokoena"


def _all(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from _all(below)


def _text_fields() -> Iterator[Any]:
    """Text fields of our forms, and those that Django makes of our tables."""
    for form in _all(forms.BaseForm):
        if form.__module__.startswith(("apps.", "config.")):
            for name, field in form.base_fields.items():
                if isinstance(field, forms.CharField) and field.strip:
                    yield pytest.param(name, field, id=f"{form.__module__}.{form.__name__}.{name}")
    for model in _all(models.Model):
        if model.__module__.startswith("apps.") and not model._meta.abstract:
            for column in model._meta.concrete_fields:
                field = column.formfield() if isinstance(column, models.CharField | models.TextField) else None
                if isinstance(field, forms.CharField):
                    yield pytest.param("text", field, id=f"{model.__module__}.{model.__name__}.{column.name}")


@pytest.mark.parametrize(("name", "field"), list(_text_fields()))
def test_a_form_field_takes_nothing_that_cannot_be_seen(name: str, field: forms.CharField) -> None:
    for text in (TURNED, "Thabo\x00", "Tha\u200bbo"):
        with pytest.raises(forms.ValidationError):
            field.clean(text)
    is_paragraph = isinstance(field.widget, forms.Textarea)
    if isinstance(field, LinesField):
        assert field.clean("One\nTwo") == ["One", "Two"]
    elif is_paragraph:
        assert name in PARAGRAPHS, f"{name} is typed as a paragraph: add it to PARAGRAPHS, or make it a line"
    else:
        with pytest.raises(forms.ValidationError):
            field.clean("Thabo\nMokoena")


def _texts_of_commands() -> Iterator[Any]:
    for path, command in COMMANDS.items():
        for name, parameter in signature(command.function).parameters.items():
            if str(parameter.annotation).startswith("str") and "password" not in name:
                kind = parameter.VAR_KEYWORD
                yield pytest.param(command, path, "name" if parameter.kind is kind else name, id=f"{path}({name})")


@pytest.mark.parametrize(("command", "path", "name"), list(_texts_of_commands()))
def test_a_command_takes_nothing_that_cannot_be_seen(command: Command, path: str, name: str) -> None:
    function = _callable(path)
    for text in (TURNED, "Thabo\x00Mokoena", *([] if name in PARAGRAPHS else ["Thabo\nMokoena"])):
        with pytest.raises(InvalidInput) as refused:
            function(actor=SYSTEM, **{name: text})
        assert list(refused.value.errors) == [name]


def _callable(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("unseen", ["\u202e", "\x01", "\u200b", "\n"])
def test_an_import_takes_nothing_that_cannot_be_seen(kind: Kind, unseen: str) -> None:
    columns = {place: column for place, column in enumerate(kind.columns, 1) if column.holds is not Holds.PARAGRAPH}
    row = RowReader(columns, set(columns), []).read(2, {str(place): f"a{unseen}b" for place in columns})
    assert set(row.errors) == {column.key for column in columns.values()}


def test_both_apis_read_by_the_rule() -> None:
    for api in (tenant_api, public_api):
        assert isinstance(api.parser, TextParser)
    for body in ({"a": [{"full_name": TURNED}]}, {TURNED: 1}, [TURNED], {"purpose": "a\nb"}, {"name": "\ud800"}):
        with pytest.raises(InvalidInput):
            TextParser().parse_body(RequestFactory().post("/", json.dumps(body), content_type="application/json"))


def _texts_of_schemas() -> Iterator[Any]:
    """Every text that a call may send in its body, by the schema that reads it."""
    for api in (tenant_api, public_api):
        described = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
        sent = re.findall(r"#/components/schemas/(\w+)", str([_bodies(described)]))
        for schema in sorted(set(sent)):
            for name, told in described["components"]["schemas"][schema].get("properties", {}).items():
                if '"string"' in json.dumps(told) and "format" not in json.dumps(told) and "password" not in name:
                    yield pytest.param(name, id=f"{schema}.{name}")


def _bodies(described: dict[str, Any]) -> list[Any]:
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    return [operation["requestBody"] for operation in operations if "requestBody" in operation]


@pytest.mark.parametrize("name", list(_texts_of_schemas()))
def test_a_call_takes_nothing_that_cannot_be_seen(name: str) -> None:
    for text in (TURNED, "Thabo\x00", "Tha\ud800bo", *([] if name in PARAGRAPHS else ["Thabo\nMokoena"])):
        request = RequestFactory().post("/", json.dumps({name: text}), content_type="application/json")
        with pytest.raises(InvalidInput) as refused:
            TextParser().parse_body(request)
        assert list(refused.value.errors) == [name]


def test_the_api_names_the_field(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    for text in (TURNED, "Thabo\x00Mokoena", "Thabo\nMokoena", "Thabo\ud800"):
        body = json.dumps({"full_name": text, "phone": "+26658120001"})
        answer = client.put("/api/v1/me", body, content_type="application/json")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["full_name"]), answer.content


def test_a_name_with_a_line_break_opens_no_institution(public_client: Client) -> None:
    form = {
        "name": "Gamma\nLoans",
        "subdomain": "gamma",
        "licence_type": "credit_only_3",
        "district": "maseru",
        "contact_email": "a@g.example",
        "admin_name": "Thabo T",
        "admin_email": "t@g.example",
        "brand_colour": "#0f5c4a",
    }
    answer = public_client.post("/admin/mfis/mfi/add/", form)
    assert answer.status_code in (200, 422)
    assert "is one line" in answer.content.decode()
    assert not MFI.objects.filter(subdomain="gamma").exists()


@pytest.mark.parametrize("address", ["/admin/loans/loan/?q=%00", "/admin/loans/loan/?product=%00", "/admin/%00/"])
def test_an_address_with_what_no_text_holds_is_refused(alpha: Branch, address: str) -> None:
    assert alpha.client("manager").get(address).status_code == 400


@pytest.mark.parametrize("name", ["a\x00b@c.example", TURNED])
def test_nobody_signs_in_by_a_name_that_cannot_be_seen(alpha: Branch, name: str) -> None:
    page = alpha.client().post("/admin/login/", {"username": name, "password": "a\x00b"})
    assert page.status_code in (200, 422)
    assert "cannot be seen" in page.content.decode()
    body = json.dumps({"name": name, "password": "a\x00b"})
    answer = alpha.client().post("/api/v1/sign-in", body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])
