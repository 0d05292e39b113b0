"""The worker is told of what is to go to the credit histories."""

from django.db import migrations

from apps.mfis.core.guards import noting


class Migration(migrations.Migration):
    dependencies = [("credit", "0003_histories"), ("mfis", "0010_work")]
    operations = [noting("credit_outboxentry")]
