"""People of all MFIs are found by parts of a name, an address or a number, without reading them all."""

from django.db import migrations

from apps.mfis.core.guards import searchable


class Migration(migrations.Migration):
    dependencies = [("mfis", "0008_fold")]
    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public", migrations.RunSQL.noop),
        searchable("mfis_directoryentry", "full_name", "email", "phone"),
    ]
