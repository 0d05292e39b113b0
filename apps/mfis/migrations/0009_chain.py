"""The chain over loan events moves its head once a transaction."""

from pathlib import Path

from django.db import migrations

CHAIN = (Path(__file__).resolve().parent.parent / "core" / "sql" / "chain.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0008_fold")]
    operations = [migrations.RunSQL(CHAIN, migrations.RunSQL.noop)]
