"""What accounts of money hold, also where lines are removed behind the guards."""

from django.db import migrations

from apps.mfis.core.guards import money_uncounted

HELD = ("cash", "bank", "mpesa", "ecocash", "cpay", "")


class Migration(migrations.Migration):
    dependencies = [("loans", "0027_lists"), ("mfis", "0015_money_removed")]
    operations = [money_uncounted("loans_journalline", *HELD)]
