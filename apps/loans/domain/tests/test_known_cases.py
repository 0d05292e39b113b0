"""Cases with known answers, from the test expectations of Apache Fineract (Apache-2.0), each with its own source.

Every figure that a case expects is compared. Some cases expect only some installments: rows are found by their `n`.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from apps.loans.domain.calculator import state_of

CASES = json.loads((Path(__file__).parent / "loan_cases.json").read_text())


def differences(want: Any, got: Any, path: str = "") -> list[str]:
    if isinstance(want, dict):
        return [d for k, v in want.items() for d in differences(v, got.get(k), f"{path}.{k}")]
    if isinstance(want, list):
        rows = {row["n"]: row for row in got} if path == ".installments" else dict(enumerate(got))
        sparse = path == ".installments" and [row["n"] for row in want] != list(range(1, len(want) + 1))
        missing = (
            [] if sparse or not want or len(got) == len(want) or len(want[0]) < 4 else [f"{path}: {len(got)} rows"]
        )
        return missing + [
            d for i, v in enumerate(want) for d in differences(v, rows.get(v.get("n", i), {}), f"{path}[{i}]")
        ]
    try:
        return [] if Decimal(str(want)) == Decimal(str(got)) else [f"{path}: expected {want}, got {got}"]
    except InvalidOperation:
        return [] if want == got else [f"{path}: expected {want}, got {got}"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_expected_figure(case: dict[str, Any]) -> None:
    asked = {k: case[k] for k in ("id", "terms", "events", "as_of")}
    assert differences(case["expected"], state_of(asked)) == []
