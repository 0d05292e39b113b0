"""What djLint leaves open about templates, and our own stylesheets and scripts: short lines, files of one concept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "config" / "static" / "letsema"  # what others made is in its folder vendor/
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLESHEETS = sorted(STATIC.glob("*.css"))
SCRIPTS = sorted(STATIC.glob("*.js"))
LONGEST_LINE, LONGEST_TEMPLATE, LONGEST_STYLESHEET = 120, 200, 350


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLESHEETS, *SCRIPTS], ids=name_of)
def test_no_line_is_too_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE] == []
    assert len(lines) <= (LONGEST_TEMPLATE if path in TEMPLATES else LONGEST_STYLESHEET)


@pytest.mark.parametrize("path", STYLESHEETS, ids=name_of)
def test_a_stylesheet_has_one_declaration_a_line(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        assert len(re.findall(r"[;{}]", line)) <= 1, line


def test_every_included_template_is_there() -> None:
    found = {path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES}
    for path in TEMPLATES:
        named = re.findall(r'{% (?:include|extends) "([^"]+)"', path.read_text(encoding="utf-8"))
        assert set(named) <= found, path
