"""Rows to and from statements that are written out are what the ORM reads and writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.mfis.core.database import fetch_one
from apps.mfis.core.rows import Columns, as_array, as_arrays
from apps.users.accounts.models import Account
from tests.factories import Branch

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=8)


@pytest.mark.django_db
@given(TEXTS)
def test_any_text_arrives_as_it_is(texts: list[str | None]) -> None:
    assert fetch_one("SELECT %s::text[]", [as_array(texts)]) == (texts,)


@pytest.mark.django_db
def test_values_arrive_as_they_are() -> None:
    columns: list[tuple[str, list[object]]] = [
        ("uuid", [UUID(int=7), None]),
        ("numeric", [Decimal("-0.10"), Decimal(3), None]),
        ("date", [date(2026, 3, 2), None]),
        ("bool", [True, False, None]),
        ("int", [1, -2, None]),
        ("text", ["NULL", "", "{a,b}", "a\\b\"c'd%s", None]),
    ]
    for kind, values in columns:
        assert fetch_one(f"SELECT %s::{kind}[]", [as_array(values)]) == (values,)
    assert as_arrays([], 2) == ["{}", "{}"]
    assert as_arrays([(1, "a"), (2, "b")], 2) == ["{1,2}", '{"a","b"}']


def test_a_row_is_the_object_that_the_orm_reads(alpha: Branch) -> None:
    columns = Columns(Account, "a")
    row = fetch_one(f"SELECT {columns.sql} FROM users_account a WHERE id = %s", [alpha.borrower.pk])
    assert row is not None
    made, kept = columns.read(row), Account.objects.get(pk=alpha.borrower.pk)
    assert {**made.__dict__, "_state": None} == {**kept.__dict__, "_state": None}
    assert made == kept
    assert not made._state.adding
    made.full_name = "Another"
    made.save()
    assert Account.objects.get(pk=alpha.borrower.pk).full_name == "Another"
