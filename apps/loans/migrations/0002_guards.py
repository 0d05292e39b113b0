"""The guards of loans and their facts, and room for the rows that change with every receipt."""

from django.db import migrations

from apps.mfis.core.guards import append_only, revisioned


class Migration(migrations.Migration):
    dependencies = [("loans", "0001_initial"), ("users", "0002_guards")]
    operations = [
        append_only("loans_loan"),
        append_only("loans_loanevent"),
        revisioned("loans_product"),
        revisioned("loans_paymentnotice"),
        # Half-empty pages keep these updates HOT: no index entry is rewritten for a receipt.
        migrations.RunSQL(
            "ALTER TABLE loans_loanstate SET (fillfactor = 50); ALTER TABLE loans_installment SET (fillfactor = 70);",
            "ALTER TABLE loans_loanstate RESET (fillfactor); ALTER TABLE loans_installment RESET (fillfactor);",
        ),
    ]
