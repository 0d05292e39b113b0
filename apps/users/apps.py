from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class UsersConfig(AppConfig):
    name = "apps.users"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.users.access.services import endings, invitations, sign_ins  # noqa: F401 - they listen

        autodiscover_modules("imports")  # of every app: its kinds of spreadsheets
