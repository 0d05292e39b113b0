"""The worker is told of messages that are queued, and of people who come."""

from django.db import migrations

from apps.mfis.core.guards import noting


class Migration(migrations.Migration):
    dependencies = [("users", "0010_security_stamps_and_contacts"), ("mfis", "0010_work")]
    operations = [noting("users_message", "users_account")]
