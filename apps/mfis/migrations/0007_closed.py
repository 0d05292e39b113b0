from django.db import migrations, models

STATUSES = ["active", "suspended", "closing", "closed"]


class Migration(migrations.Migration):
    """An MFI that was wound up is closed: its records are only read."""

    dependencies = [("mfis", "0006_lighter_revisions")]

    operations = [
        migrations.AlterField(
            "mfi",
            "status",
            models.CharField(
                choices=[
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("closing", "Closing"),
                    ("closed", "Closed"),
                ],
                default="active",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("mfi", "mfi_status_known"),
        migrations.AddConstraint(
            "mfi", models.CheckConstraint(condition=models.Q(status__in=STATUSES), name="mfi_status_known")
        ),
    ]
