"""What holds of every kind of spreadsheet."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.utils.translation import override

from apps.users.spreadsheets.kinds import KINDS, Kind
from apps.users.spreadsheets.rows import RowReader

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


@every_kind
def test_a_heading_names_one_column(kind: Kind) -> None:
    keys = defaultdict(list)
    for column in kind.offered(of_many=True):
        for name in column.names():
            keys[name].append(column.key)
    assert {name: found for name, found in keys.items() if len(found) > 1} == {}


@every_kind
def test_it_is_named_in_both_languages(kind: Kind) -> None:
    said = set()
    for language in ("en", "st"):
        with override(language):
            said.add(str(kind.title))
    assert len(said) == 2


@every_kind
def test_examples_can_be_read(kind: Kind) -> None:
    columns = {place: column for place, column in enumerate(kind.columns, 1) if column.example}
    row = RowReader(columns, set(columns), []).read(2, {str(place): of.example for place, of in columns.items()})
    assert row.errors == {}


@every_kind
def test_other_words_mean_a_choice(kind: Kind) -> None:
    for column in kind.columns:
        assert set((column.words or {}).values()) <= set(column.choices or {})
