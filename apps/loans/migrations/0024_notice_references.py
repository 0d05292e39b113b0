"""A reported payment is known by its reference in one spelling, however many there are."""

from django.db import migrations

FOLDED = (
    "coalesce(nullif(upper(regexp_replace(normalize(reference, NFKC), '[^0-9A-Za-z]', '', 'g')), ''), "
    "replace(normalize(reference, NFKC), ' ', ''))"
)


class Migration(migrations.Migration):
    dependencies = [("loans", "0023_big_lists")]
    operations = [
        migrations.RunSQL(
            f"CREATE INDEX notice_by_reference ON loans_paymentnotice (channel, ({FOLDED}))",
            "DROP INDEX notice_by_reference",
        )
    ]
