"""Every word of the portal is translated: no text beside `t`, no unknown or unused word, the same placeholders."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from apps.loans.models.projection import Status
from apps.loans.selectors.loan_page import ENDED, STEPS
from apps.users.services.accounts import SET_ONCE

SOURCES = Path(__file__).resolve().parent.parent / "portal" / "src"
WORDS = (SOURCES / "words.ts").read_text(encoding="utf-8")
PAGES = {
    p.name: p.read_text(encoding="utf-8") for p in SOURCES.glob("*.ts*") if p.name not in ("words.ts", "schema.ts")
}
# Names and signs that are the same in every language.
SAME = {"APR", "M-Pesa", "EcoCash", "C-Pay", "English", "Sesotho", "Letsema"}
PLACE = re.compile(r"\{\w+\}")
ROOT = SOURCES.parent.parent


def words() -> dict[str, str]:
    table = WORDS[WORDS.index("const ST = {") : WORDS.index("} as const;")]
    return dict(re.findall(r'^  "((?:[^"\\]|\\.)+)": "((?:[^"\\]|\\.)+)",$', table, re.M))


def unwrapped(source: str) -> list[str]:
    """Text of a page that a person would read and that does not go through `t`."""
    source = re.sub(r"//.*|/\*.*?\*/", "", source, flags=re.S if "/*" in source else 0)
    between = re.findall(r"(?<!=)>\s*([^<>{}=;()]*[A-Za-z]{2}[^<>{}=;()]*?)\s*<(?=/|\w)", source)
    attributes = re.findall(r'\b(?:label|title|alt|help|aria-label|button|placeholder)="([^"]+)"', source)
    return [text.strip() for text in [*between, *attributes] if text.strip() and text.strip() not in SAME]


def test_the_table_is_read_whole() -> None:
    table = WORDS[WORDS.index("const ST = {") : WORDS.index("} as const;")]
    assert len(words()) == len(re.findall(r'^  "', table, re.M)) > 150


@pytest.mark.parametrize("name", sorted(n for n in PAGES if n.endswith(".tsx")))
def test_no_text_stands_beside_the_table(name: str) -> None:
    assert unwrapped(PAGES[name]) == []


def test_text_beside_the_table_would_be_found() -> None:
    assert unwrapped("<p>Pay now</p>") == ["Pay now"]
    assert unwrapped('<Field label="Amount" />') == ["Amount"]
    assert unwrapped('<p>{t("Pay")}</p>') == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    for english, sesotho in words().items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(sesotho)), english


def test_every_placeholder_is_given_a_value() -> None:
    everything = "\n".join(PAGES.values())
    for english in words():
        for place in PLACE.findall(english):
            assert re.search(rf"\b{place[1:-1]}\b\s*[:,}}]", everything), (english, place)


def test_no_word_is_unused() -> None:
    everything = "\n".join(PAGES.values())
    of_the_server = {str(label) for _, label in Status.choices} | set(ENDED.values()) | {label for label, _ in STEPS}
    assert [w for w in words() if f'"{w}"' not in everything and w not in of_the_server] == []


def test_the_servers_labels_are_known() -> None:
    labels = {str(label) for _, label in Status.choices} | set(ENDED.values()) | {label for label, _ in STEPS}
    assert labels - set(words()) == set()


def said_by_the_server() -> set[str]:
    """Every string in the applications' code, with {} for what changes in it."""
    found: set[str] = set()
    for path in (ROOT / "apps").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values]
                found.add("".join(parts))
    return found


def test_sentences_of_the_server_that_are_translated_are_still_said() -> None:
    table = WORDS[WORDS.index("const SAID") : WORDS.index("export type Words")]
    pairs = re.findall(r'^  \["((?:[^"\\]|\\.)+)", "((?:[^"\\]|\\.)+)"\],$', table, re.M)
    assert len(pairs) == table.count("\n  [") > 10
    said = said_by_the_server()
    # A sentence that is put together from a label is named whole in the table.
    said |= {text.replace("{}", label, 1) for text in said for label in SET_ONCE.values() if text.startswith("Your {}")}
    for english, sesotho in pairs:
        assert PLACE.sub("{}", english) in said, english
        assert set(PLACE.findall(sesotho)) <= set(PLACE.findall(english)), english
