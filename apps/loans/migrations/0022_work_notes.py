"""The worker is told of what happened to loans, and of what arrived from other nodes."""

from django.db import migrations

from apps.mfis.core.guards import noting


class Migration(migrations.Migration):
    dependencies = [("loans", "0021_positions"), ("mfis", "0010_work")]
    operations = [noting("loans_loanevent", "loans_arrival")]
