"""The papers themselves. What they say is translated by Django's own means (locale/)."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from apps.loans.book.key_facts import Facts
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.book.wording import day, money, movement
from apps.loans.products.cost_words import borrowers_facts
from apps.loans.statements.pdf import Paper, render
from apps.mfis.core.clock import business_date
from apps.mfis.tenancy.models import MFI


def key_facts_pdf(facts: Facts, *, mfi: MFI, language: str, signed: dict[str, Any] | None = None) -> bytes:
    """The statement as a PDF; `signed` says by whom and when it was agreed to, and its hash."""
    with translation.override(language):
        return render(
            Paper(
                lender=facts["lender"],
                title=_("Key facts of your loan"),
                colour=mfi.brand_colour,
                facts=_cost(facts, language),
                columns=[_("No."), _("Due"), _("Installment"), _("Principal left")],
                rows=_schedule(facts, language),
                notes=_notes(facts, language, signed),
                language=language,
            )
        )


def _cost(facts: Facts, language: str) -> list[tuple[str, str]]:
    """What is borrowed, and all that it costs."""

    return [
        (_("Loan"), facts["product"]),
        *borrowers_facts(facts, facts["currency"], f"{facts['rate']} % {_per(facts['rate_per'])}"),
        (_("First and last due date"), f"{day(facts['first_due'], language)} – {day(facts['last_due'], language)}"),
        (_("If you pay late"), _penalty(facts["penalty"])),
    ]


def _schedule(facts: Facts, language: str) -> list[tuple[str, str, str, str]]:
    currency = facts["currency"]
    return [
        (str(r["n"]), day(r["due_date"], language), money(r["total_due"], currency), money(r["balance"], currency))
        for r in facts["schedule"]
    ]


def _notes(facts: Facts, language: str, signed: dict[str, Any] | None) -> list[str]:
    """A borrower's rights, what the figures are counted for, and who agreed to them."""
    notes = [
        _("You may pay back early at any time; interest is then counted as the loan's terms say."),
        _("You may withdraw at no cost until the money is paid out."),
        _(
            "Complaints: tell your branch. They have 30 days to answer; then you may turn to the Central Bank of "
            "Lesotho."
        ),
        _("Figures for a loan paid out on %(day)s. Version %(version)s of this statement.")
        % {"day": day(facts["as_of"], language), "version": facts["version"]},
    ]
    if signed:
        notes.append(
            _("Agreed to by %(name)s on %(at)s. Fingerprint %(hash)s.")
            % {"name": signed["name"], "at": day(signed["at"][:10], language), "hash": signed["hash"]}
        )
    return notes


def _per(unit: str) -> str:
    return {"year": _("a year"), "month": _("a month")}.get(unit, unit)


def _penalty(rule: dict[str, Any] | None) -> str:
    if not rule:
        return _("No penalty is charged; the lateness stands in your credit history.")
    return _("%(percent)s %% of what is overdue, once it is more than %(days)s days late") % {
        "percent": rule["percent"],
        "days": rule["after_days"],
    }


def receipt_pdf(event: LoanEvent, loan: Loan, *, mfi: MFI, language: str, url: str, undone: bool) -> bytes:
    """A receipt with its number; the code leads to the page that says whether it stands."""
    with translation.override(language):
        rows = [
            (_("Receipt"), event.number),
            (_("Received on"), day(event.value_date, language)),
            (_("Amount"), money(event.amount or 0, loan.currency)),  # type: ignore[arg-type]
            (_("Paid by"), _channel(event.channel) + (f", {event.reference}" if event.reference else "")),
            (_("For the loan"), loan.number),
            (_("Borrower"), loan.borrower.full_name),
        ]
        notes = [_("Whoever doubts this receipt can check it at this address:")]
        if undone:
            notes.insert(0, _("This receipt was reversed and no longer counts."))
        return render(
            Paper(
                lender=mfi.name,
                title=_("Receipt"),
                colour=mfi.brand_colour,
                facts=rows,
                notes=notes,
                code=url,
                language=language,
            )
        )


def _channel(code: str) -> str:
    wallets = {"mpesa": "M-Pesa", "ecocash": "EcoCash", "cpay": "C-Pay"}
    return wallets.get(code) or {"cash": _("Cash"), "bank": _("Bank transfer")}.get(code, code)


def statement_pdf(
    loan: Loan, rows: list[dict[str, Any]], outstanding: str, *, cost: dict[str, Any], mfi: MFI, language: str
) -> bytes:
    """Every movement of money on a loan, as the API's statement has it, and its `cost` in the form of `cost_json`."""
    with translation.override(language):
        today, undone = day(business_date(), language), _("reversed")
        facts = [
            (_("Borrower"), loan.borrower.full_name),
            (_("For the loan"), f"{loan.number}, {loan.product.name}"),
            *borrowers_facts(cost, loan.currency),
            (_("Still to pay on %(day)s") % {"day": today}, money(outstanding, loan.currency)),
        ]
        table = [
            (
                day(r["date"], language),
                movement(r["type"]) + (f" ({undone})" if r["undone"] else ""),
                money(r["amount"], loan.currency),
                money(r["balance"], loan.currency),
            )
            for r in rows
        ]
        return render(
            Paper(
                lender=mfi.name,
                title=_("Statement"),
                colour=mfi.brand_colour,
                facts=facts,
                language=language,
                columns=[_("Date"), _("What"), _("Amount"), _("Principal left")],
                rows=table,
            )
        )
