"""One Sesotho word for each thing: in the portal, in papers, in messages and in the score, as docs/glossary.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from apps.credit.score import ADVICE, REASONS
from apps.users.messaging.texts import TEXTS
from tests.test_portal_words import catalog

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|", re.M)
GLOSSARY = {row[0]: row[1:] for row in ROW.findall((ROOT / "docs/glossary.md").read_text("utf-8"))[1:]}
# Words that misled, wherever they stood: to command, to refuse, to erase, to unload, to explain.
MISLEADING = re.compile(r"\b(ea laela|e hannoe|hanneng|hanetsoe|e phumotsoe|phumotsoeng|jarolla|laolla)\b", re.I)


def papers() -> dict[str, str]:
    with (ROOT / "apps/loans/locale/st/LC_MESSAGES/django.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def sources() -> dict[str, list[str]]:
    """Everything that is said in Sesotho, by where it is said."""
    return {
        "portal": list(catalog("st").values()),
        "papers": list(papers().values()),
        "messages": [words.sesotho for words in TEXTS.values()],
        "score": [text["st"] for text in (*REASONS.values(), *ADVICE.values())],
    }


def test_the_glossary_is_read() -> None:
    assert len(GLOSSARY) > 15


@pytest.mark.parametrize("english", sorted(GLOSSARY))
def test_a_term_of_the_glossary_is_the_word_used(english: str) -> None:
    sesotho, where = GLOSSARY[english]
    assert catalog("st")[english] == sesotho
    if "papers" in where:
        assert papers()[english] == sesotho


def test_portal_and_papers_say_what_they_share_alike() -> None:
    portal, paper = catalog("st"), papers()
    shared = portal.keys() & paper.keys()
    assert len(shared) > 30
    assert {english: (portal[english], paper[english]) for english in shared if portal[english] != paper[english]} == {}


@pytest.mark.parametrize("where", ["portal", "papers", "messages", "score"])
def test_no_word_that_misled_is_left(where: str) -> None:
    assert [text for text in sources()[where] if MISLEADING.search(text)] == []


def test_lintlha_are_facts_alone() -> None:
    elsewhere = [text for texts in sources().values() for text in texts if re.search(r"\blintlha\b", text, re.I)]
    assert [text for text in elsewhere if "lintlha tsa bohlokoa" not in text.lower()] == []
