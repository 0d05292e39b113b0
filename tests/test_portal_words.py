"""Every word of the portal is translated: no text beside `t`, no unknown or unused word, the same placeholders."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

from apps.loans.book.workflow import ENDED, STEPS
from apps.users.accounts.services.borrowers import SET_ONCE

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "portal" / "src"
TABLES = {p.stem: p.read_text(encoding="utf-8") for p in (SOURCES / "words").glob("*.ts")}
PAGES = {
    p.relative_to(SOURCES).as_posix(): p.read_text(encoding="utf-8")
    for p in SOURCES.rglob("*.ts*")
    if p.name != "schema.ts" and p.parent.name != "words"
}
# Names and signs that are the same in every language.
SAME = {"APR", "M-Pesa", "EcoCash", "C-Pay", "English", "Sesotho", "Letsema"}
PLACE = re.compile(r"\{\w+\}")
ENTRY = re.compile(r'^  "((?:[^"\\]|\\.)+)":\s+"((?:[^"\\]|\\.)+)",$', re.M)


def table(name: str) -> dict[str, str]:
    """The sentences of one file of words/, English to Sesotho."""
    return dict(ENTRY.findall(re.sub(r'" \+\n\s+"', "", TABLES[name])))  # a long one stands on two lines


def words() -> dict[str, str]:
    """Every word of the portal, English to Sesotho."""
    return {english: sesotho for name in TABLES if name != "said" for english, sesotho in table(name).items()}


def unwrapped(source: str) -> list[str]:
    """Text of a page that a person would read and that does not go through `t`."""
    source = re.sub(r"(?<!:)//[^\n]*|/\*.*?\*/", "", source, flags=re.S)
    between = re.findall(r"(?<!=)>\s*([^<>{}=;()]*[A-Za-z]{2}[^<>{}=;()]*?)\s*<(?=/|\w)", source)
    attributes = re.findall(r'\b(?:label|title|alt|help|aria-label|button|placeholder)="([^"]+)"', source)
    return [text.strip() for text in [*between, *attributes] if text.strip() and text.strip() not in SAME]


def test_the_tables_are_read_whole() -> None:
    lines = {name: len(re.findall(r"^  [^/\s]", source, re.M)) for name, source in TABLES.items()}
    sentences = {name: count for name, count in lines.items() if name not in ("index", "months")}
    assert {name: len(table(name)) for name in sentences} == sentences
    assert len(words()) == sum(sentences.values()) - sentences["said"] > 150, "a word stands in two tables"


@pytest.mark.parametrize("name", sorted(n for n in PAGES if n.endswith(".tsx")))
def test_no_text_stands_beside_the_table(name: str) -> None:
    assert unwrapped(PAGES[name]) == []


def test_text_beside_the_table_would_be_found() -> None:
    assert unwrapped("<p>Pay now</p>") == ["Pay now"]
    assert unwrapped('<Field label="Amount" />') == ["Amount"]
    assert unwrapped("/** A page. */ // of one's own\n<p>Pay now</p>") == ["Pay now"]
    assert unwrapped('<p>{t("Pay")}</p>') == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    for english, sesotho in words().items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(sesotho)), english


def test_every_placeholder_is_given_a_value() -> None:
    everything = "\n".join(PAGES.values())
    for english in words():
        for place in PLACE.findall(english):
            assert re.search(rf"\b{place[1:-1]}\b\s*[:,}}]", everything), (english, place)


STEPS_SAID = {str(label) for label, _ in STEPS} | set(ENDED.values())


def test_no_word_is_unused() -> None:
    everything = "\n".join(PAGES.values())
    assert [w for w in words() if f'"{w}"' not in everything and w not in STEPS_SAID] == []


def test_the_steps_of_a_loan_are_known() -> None:
    assert set(words()) >= STEPS_SAID


def labels(name: str) -> dict[str, str]:
    """One table of labels.ts, code to English."""
    found = re.search(rf"const {name}: Labels = {{(.*?)}};", PAGES["labels.ts"], re.S)
    assert found, name
    return dict(re.findall(r'(\w+): "([^"]+)"', found[1]))


def choices(model: str, field: str) -> dict[str, str]:
    """What a field may hold, and what the server calls it."""
    return {code: str(label) for code, label in apps.get_model(model)._meta.get_field(field).choices}


@pytest.mark.parametrize(
    ("name", "model", "field"),
    [
        ("CHANNELS", "loans.LoanEvent", "channel"),
        ("COMPLAINTS", "users.Complaint", "about"),
        ("OUTCOMES", "loans.Dispute", "outcome"),
        ("PURPOSES", "users.Consent", "purpose"),
    ],
)
def test_what_is_chosen_from_is_called_as_the_server_calls_it(name: str, model: str, field: str) -> None:
    assert labels(name) == choices(model, field)


def test_statuses_are_called_as_the_server_calls_them() -> None:
    of_histories = {"reversed": "Reversed"}
    known = choices("loans.LoanState", "status") | choices("loans.PaymentNotice", "status") | of_histories
    assert labels("STATUSES") == known


def test_movements_and_documents_are_known_to_the_server() -> None:
    assert labels("MOVEMENTS").keys() - choices("loans.LoanEvent", "type").keys() == {"closed"}  # of histories
    # What a borrower cannot hand in is the agreement that the branch has them sign.
    assert choices("loans.Document", "what").keys() - labels("DOCUMENTS").keys() == {"agreement"}


def test_the_districts_are_those_of_the_server() -> None:
    listed = PAGES["labels.ts"].partition("const districts")[2]
    assert dict(re.findall(r'\["(\w+)", "([^"]+)"\]', listed)) == choices("users.BorrowerProfile", "district")


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
    said = said_by_the_server()
    # A sentence that is put together from a label is named whole in the table.
    said |= {text.replace("{}", label, 1) for text in said for label in SET_ONCE.values() if text.startswith("Your {}")}
    for english, sesotho in table("said").items():
        assert PLACE.sub("{}", english) in said, english
        assert set(PLACE.findall(sesotho)) <= set(PLACE.findall(english)), english
