"""The guards of the books: entries balance, periods stay closed, events are chained, facts stay."""

from django.db import migrations

from apps.mfis.core.guards import append_only, balanced_books, chained, natural_key, revisioned


class Migration(migrations.Migration):
    dependencies = [("loans", "0003_books"), ("mfis", "0003_journal")]
    operations = [
        chained("loans_loanevent"),
        append_only("loans_journalentry"),
        append_only("loans_journalline"),
        append_only("loans_periodclosing"),
        *balanced_books("loans_journalentry", "loans_journalline", "loans_periodclosing"),
        revisioned("loans_glaccount"),
        revisioned("loans_accountmapping"),
        revisioned("loans_manualjournal"),
        revisioned("loans_policy"),
        revisioned("loans_publicholiday"),
        revisioned("loans_ageingpreset"),
        natural_key("loans_glaccount", "code"),
    ]
