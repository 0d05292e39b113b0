"""Each change of a record keeps its image in two thirds of the time."""

from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).resolve().parent.parent / "core" / "sql" / "functions.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0005_discarded_facts")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
