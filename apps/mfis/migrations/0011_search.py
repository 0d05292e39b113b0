"""People of all MFIs are found by parts of a name, an address or a number, without reading them all."""

from pathlib import Path

from django.db import migrations, models

from apps.mfis.core.guards import searchable

# Before the first index stands on it: with its cost said.
FOLD = (Path(__file__).resolve().parent.parent / "core" / "sql" / "fold.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0010_work")]
    operations = [
        migrations.RunSQL(FOLD, migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public", migrations.RunSQL.noop),
        migrations.AddIndex("directoryentry", models.Index(fields=["role"], name="directory_by_role")),
        migrations.AddIndex(
            "directoryentry", models.Index(fields=["is_active", "has_signed_up"], name="directory_by_state")
        ),
        searchable("mfis_directoryentry", "full_name", "email", "phone"),
    ]
