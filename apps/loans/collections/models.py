"""Promises to pay, as whoever follows them up sees them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import IsNull

from apps.loans.book.models import EventType, LoanEvent

RECEIVED = (EventType.REPAYMENT, EventType.PAY_OFF, EventType.RECOVERY)


# The day that a promise names, as text, whose order is that of the days. An index stands on it, as none can on a text
# that is read as a date.
DAY = KT("payload__promised_on")


class Standing(models.TextChoices):
    """What became of a promise by a day."""

    DUE = "due", "Due"
    BROKEN = "broken", "Broken"
    KEPT = "kept", "Kept"


class PromiseQuerySet(models.QuerySet["Promise"]):
    """Promises, by the questions that are asked of them."""

    def judged(self, on: date) -> models.QuerySet[Any]:
        """Those that name a day, each with `promised_on` (`day` as text), what was `received`, and its `standing`.

        A promise is kept once the promised amount came in (any amount, where none was named) from the day on which it
        was made up to the promised one; it is broken when that day is over without it.
        """
        named = self.annotate(promised_on=Cast(KT("payload__promised_on"), models.DateField()), day=DAY)
        named = named.filter(Q(IsNull(DAY, False)))
        receipts = (
            LoanEvent.objects.standing()
            .of_type(*RECEIVED)
            .filter(
                loan=OuterRef("loan"), value_date__gte=OuterRef("value_date"), value_date__lte=OuterRef("promised_on")
            )
        )
        total = receipts.order_by().values("loan").annotate(total=Sum("amount")).values("total")
        money = models.DecimalField(max_digits=12, decimal_places=2)
        enough = Q(amount__isnull=False, received__gte=F("amount")) | Q(amount__isnull=True, received__gt=0)
        return named.annotate(received=Coalesce(Subquery(total), Value(0), output_field=money)).annotate(
            standing=Case(
                When(enough, then=Value(Standing.KEPT)),
                When(day__lt=on.isoformat(), then=Value(Standing.BROKEN)),
                default=Value(Standing.DUE),
                output_field=models.CharField(),
            )
        )


class PromiseManager(models.Manager["Promise"]):
    """Promises alone of all events."""

    def get_queryset(self) -> PromiseQuerySet:
        return PromiseQuerySet(self.model, using=self._db).filter(type=EventType.PROMISE)

    def judged(self, on: date) -> models.QuerySet[Any]:
        """See `PromiseQuerySet.judged`."""
        return self.get_queryset().judged(on)


class Promise(LoanEvent):
    """A promise to pay: a fact about a loan, by another name."""

    promises = PromiseManager()

    @property
    def get_standing(self) -> str:
        """Its standing in words; only of one that was `judged`."""
        return str(Standing(self.standing).label)  # type: ignore[attr-defined]

    class Meta:
        proxy = True
        verbose_name = "promise to pay"
        verbose_name_plural = "promises to pay"
