"""What accounts of money hold, kept in parts: what a pay-out costs does not grow with the books."""

import django.db.models.deletion
from django.db import migrations, models

from apps.mfis.core.guards import money_counted

HELD = ("cash", "bank", "mpesa", "ecocash", "cpay", "")


class Migration(migrations.Migration):
    dependencies = [("loans", "0024_notice_references"), ("mfis", "0012_money")]
    operations = [
        migrations.CreateModel(
            name="MoneyHeld",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loans.glaccount",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        money_counted("loans_journalline", *HELD),
        migrations.RunSQL(
            """
            INSERT INTO loans_moneyheld (account_id, amount)
            SELECT l.account_id, sum(l.amount) FROM loans_journalline l JOIN loans_glaccount a ON a.id = l.account_id
             WHERE a.type = 'asset' AND a.role IN ('cash', 'bank', 'mpesa', 'ecocash', 'cpay', '')
             GROUP BY l.account_id
            """,
            migrations.RunSQL.noop,
        ),
    ]
