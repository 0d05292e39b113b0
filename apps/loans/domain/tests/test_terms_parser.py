"""What the terms parser refuses, and where it says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from inspect import isclass
from itertools import pairwise
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from apps.loans.domain.case_fields import CaseObject, json_key
from apps.loans.domain.fold import fold
from apps.loans.domain.terms import Event, Terms
from apps.loans.domain.terms_parser import parse_agreed_terms, parse_case, parse_charge, parse_restructuring
from apps.loans.domain.violations import InvalidTerms

Path = tuple[str | int, ...]

TERMS = {
    "submitted_on": "2026-01-01",
    "principal": "1000.00",
    "rate": "24",
    "interest_method": "declining_balance",
    "installments": 6,
}
DISBURSEMENT = {"seq": 1, "type": "disbursement", "date": "2026-01-01", "amount": "1000.00"}
CHARGE = {"kind": "fee", "timing": "disbursement", "calculation": "flat", "amount": "10.00"}


def violations_of(case: Any) -> dict[str, str]:
    """What is said of a case, by JSON path."""
    with pytest.raises(InvalidTerms) as refused:
        parse_case(case)
    return {violation.path: violation.problem for violation in refused.value.violations}


def objects_in(annotation: Any, steps: Path = ()) -> Iterator[tuple[Path, type[CaseObject]]]:
    """The objects of a case that a field of this type holds, each with the steps from the field to it."""
    if isclass(annotation) and issubclass(annotation, CaseObject):
        yield steps, annotation
    inside: dict[Any, Path] = {tuple: (0,), list: (0,), dict: ("default",)}
    for argument in get_args(annotation):
        yield from objects_in(argument, (*steps, *inside.get(get_origin(annotation), ())))


def levels(form: type[CaseObject], path: Path) -> Iterator[tuple[Path, type[CaseObject]]]:
    """Every object below and with `form`, by its path."""
    yield path, form
    for name, annotation in get_type_hints(form, include_extras=True).items():
        for steps, inner in objects_in(annotation):
            yield from levels(inner, (*path, json_key(name), *steps))


LEVELS = [*levels(Terms, ("terms",)), *levels(Event, ("events", 0))]


def json_path(path: Path) -> str:
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)


def case_with(path: Path, value: Any) -> dict[str, Any]:
    """A sound case but for `value` at the path; objects and lists on the way are made where there are none."""
    case: Any = {"terms": {**TERMS}, "events": [{**DISBURSEMENT}], "as_of": "2026-01-01"}
    here = case
    for key, following in pairwise(path):
        if isinstance(here, list) and key == len(here):
            here.append({})
        elif isinstance(here, dict):
            here.setdefault(key, [] if isinstance(following, int) else {})
        here = here[key]
    here[path[-1]] = value
    return case


@pytest.mark.parametrize("value", [1, None])
@pytest.mark.parametrize("path", [path for path, _ in LEVELS], ids=json_path)
def test_an_unknown_key_is_refused_at_every_level(path: Path, value: Any) -> None:
    said = violations_of(case_with((*path, "unheard_of"), value))
    assert said[json_path((*path, "unheard_of"))] == "is not known here; mend its spelling or take it out"


def test_no_object_of_a_case_is_left_out() -> None:
    assert {form.__name__ for _, form in LEVELS} == {form.__name__ for form in CaseObject.__subclasses__()}
    assert json_path(("terms", "allocation", "rules", "default")) in {json_path(path) for path, _ in LEVELS}


def test_a_rule_for_a_transaction_that_does_not_exist_is_refused() -> None:
    assert "$.terms.allocation.rules.godwill_credit" in violations_of(
        case_with(("terms", "allocation", "rules", "godwill_credit"), {})
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("terms", "principal"), "1000.005"),
        (("terms", "installment_multiple"), "0.125"),
        (("events", 0, "amount"), "99.999"),
    ],
)
def test_an_amount_finer_than_the_currency_is_refused(path: Path, value: Any) -> None:
    assert violations_of(case_with(path, value)) == {json_path(path): f"{value} is finer than the 2 decimals of LSL"}


def test_a_charge_finer_than_the_currency_is_refused() -> None:
    fine = {**CHARGE, "amount": "0.001"}
    assert list(violations_of({"terms": {**TERMS, "charges": [fine]}})) == ["$.terms.charges[0].amount"]
    booked = {"seq": 1, "type": "add_charge", "date": "2026-01-02", "charge": fine}
    assert list(violations_of({"terms": TERMS, "events": [booked]})) == ["$.events[0].charge.amount"]


def test_zeros_do_not_make_an_amount_finer_and_a_percentage_may_be() -> None:
    whole = {"currency": {"code": "UGX", "decimals": 0}, "principal": "10000000.00"}
    charge = {**CHARGE, "calculation": "percent", "amount": "0.0125"}
    terms, _, _ = parse_case({"terms": {**TERMS, **whole, "charges": [charge]}})
    assert str(terms.principal) == "10000000.00"


def test_what_was_agreed_is_not_judged_again() -> None:
    assert parse_agreed_terms({**TERMS, "charges": [{**CHARGE, "amount": "0.125"}]}).charges[0].name == "charge"
    with pytest.raises(InvalidTerms, match=r"terms\.balloon"):
        parse_agreed_terms({**TERMS, "balloon": "100.00"})


def test_null_is_as_good_as_not_given() -> None:
    bare, _, _ = parse_case({"terms": TERMS})
    nulls = {json_key(own.name): None for own in fields(Terms)}
    told, _, _ = parse_case({"terms": {**nulls, **TERMS}, "events": None, "as_of": None})
    assert told == bare


def test_everything_wrong_is_said_at_once() -> None:
    charges = [{"kind": "gift", "timing": "due_date", "calculation": "flat", "amount": 1.5}]
    wrong = {**TERMS, "rate": None, "days_in_year": 361, "grace": {"principal": 6}, "charges": charges}
    assert violations_of({"terms": wrong, "events": [{"seq": 0, "type": "undo", "date": "soon"}]}) == {
        "$.terms.rate": 'is missing; give a decimal number as text, like "5000.00"',
        "$.terms.days_in_year": "361 is not one of actual, 360, 364, 365",
        "$.terms.grace.principal": "6 is not between 0 and 5",
        "$.terms.charges[0].kind": "'gift' is not one of fee, penalty",
        "$.terms.charges[0].amount": '1.5 is not a decimal number as text, like "5000.00"',
        "$.terms.charges[0].due_date": "is missing; give a date like 2026-01-31",
        "$.events[0].seq": "0 is not between 1 and 100000",
        "$.events[0].date": "'soon' is not a date like 2026-01-31",
        "$.events[0].undoes": "is missing; give a whole number",
    }


@pytest.mark.parametrize("change", [{}, {"extra_terms": 2, "grace_principal": 1}])
def test_a_reschedule_changes_exactly_one_thing(change: dict[str, int]) -> None:
    with pytest.raises(InvalidTerms) as refused:
        parse_restructuring({"from": "2026-02-01", **change})
    assert [str(v) for v in refused.value.violations] == [
        "terms: needs exactly one of new_due_date, extra_terms, grace_principal, new_interest_rate"
    ]


def test_terms_on_an_event_that_reschedules_nothing_change_nothing() -> None:
    event = {**DISBURSEMENT, "terms": {"from": "2026-02-01", "extra_terms": 1}}
    terms, events, as_of = parse_case({"terms": TERMS, "events": [event]})
    assert len(fold(terms, events, as_of).installments) == TERMS["installments"]


def test_a_charge_that_is_no_object_is_named() -> None:
    with pytest.raises(InvalidTerms, match="charge: is not an object"):
        parse_charge("ten maloti")
