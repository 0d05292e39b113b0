"""What tells in whose hands borrowers and loans are."""

from pathlib import Path

from django.db import migrations

PORTFOLIOS = (Path(__file__).resolve().parent.parent / "core" / "sql" / "portfolios.sql").read_text(encoding="utf-8")

NAMES = ("letsema_enter_borrower", "letsema_tell_borrowers", "letsema_tell_loans", "letsema_assigned")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0013_natural_keys_given_back")]
    operations = [migrations.RunSQL(PORTFOLIOS, "".join(f"DROP FUNCTION public.{name}();" for name in NAMES))]
