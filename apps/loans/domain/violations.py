"""What is wrong with a case, said so that it can be mended: each violation with its JSON path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a case: where, and what to do."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class InvalidTerms(ValueError):
    """Terms or events that cannot be computed; `violations` names every reason."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.violations = violations

    @classmethod
    def at(cls, path: str, problem: str) -> InvalidTerms:
        """One violation alone."""
        return cls([Violation(path, problem)])
