"""Cases with known answers: test expectations of Apache Fineract (Apache-2.0), and faults that people reported of
systems of this kind, each with its own source.

Every figure that a case expects is compared. Some cases expect only some installments: rows are found by their `n`.
A case with `refused` must be refused, at the JSON path `refused_at` or below it.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from apps.loans.domain.calculator import state_of
from apps.loans.domain.violations import InvalidTerms

HERE = Path(__file__).parent
CASES = [case for file in ("loan_cases.json", "reported_faults.json") for case in json.loads((HERE / file).read_text())]
REFUSED = [case for case in CASES if case.get("refused")]
COMPUTED = [case for case in CASES if not case.get("refused")]


def differences(want: Any, got: Any, path: str = "") -> list[str]:
    if isinstance(want, dict):
        return [d for k, v in want.items() if k != "some" for d in differences(v, (got or {}).get(k), f"{path}.{k}")]
    if isinstance(want, list):
        return _of_rows(want, got, path)
    return [] if same(want, got) else [f"{path}: expected {want}, got {got}"]


def _of_rows(want: list[Any], got: list[Any], path: str) -> list[str]:
    if any(row.get("some") for row in want):
        rows = {row["n"]: row for row in got}
        return [d for row in want for d in differences(row, rows.get(row["n"]), f"{path}[n={row['n']}]")]
    if len(want) != len(got):
        return [f"{path}: expected {len(want)} rows, got {len(got)}"]
    return [d for i, row in enumerate(want) for d in differences(row, got[i], f"{path}[{i}]")]


def same(want: Any, got: Any) -> bool:
    try:
        return Decimal(str(want)) == Decimal(str(got)) and str(got) != "-0.00"
    except InvalidOperation:
        return bool(want == got)


def asked(case: dict[str, Any]) -> dict[str, Any]:
    return {k: case[k] for k in ("id", "terms", "events", "as_of")}


@pytest.mark.parametrize("case", COMPUTED, ids=[case["id"] for case in COMPUTED])
def test_every_expected_figure(case: dict[str, Any]) -> None:
    assert differences(case["expected"], state_of(asked(case))) == []


@pytest.mark.parametrize("case", REFUSED, ids=[case["id"] for case in REFUSED])
def test_what_cannot_be_is_refused_where_it_stands(case: dict[str, Any]) -> None:
    place = {str(event["seq"]): n for n, event in enumerate(case["events"])}
    with pytest.raises(InvalidTerms) as refusal:
        state_of(asked(case))
    paths = [v.path if v.path.startswith("$") else f"$.{v.path}" for v in refusal.value.violations]
    named = [re.sub(r"events\[seq=(\d+)\]", lambda m: f"events[{place[m[1]]}]", path) for path in paths]
    assert any(re.match(re.escape(case["refused_at"]) + r"(?!\w)", path) for path in named), named
