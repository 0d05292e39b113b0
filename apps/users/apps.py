from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class UsersConfig(AppConfig):
    name = "apps.users"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.mfis.tenancy.services.provisioning import first_rows
        from apps.users.access.services import endings, invitations, sign_ins  # noqa: F401 - they listen
        from apps.users.accounts.services.branches import open_head_office

        first_rows.append(open_head_office)
        autodiscover_modules("imports")  # of every app: its kinds of spreadsheets
