"""Every word of the portal is translated: no text beside `t`, no unknown or unused word, the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.apps import apps

from apps.loans.book.workflow import ENDED, STEPS

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "portal" / "src"
PAGES = {
    p.relative_to(SOURCES).as_posix(): p.read_text(encoding="utf-8")
    for p in SOURCES.rglob("*.ts*")
    if p.name != "schema.ts" and p.parent.name not in ("locales", "tests")
}
# Names and signs that are the same in every language.
SAME = {"APR", "M-Pesa", "EcoCash", "C-Pay", "English", "Sesotho", "Letsema"}
PLACE = re.compile(r"\{\w+\}")
OF_SERVER = "problem."  # how sentences of the server begin in the catalogs, before their code


def catalog(language: str) -> dict[str, str]:
    """The portal's words in a language. English ones that are their own key stand in none but the Sesotho catalog."""
    path = SOURCES / "locales" / f"{language}.po"
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, abort_invalid=True) if m.id}


def own_words() -> dict[str, str]:
    """What the portal says by itself, English to Sesotho."""
    return {english: said for english, said in catalog("st").items() if not english.startswith(OF_SERVER)}


def words() -> dict[str, str]:
    """Everything that a person may read, English to Sesotho."""
    english = catalog("en")
    return {english.get(name, name): said for name, said in catalog("st").items()}


def unwrapped(source: str) -> list[str]:
    """Text of a page that a person would read and that does not go through `t`."""
    source = re.sub(r"(?<!:)//[^\n]*|/\*.*?\*/", "", source, flags=re.S)
    between = re.findall(r"(?<!=)>\s*([^<>{}=;()]*[A-Za-z]{2}[^<>{}=;()]*?)\s*<(?=/|\w)", source)
    attributes = re.findall(r'\b(?:label|title|alt|help|aria-label|button|placeholder)="([^"]+)"', source)
    return [text.strip() for text in [*between, *attributes] if text.strip() and text.strip() not in SAME]


def test_the_catalogs_hold_the_same_words() -> None:
    english, sesotho = catalog("en"), catalog("st")
    assert len(sesotho) > 300
    assert english.keys() <= sesotho.keys()
    assert [name for name in sesotho.keys() - english.keys() if "{" in name or name.startswith(OF_SERVER)] == []
    assert [name for name, said in sesotho.items() if not said.strip()] == []
    assert [name for name, said in english.items() if said != name and not name.startswith(OF_SERVER)] == []


def test_no_sentence_of_the_server_stays_english() -> None:
    english, sesotho = catalog("en"), catalog("st")
    assert [name for name in english if name.startswith(OF_SERVER) and english[name] == sesotho[name]] == []


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
    for english in own_words():
        for place in PLACE.findall(english):
            assert re.search(rf"\b{place[1:-1]}\b\s*[:,}}]", everything), (english, place)


def test_no_word_is_unused() -> None:
    everything = "\n".join(PAGES.values())
    assert [w for w in own_words() if f'"{w}"' not in everything] == []


def test_no_word_is_unknown() -> None:
    said = {text for source in PAGES.values() for text in re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)+)"', source)}
    assert said - own_words().keys() == set()
    assert len(said) > 150


def test_the_steps_of_a_loan_are_called_as_the_server_calls_them() -> None:
    assert labels("STEPS") == {name: label for name, label, _ in STEPS}
    assert {status.value: label for status, label in ENDED.items()}.items() <= labels("STATUSES").items()


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
        ("GENDERS", "users.BorrowerProfile", "gender"),
        ("MARITAL_STATUSES", "users.BorrowerProfile", "marital_status"),
        ("EDUCATIONS", "users.BorrowerProfile", "education"),
        ("SECTORS", "users.BorrowerProfile", "sector"),
        ("WALLETS", "users.BorrowerProfile", "wallet"),
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
    # What a borrower cannot hand in is the agreement that the branch has them sign, and the photograph that it takes.
    assert choices("loans.Document", "what").keys() - labels("DOCUMENTS").keys() == {"agreement", "photograph"}


def test_the_districts_are_those_of_the_server() -> None:
    listed = PAGES["labels.ts"].partition("const districts")[2]
    assert dict(re.findall(r'\["(\w+)", "([^"]+)"\]', listed)) == choices("users.BorrowerProfile", "district")
