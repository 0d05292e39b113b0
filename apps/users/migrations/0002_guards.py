"""The guards of accounts, and the copy of each account in the list of all people."""

from django.db import migrations

from apps.mfis.core.guards import append_only, natural_key, revisioned


class Migration(migrations.Migration):
    dependencies = [("users", "0001_initial"), ("mfis", "0002_guards")]
    operations = [
        append_only("users_revision"),
        append_only("users_command"),
        revisioned("users_account"),
        revisioned("users_borrowerprofile", "account_id"),
        revisioned("users_invitation"),
        revisioned("users_apitoken"),
        natural_key("users_account", "email"),
        natural_key("users_account", "phone"),
        natural_key("users_borrowerprofile", "national_id", "account_id"),
        migrations.RunSQL(
            """
            CREATE TRIGGER letsema_directory AFTER INSERT OR UPDATE ON users_account
                FOR EACH ROW EXECUTE FUNCTION public.letsema_directory();
            """,
            "DROP TRIGGER letsema_directory ON users_account;",
        ),
    ]
