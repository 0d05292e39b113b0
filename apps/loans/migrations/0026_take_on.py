"""Running loans are taken on from another system, each with what it brought, against an account of opening balances."""

from django.db import migrations, models

from apps.mfis.core.guards import natural_key, searchable

# As the template of the chart has it, for an MFI whose chart stands already. The key is the same on every node.
OPENING = """
    INSERT INTO loans_glaccount (id, created_at, code, name, type, role, is_financing, is_active)
    SELECT '0c5f7ad3-ee59-55b5-88a0-0e2f2ca10dc8', now(), code, 'Opening balances', 'equity', 'opening', false, true
      FROM unnest(ARRAY['3090', '3091', '3092', '3093', '3099-L']) AS code
     WHERE EXISTS (SELECT FROM loans_glaccount) AND NOT EXISTS (SELECT FROM loans_glaccount WHERE role = 'opening')
       AND NOT EXISTS (SELECT FROM loans_glaccount a WHERE a.code = code.code)
     ORDER BY code.code LIMIT 1
"""


class Migration(migrations.Migration):
    dependencies = [("loans", "0025_money_held"), ("mfis", "0013_natural_keys_given_back")]

    operations = [
        migrations.RemoveConstraint(model_name="journalentry", name="entry_source_known"),
        migrations.RemoveConstraint(model_name="loanevent", name="event_money_positive"),
        migrations.RemoveConstraint(model_name="loanevent", name="event_type_known"),
        migrations.AddField(
            model_name="installment",
            name="brought_fees",
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AddField(
            model_name="installment",
            name="brought_interest",
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AddField(
            model_name="installment",
            name="brought_penalties",
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AddField(
            model_name="loan",
            name="external_number",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="What another system called the loan, which was taken on from it.",
                max_length=60,
                verbose_name="number elsewhere",
            ),
        ),
        migrations.AddField(model_name="loanstate", name="taken_on", field=models.DateField(null=True)),
        migrations.AlterField(
            model_name="journalentry",
            name="source",
            field=models.CharField(
                choices=[
                    ("loan", "Loan"),
                    ("accrual", "Accrual"),
                    ("opening", "Loans taken on"),
                    ("provision", "Provision"),
                    ("manual", "By hand"),
                    ("closing", "Year end"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="loanstate",
            name="status",
            field=models.CharField(
                choices=[
                    ("submitted", "Submitted"),
                    ("under_review", "Under review"),
                    ("reviewed", "Ready for approval"),
                    ("approved", "Approved"),
                    ("rejected", "Rejected"),
                    ("info_requested", "Information requested"),
                    ("withdrawn", "Withdrawn"),
                    ("active", "Active"),
                    ("overpaid", "Overpaid"),
                    ("closed", "Closed"),
                    ("charged_off", "Charged off"),
                    ("written_off", "Written off"),
                    ("taken_back", "Taken off the books"),
                ],
                max_length=15,
            ),
        ),
        migrations.AlterField(
            model_name="position",
            name="status",
            field=models.CharField(
                blank=True,
                choices=[
                    ("submitted", "Submitted"),
                    ("under_review", "Under review"),
                    ("reviewed", "Ready for approval"),
                    ("approved", "Approved"),
                    ("rejected", "Rejected"),
                    ("info_requested", "Information requested"),
                    ("withdrawn", "Withdrawn"),
                    ("active", "Active"),
                    ("overpaid", "Overpaid"),
                    ("closed", "Closed"),
                    ("charged_off", "Charged off"),
                    ("written_off", "Written off"),
                    ("taken_back", "Taken off the books"),
                ],
                max_length=15,
            ),
        ),
        migrations.AddIndex(
            model_name="loanevent",
            index=models.Index(condition=models.Q(("type", "take_on")), fields=["value_date"], name="event_taken_on"),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["loan", "accrual", "opening", "provision", "manual", "closing"])),
                name="entry_source_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        [
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
                            "take_on",
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
                            "step_proposed",
                            "step_agreed",
                            "proposal_declined",
                            "recovery",
                            "promise",
                            "note",
                            "undo",
                        ],
                    )
                ),
                name="event_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "type__in",
                            [
                                "disbursement",
                                "take_on",
                                "repayment",
                                "pay_off",
                                "goodwill_credit",
                                "refund",
                                "write_off",
                                "recovery",
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("amount__gt", 0), ("amount__isnull", False)),
                    _connector="OR",
                ),
                name="event_money_positive",
            ),
        ),
        natural_key(
            "loans_loan",
            "external_number",
            counts="NOT EXISTS (SELECT FROM loans_loanstate s WHERE s.loan_id = x.id AND s.status = $$taken_back$$)",
        ),
        migrations.RunSQL("DROP INDEX loans_loan_search", searchable("loans_loan", "number").sql),
        searchable("loans_loan", "number", "external_number"),
        migrations.RunSQL(OPENING, migrations.RunSQL.noop),
    ]
