"""What people search for is found however it is accented or hyphenated."""

from pathlib import Path

from django.db import migrations

FOLD = (Path(__file__).resolve().parent.parent / "core" / "sql" / "fold.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("mfis", "0007_closed")]
    operations = [migrations.RunSQL(FOLD, "DROP FUNCTION public.letsema_fold(text)")]
