"""Form fields for what is kept as JSON: people fill in lines and rows, never brackets."""

from __future__ import annotations

from itertools import count, takewhile
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from apps.mfis.core.amounts import parse_amount
from apps.mfis.core.texts import UnreadableText, clean_text

CHARGE_ROWS = 5

CHARGE_CHOICES: dict[str, list[tuple[str, str]]] = {
    "kind": [("fee", "Fee"), ("penalty", "Penalty")],
    "timing": [
        ("disbursement", "At disbursement"),
        ("each_installment", "With each installment"),
        ("due_date", "On the first due date"),
    ],
    "calculation": [("flat", "Amount"), ("percent", "Percent")],
    "of": [
        ("principal", "of the principal"),
        ("principal_and_interest", "of principal and interest"),
        ("interest", "of the interest"),
    ],
}

CHARGE_LABELS = {
    "name": "Name",
    "kind": "Kind",
    "timing": "When",
    "calculation": "As",
    "amount": "How much",
    "of": "Of",
}


class ChargesWidget(forms.Widget):
    """A table of charges, a row each; a row without a name is none."""

    template_name = "admin/charges_widget.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        charges = [c for c in value if isinstance(c, dict)] if isinstance(value, list) else []
        rows = max(CHARGE_ROWS, len(charges) + 1)
        context["labels"] = list(CHARGE_LABELS.values())
        context["rows"] = [
            [
                {
                    "id": f"id_{name}-{n}-{key}",
                    "name": f"{name}-{n}-{key}",
                    "label": f"{label}, charge {n + 1}",
                    "value": str(charges[n].get(key, "")) if n < len(charges) else "",
                    "choices": CHARGE_CHOICES.get(key),
                    "is_amount": key == "amount",
                }
                for key, label in CHARGE_LABELS.items()
            ]
            for n in range(rows)
        ]
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return mark_safe(render_to_string(template_name, context))  # noqa: S308 - a template of ours, escaped there

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        rows = takewhile(lambda n: f"{name}-{n}-name" in data, count())
        charges = [self._charge(data, f"{name}-{n}") for n in rows]
        return [charge for charge in charges if charge["name"] or charge["amount"]]

    def _charge(self, data: Any, row: str) -> dict[str, str]:
        charge = {key: str(data.get(f"{row}-{key}", "")).strip() for key in CHARGE_LABELS}
        if charge["calculation"] == "flat":
            del charge["of"]
        return charge

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-name" not in data

    def id_for_label(self, id_: str) -> str:
        return ""


class ChargesField(forms.Field):
    """A list of charges in the form of docs/loan-engine.md. The engine's own reading judges them with the product."""

    widget = ChargesWidget

    def clean(self, value: Any) -> Any:
        for row in value or []:
            if not row["name"]:
                raise ValidationError("Each charge has a name.")
            try:
                row["name"] = clean_text(row["name"], name="A charge's name")
            except UnreadableText as error:
                raise ValidationError(str(error)) from None
            if not row["amount"]:
                raise ValidationError(f"{row['name']}: how much is it?")
            if row["calculation"] == "flat":
                row["amount"] = _read(row)
        return value or []


def _read(charge: dict[str, str]) -> str:
    """A flat amount as it is booked."""
    try:
        return f"{parse_amount(charge['amount']):.2f}"
    except ValueError as error:
        raise ValidationError(f"{charge['name']}: {error}") from None


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, *args: Any, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(*args, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        lines = (super().to_python(value) or "").split("\n")
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))
