"""Adds a column that old code does not know: null, as every column added to a published table."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("loans", "0011_arrivals")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE loans_loanevent ADD COLUMN mood text", "ALTER TABLE loans_loanevent DROP COLUMN mood"
        )
    ]
