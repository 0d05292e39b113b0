"""What the ledger's lists sort by and the ORM has no words for."""

from __future__ import annotations

from django.db.models import DecimalField, Func


class DebitOfLines(Func):
    """The debits of a journal's lines together, which are kept as JSON with signed amounts."""

    template = (
        "(SELECT coalesce(sum((line ->> 'amount')::numeric), 0) FROM jsonb_array_elements(%(expressions)s) AS line "
        "WHERE (line ->> 'amount')::numeric > 0)"
    )
    output_field = DecimalField(max_digits=20, decimal_places=2)
