from django.db import migrations, models

import apps.loans.book.models.event

TYPES = [
    "submitted",
    "review_started",
    "assigned",
    "reviewed",
    "approved",
    "rejected",
    "withdrawn",
    "amended",
    "returned",
    "sent_back",
    "agreed",
    "info_requested",
    "info_given",
    "disbursement",
    "repayment",
    "pay_off",
    "goodwill_credit",
    "add_charge",
    "waive_charge",
    "waive_interest",
    "refund",
    "restructure_proposed",
    "reschedule",
    "charge_off_proposed",
    "charge_off",
    "write_off_proposed",
    "write_off",
    "undo_write_off",
    "proposal_declined",
    "recovery",
    "promise",
    "note",
    "undo",
]

PRINCIPAL = models.DecimalField("principal", max_digits=12, decimal_places=2, db_column="principal")
PURPOSE = models.CharField("purpose", max_length=200, blank=True, db_column="purpose")
TERMS = models.JSONField("terms", db_column="terms_agreed")

# The columns stay what they are: what was asked for at first. Only their names in Python are new.
RENAMED = [
    migrations.RemoveConstraint("loan", "loan_principal_positive"),
    migrations.AlterField("loan", "principal", PRINCIPAL),
    migrations.AlterField("loan", "purpose", PURPOSE),
    migrations.AlterField("loan", "terms_agreed", TERMS),
    migrations.RenameField("loan", "principal", "asked_principal"),
    migrations.RenameField("loan", "purpose", "asked_purpose"),
    migrations.RenameField("loan", "terms_agreed", "asked_terms"),
    migrations.AddConstraint(
        "loan", models.CheckConstraint(condition=models.Q(asked_principal__gt=0), name="loan_principal_positive")
    ),
]


class Migration(migrations.Migration):
    """Applications are changed, returned and agreed to again; a write-off may be undone."""

    dependencies = [("loans", "0015_accrual_state")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=RENAMED),
        migrations.AddField("loanstate", "amended", models.JSONField(null=True)),
        migrations.AlterField(
            "loanevent", "type", models.CharField(choices=apps.loans.book.models.event.EventType.choices, max_length=30)
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[],
            options={
                "verbose_name": "promise to pay",
                "verbose_name_plural": "promises to pay",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("loans.loanevent",),
        ),
        migrations.RemoveConstraint("loanevent", "event_type_known"),
        migrations.AddConstraint(
            "loanevent", models.CheckConstraint(condition=models.Q(type__in=TYPES), name="event_type_known")
        ),
    ]
