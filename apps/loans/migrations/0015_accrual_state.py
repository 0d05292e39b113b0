import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The model's name only: the table stays as it is."""

    dependencies = [("loans", "0014_policy_without_write_off_days")]

    operations = [
        migrations.AlterModelTable(name="earning", table="loans_earning"),
        migrations.RenameModel(old_name="Earning", new_name="AccrualState"),
        migrations.AlterField(
            model_name="accrualstate",
            name="loan",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                primary_key=True,
                related_name="accrual_state",
                serialize=False,
                to="loans.loan",
            ),
        ),
    ]
