"""What accounts of money hold, also where lines are removed behind the guards."""

from pathlib import Path

from django.db import migrations

MONEY = (Path(__file__).resolve().parent.parent / "core" / "sql" / "money.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0014_portfolios")]
    operations = [migrations.RunSQL(MONEY, "DROP FUNCTION public.letsema_money_removed();")]
