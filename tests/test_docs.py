"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.draw_rooms import PICTURE, picture
from tests.imports import ROOT
from tests.write_workflows import DOCUMENT, document

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")])
NAMED = re.compile(r"(?<![\w/.-])((?:apps|config|portal|templates|bench|tests|fixtures|docs)/[\w./-]*\w)")
LINKED = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / link for link in LINKED.findall(text)]
    named = [ROOT / name for name in NAMED.findall(text)]
    missing = [str(path) for path in {*links, *named} if not path.exists()]
    assert missing == []


def test_the_picture_of_the_rooms_is_current() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run `python -m tests.draw_rooms`"


def test_the_table_of_workflows_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `python -m tests.write_workflows`"
