"""The functions that guard the books and chain the loan events."""

from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).resolve().parent.parent / "core" / "sql" / "journal.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0002_guards")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
