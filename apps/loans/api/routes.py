"""A borrower's own loans. Every look-up is scoped to the caller: another's id does not exist."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from apps.credit.history import credit_history
from apps.credit.score import ADVICE, Score
from apps.loans.api import schemas as s
from apps.loans.api.present import loan_detail, loan_row, statement_rows
from apps.loans.domain.calculator import state_json
from apps.loans.domain.rates import apr, eir
from apps.loans.models import Loan, LoanEvent, PaymentNotice, Product
from apps.loans.models.event import EventType
from apps.loans.papers.papers import RECEIPTS
from apps.loans.projection import fold_loan
from apps.loans.selectors.own_loans import list_loans
from apps.loans.services.credit import look_ups
from apps.loans.services.notices import report_payment
from apps.loans.services.origination import apply_for_loan, quote_product, withdraw
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import NotFound
from apps.users.api.auth import ANY, borrower
from apps.users.api.schemas import REFUSED, After, Amount, Key, Most
from apps.users.services.merging import belongs_to

router = Router(tags=["loans"])
Wanted = Annotated[Amount, Query()]
Term = Annotated[int, Query(ge=1, le=360)]


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"


def own_loan(request: HttpRequest, loan_id: UUID) -> Loan:
    """The caller's loan.

    Raises:
        NotFound: no such loan, or somebody else's.
    """
    loan = Loan.objects.select_related("state", "product", "borrower").filter(
        belongs_to(borrower(request)), pk=loan_id, state__isnull=False
    )
    found = loan.first()
    if found is None:
        raise NotFound("There is no such loan.")
    return found


def page_of(rows: QuerySet[Any], after: UUID | None, most: int) -> tuple[list[Any], UUID | None]:
    """A page of rows whose keys are UUIDv7, newest first, and the cursor of the one that follows."""
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: most + 1])
    return found[:most], found[most - 1].pk if len(found) > most else None


# Addresses are compared in the order that they stand here, so what is asked for most stands first.
@router.post("/loans", response={201: s.ApplicationOut, **REFUSED}, auth=ANY)
def submit(request: Any, payload: s.ApplicationIn, key: Key = "") -> Any:
    """Applies for a loan. Sent again with the same Idempotency-Key it changes nothing and answers the same."""
    account = borrower(request)
    return Status(
        201, apply_for_loan(borrower=account, by=account, currency=request.tenant.currency, key=key, **payload.dict())
    )


@router.get("/loans", response={200: s.LoanPage, **REFUSED}, auth=ANY)
def loans(request: HttpRequest, after: After = None, most: Most = 50) -> Any:
    """One's own applications and loans, newest first, in pages."""
    today, found = business_date(), list_loans(borrower=borrower(request), after=after, most=most + 1)
    return {
        "items": [loan_row(line, today) for line in found[:most]],
        "next": found[most - 1].id if len(found) > most else None,
    }


@router.get("/loans/{uuid:loan_id}/payments", response={200: s.PaymentPage, **REFUSED}, auth=ANY)
def payments(request: HttpRequest, loan_id: UUID, after: After = None, most: Most = 50) -> Any:
    """Payments the borrower has reported, and what became of them, newest first, in pages."""
    found, following = page_of(PaymentNotice.objects.filter(loan=own_loan(request, loan_id)), after, most)
    return {"items": [payment_out(n) for n in found], "next": following}


def payment_out(n: PaymentNotice) -> dict[str, Any]:
    """A reported payment as its borrower sees it."""
    names = ("channel", "reference", "paid_on", "status", "decided_reason", "created_at")
    return {"id": n.pk, "amount": _text(n.amount), **{name: getattr(n, name) for name in names}}


@router.post("/loans/{uuid:loan_id}/payments", response={201: s.PaymentMade, **REFUSED}, auth=ANY)
def pay(request: HttpRequest, loan_id: UUID, payload: s.PaymentIn, key: Key = "") -> Any:
    """Reports a payment by wallet or bank; it counts once a cashier has confirmed it."""
    return Status(201, report_payment(loan_id=loan_id, by=borrower(request), key=key, **dict(payload)))


@router.get("/products", response={200: list[s.ProductOut], **REFUSED}, auth=None)
def products(request: Any) -> Any:
    """What this MFI lends."""
    return [
        {
            **{f: getattr(p, f) for f in s.ProductOut.model_fields if hasattr(p, f)},
            "currency": request.tenant.currency,
            **{f: _text(getattr(p, f)) for f in ("principal_min", "principal_default", "principal_max")},
            "rate": f"{p.rate.normalize():f}",
        }
        for p in Product.objects.filter(is_active=True)
    ]


@router.get("/products/{uuid:product_id}/quote", response={200: s.QuoteOut, **REFUSED}, auth=None)
def quote(request: Any, product_id: UUID, principal: Wanted, installments: Term) -> Any:
    """Schedule and whole cost of a loan paid out today, by the engine that would book it."""
    product = Product.objects.filter(pk=product_id, is_active=True).first()
    if product is None:
        raise NotFound("This product is not on offer.")
    terms, state = quote_product(
        product=product,
        principal=principal,
        installments=installments,
        on=business_date(),
        currency=request.tenant.currency,
    )
    rate, effective = apr(terms, state), eir(terms, state)
    return {
        "principal": _text(principal),
        "net": _text(principal - state.fees_at_disbursement),
        "fee": _text(state.fees_at_disbursement),
        "interest": _text(state.due("interest")),
        "total": _text(state.total_due + state.fees_at_disbursement),
        "installment": _text(state.installments[0].total_due),
        "apr": None if rate is None else str(rate),
        "eir": None if effective is None else str(effective),
        "schedule": state_json(state, terms.currency)["installments"],
    }


@router.get("/loans/{uuid:loan_id}", response={200: s.LoanDetail, **REFUSED}, auth=ANY)
def loan(request: HttpRequest, loan_id: UUID) -> Any:
    """One loan: where it stands, what it costs, what is due next."""
    return loan_detail(own_loan(request, loan_id))


@router.post("/loans/{uuid:loan_id}/withdraw", response={200: s.LoanDetail, **REFUSED}, auth=ANY)
def take_back(request: HttpRequest, loan_id: UUID) -> Any:
    """Takes an application back, until it is paid out."""
    withdraw(loan_id=own_loan(request, loan_id).pk, by=borrower(request))
    return loan_detail(own_loan(request, loan_id))


@router.get("/loans/{uuid:loan_id}/schedule", response={200: list[s.InstallmentOut], **REFUSED}, auth=ANY)
def schedule(request: HttpRequest, loan_id: UUID) -> Any:
    """Every installment: what falls due when, and what was paid on it."""
    found = own_loan(request, loan_id)
    return state_json(fold_loan(found), found.terms.currency)["installments"]


@router.get("/loans/{uuid:loan_id}/repayments", response={200: list[s.RepaymentOut], **REFUSED}, auth=ANY)
def repayments(request: HttpRequest, loan_id: UUID) -> Any:
    """Receipts, newest first; a reversed one stays, marked."""
    events = list(own_loan(request, loan_id).events.filter(type__in=[*RECEIPTS, EventType.REVERSAL]))
    undone = {e.reverses_id for e in events}
    return [_receipt(e, e.pk in undone) for e in reversed(events) if e.type in RECEIPTS]


def _receipt(event: LoanEvent, undone: bool) -> dict[str, Any]:
    return {
        "id": event.pk,
        "number": event.number,
        "date": event.value_date,
        "amount": _text(event.amount or Decimal(0)),
        "channel": event.channel,
        "reference": event.reference,
        "reversed": undone,
    }


@router.get("/loans/{uuid:loan_id}/statement", response={200: s.StatementOut, **REFUSED}, auth=ANY)
def statement(request: Any, loan_id: UUID) -> Any:
    """Every movement of money with its split."""
    found = own_loan(request, loan_id)
    folded = fold_loan(found)
    return {
        "number": found.number,
        "lender": request.tenant.name,
        "borrower": found.borrower.full_name,
        "as_of": business_date(),
        "currency": found.currency,
        "outstanding": _text(folded.total_outstanding if folded.disbursed_on else Decimal(0)),
        "rows": statement_rows(found, folded),
    }


@router.get("/loans/{uuid:loan_id}/statement.csv", response={200: str, **REFUSED}, auth=ANY)
def statement_csv(request: Any, loan_id: UUID) -> HttpResponse:
    """The statement as a spreadsheet."""
    found = own_loan(request, loan_id)
    rows = statement_rows(found, fold_loan(found))
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(s.StatementRow.model_fields))
    writer.writeheader()
    writer.writerows(rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.csv"'
    return response


@router.get("/credit-history", response={200: s.HistoryOut, **REFUSED}, auth=ANY)
def history(request: HttpRequest) -> Any:
    """What the credit histories hold about the caller at this MFI, the score that follows, and who asked others."""
    account, today = borrower(request), business_date()
    own = list(Loan.objects.filter(belongs_to(account)).values_list("pk", flat=True))
    found, asked = credit_history(loan_ids=own, borrowers=[account.pk]), look_ups(account)
    return {
        "available": found.available and asked is not None,
        "waiting": found.waiting,
        "score": _score(found.score(today), account.language) if found.available else None,
        "scores": [{"month_end": x.month_end, "points": x.points, "band": x.band} for x in found.scores],
        "look_ups": [{"at": x.at, "own": x.mfi == connection.schema_name, "purpose": x.purpose} for x in asked or []],
        "accounts": [
            {
                "loan": a.loan_id,
                "loan_number": a.loan_number,
                "status": a.status,
                "principal": _text(a.principal),
                "outstanding": _text(a.outstanding),
                "disbursed_on": a.disbursed_on,
                "closed_on": a.closed_on,
                "profile": a.profile(today),
                "events": [
                    {
                        "id": e.id,
                        "kind": e.kind,
                        "value_date": e.value_date,
                        "amount": _text(e.amount),
                        "outstanding": _text(e.outstanding),
                    }
                    for e in a.events
                ],
                "months": [
                    {
                        "month_end": m.month_end,
                        "balance": _text(m.balance),
                        "overdue": _text(m.overdue),
                        "days_late": m.days_late,
                        "code": m.code,
                    }
                    for m in a.months
                ],
            }
            for a in found.accounts
        ],
    }


def _score(score: Score, language: str) -> dict[str, Any]:
    return {
        "points": score.points,
        "band": score.band,
        "version": score.version,
        "advice": ADVICE[score.advice][language],
        "reasons": [{"code": r.code, "points": r.points, "text": r.read(language)} for r in score.reasons],
    }
