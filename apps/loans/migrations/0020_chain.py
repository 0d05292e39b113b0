"""Many events of one transaction are chained in the time of each: the head moves once, at the end."""

from django.db import migrations

from apps.mfis.core.guards import head_moves_once


class Migration(migrations.Migration):
    dependencies = [("loans", "0019_four_eyes"), ("mfis", "0009_chain")]
    operations = [head_moves_once("loans_loanevent")]
