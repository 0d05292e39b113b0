from django.apps import AppConfig


class MFIsConfig(AppConfig):
    name = "apps.mfis"
    verbose_name = "Institutions"

    def ready(self) -> None:
        from apps.mfis.core import checks  # noqa: F401 - registers the system checks
        from apps.mfis.core.forms import read_amounts_by_one_rule, read_texts_by_one_rule

        read_texts_by_one_rule()
        read_amounts_by_one_rule()
