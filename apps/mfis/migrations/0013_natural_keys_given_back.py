"""A natural key may be given back: some rows that hold its value count no more."""

from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).resolve().parent.parent / "core" / "sql" / "functions.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0012_money")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
