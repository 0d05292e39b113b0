"""The triggers' functions that keep what accounts of money hold."""

from pathlib import Path

from django.db import migrations

MONEY = (Path(__file__).resolve().parent.parent / "core" / "sql" / "money.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0011_search")]
    operations = [
        migrations.RunSQL(
            MONEY, "DROP FUNCTION public.letsema_money_posted(); DROP FUNCTION public.letsema_money_arrived();"
        )
    ]
