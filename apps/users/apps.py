from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "apps.users"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.users.access.services import endings, invitations, sign_ins  # noqa: F401 - they listen
