"""The guards' functions, and the guards of the public tables."""

from pathlib import Path

from django.db import migrations

from apps.mfis.core.guards import natural_key, revisioned

FUNCTIONS = (Path(__file__).resolve().parent.parent / "core" / "sql" / "functions.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        revisioned("mfis_mfi"),
        revisioned("mfis_domain"),
        revisioned("mfis_mfilogo", "mfi_id"),
        natural_key("mfis_mfi", "subdomain"),
    ]
