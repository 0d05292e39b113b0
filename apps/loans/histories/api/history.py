"""What the credit histories hold about the caller."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from apps.credit.history import credit_history
from apps.credit.score import ADVICE, Score
from apps.loans.book.models import Loan
from apps.loans.histories.schemas import HistoryOut
from apps.loans.histories.services.inquiries import past_inquiries
from apps.mfis.core.api_types import REFUSED, amount_text
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.users.access.api.auth import ANY, borrower
from apps.users.accounts.selectors import belongs_to

router = Router(tags=["loans"])


@router.get("/credit-history", response={200: HistoryOut, **REFUSED}, auth=ANY)
def history(request: HttpRequest) -> Any:
    """What the credit histories hold about the caller at this MFI, the score that follows, and who asked others."""
    account, today = borrower(request), business_date()
    own = list(Loan.objects.filter(belongs_to(account.pk)).values_list("pk", flat=True))
    found, asked = credit_history(loan_ids=own, borrowers=[account.pk]), past_inquiries(account)
    return {
        "available": found.available and asked is not None,
        "waiting": found.waiting,
        "score": _score(found.score(today), account.language) if found.available else None,
        "scores": [{"month_end": x.month_end, "points": x.points, "band": x.band} for x in found.scores],
        "inquiries": [{"at": x.at, "own": x.mfi == connection.schema_name, "purpose": x.purpose} for x in asked or []],
        "accounts": [
            {
                "loan": a.loan_id,
                "loan_number": a.loan_number,
                "status": a.status,
                "principal": amount_text(a.principal),
                "outstanding": amount_text(a.outstanding),
                "disbursed_on": a.disbursed_on,
                "closed_on": a.closed_on,
                "profile": a.profile(today),
                "events": [
                    {
                        "id": e.id,
                        "kind": e.kind,
                        "value_date": e.value_date,
                        "amount": amount_text(e.amount),
                        "outstanding": amount_text(e.outstanding),
                    }
                    for e in a.events
                ],
                "months": [
                    {
                        "month_end": m.month_end,
                        "balance": amount_text(m.balance),
                        "overdue": amount_text(m.overdue),
                        "days_past_due": m.days_past_due,
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
