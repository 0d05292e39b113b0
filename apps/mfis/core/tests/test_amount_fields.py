"""Every form takes an amount of money as it is written, in a text field that a wheel does not change."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django import forms
from django.apps import apps
from django.db import models

import config.urls_public
import config.urls_tenant  # noqa: F401 - every form of every page
from apps.mfis.core.forms import DecimalInput


def all_forms(of: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for form in of.__subclasses__():
        yield form
        yield from all_forms(form)


def test_no_form_of_ours_has_a_number_field_for_decimals() -> None:
    found = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in all_forms()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.DecimalField) and not isinstance(field.widget, DecimalInput)
    ]
    assert found == []


def test_no_field_that_is_made_of_a_model_is_one() -> None:
    fields = [field for model in apps.get_models() for field in model._meta.fields]
    for field in fields:
        if isinstance(field, models.DecimalField):
            made = field.formfield()
            assert made
            assert isinstance(made.widget, DecimalInput), field


class Money(forms.Form):
    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    rate = forms.DecimalField(max_digits=7, decimal_places=4, required=False)


@pytest.mark.parametrize(
    ("written", "amount"),
    [("4,500", "4500"), ("4 500.00", "4500"), ("4500,50", "4500.50"), ("M 4,500.5", "4500.5"), ("0.10", "0.10")],
)
def test_an_amount_is_read_as_it_is_written(written: str, amount: str) -> None:
    form = Money({"amount": written})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == Decimal(amount)


@pytest.mark.parametrize("written", ["4.500", "abc", "1001325.00 1", "1e9", "NaN", "-5", "0", "9999999999", "4500.505"])
def test_what_is_no_amount_or_may_be_two_is_asked_about(written: str) -> None:
    assert "amount" in Money({"amount": written}).errors


def test_a_rate_keeps_its_decimals() -> None:
    form = Money({"amount": "1", "rate": "2.5555"})
    assert form.is_valid()
    assert form.cleaned_data["rate"] == Decimal("2.5555")


def test_an_amount_says_that_it_is_one_and_is_no_number_field() -> None:
    page = str(Money())
    assert page.count("data-amount") == 1
    assert page.count('inputmode="decimal"') == 2
    assert 'type="number"' not in page
