"""All that an MFI keeps about one borrower, as a paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from apps.loans.book.wording import day, money, movement
from apps.loans.statements.own_facts import facts_about
from apps.loans.statements.pdf import Paper, Part, render
from apps.mfis.tenancy.models import MFI

Kept = dict[str, Any]


def everything_pdf(kept: Kept, *, mfi: MFI, language: str) -> bytes:
    """`kept` is the API's answer of everything, as JSON has it."""
    with translation.override(language):
        facts = facts_about(kept["account"], language)
        parts = [
            *(part for loan in kept["loans"] for part in _loan(loan, language)),
            *_history(kept["credit_history"], language),
            _consents(kept["consents"], language),
            _said(_("What you disputed"), kept["disputes"], language),
            _said(_("Your complaints"), kept["complaints"], language),
            Part(
                _("What you were told"),
                (_("Date"), _("What")),
                [(day(m["at"][:10], language), m["text"]) for m in kept["messages"]],
            ),
            Part(
                _("Where you are signed in"),
                (_("Date"), _("What")),
                [(day(x["at"][:10], language), x["device"]) for x in kept["signed_in"]],
            ),
        ]
        title = _("Everything that is kept about you, on %(day)s") % {"day": day(kept["as_of"], language)}
        paper = Paper(
            lender=mfi.name,
            title=title,
            colour=mfi.brand_colour,
            facts=facts,
            language=language,
            parts=[part for part in parts if part.rows],
        )
        return render(paper)


def _loan(kept: Kept, language: str) -> Iterator[Part]:
    loan = kept["loan"]
    currency, name, undone = loan["currency"], f"{loan['number']}, {loan['product']}", _("reversed")
    movements, handed_in = _("Statement"), _("Papers handed in")
    yield Part(
        name,
        (_("No."), _("Due"), _("Installment"), _("Principal left")),
        [
            (str(r["n"]), day(r["due_date"], language), money(r["total_due"], currency), money(r["balance"], currency))
            for r in kept["schedule"]
        ],
    )
    yield Part(
        f"{loan['number']}: {movements}",
        (_("Date"), _("What"), _("Amount"), _("Principal left")),
        [
            (
                day(r["date"], language),
                movement(r["type"]) + (f" ({undone})" if r["undone"] else ""),
                money(r["amount"], currency),
                money(r["balance"], currency),
            )
            for r in kept["statement"]
        ],
    )
    yield Part(
        f"{loan['number']}: {handed_in}",
        (_("Date"), _("What")),
        [(day(d["created_at"][:10], language), d["file_name"]) for d in kept["documents"]],
    )


def _history(history: Kept, language: str) -> Iterator[Part]:
    yield Part(
        _("Credit history"),
        (_("Date"), _("For the loan"), _("What"), _("Amount")),
        [
            (day(e["value_date"], language), a["loan_number"], movement(e["kind"]), money(e["amount"]))
            for a in history["accounts"]
            for e in a["events"]
        ],
    )
    yield Part(
        _("At the end of each month"),
        (_("Date"), _("For the loan"), _("Outstanding"), _("Overdue")),
        [
            (day(m["month_end"], language), a["loan_number"], money(m["balance"]), money(m["overdue"]))
            for a in history["accounts"]
            for m in a["months"]
        ],
    )
    yield Part(
        _("Score"),
        (_("Date"), _("What")),
        [
            (day(x["month_end"], language), "—" if x["points"] is None else f"{x['points']} ({x['band']})")
            for x in history["scores"]
        ],
    )
    who = {True: _("This lender asked the others"), False: _("Another lender asked")}
    yield Part(
        _("Who asked about you"),
        (_("Date"), _("What")),
        [(day(x["at"][:10], language), who[x["own"]]) for x in history["inquiries"]],
    )


def _consents(consents: list[Kept], language: str) -> Part:
    return Part(
        _("What you agreed to"),
        (_("Date"), _("What")),
        [
            (day(c["given_on"] or c["withdrawn_on"], language), c["text"] if c["stands"] else _("Taken back"))
            for c in consents
            if c["given_on"] or c["withdrawn_on"]
        ],
    )


def _said(title: str, kept: list[Kept], language: str) -> Part:
    return Part(
        title,
        (_("Date"), _("What"), _("Answer")),
        [
            (day(x["opened_on"], language), f"{x.get('loan_number', '')} {x['text']}".strip(), x["answer"] or "—")
            for x in kept
        ],
    )
