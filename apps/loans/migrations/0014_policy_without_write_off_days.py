"""No rule reads after how many days a write-off is proposed, so no policy says it any more.

The column stays in the database, with a value of its own, until no node writes it: a node of the release before still
sends and reads it, and one without the column would stop receiving from it. A later release drops it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loans", "0013_bureau")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("policy", "write_off_after_days")],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE loans_policy ALTER COLUMN write_off_after_days SET DEFAULT 180",
                    "ALTER TABLE loans_policy ALTER COLUMN write_off_after_days DROP DEFAULT",
                )
            ],
        )
    ]
