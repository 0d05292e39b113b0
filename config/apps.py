"""What ties the apps together is an app too: it has commands and system checks."""

from __future__ import annotations

from django.apps import AppConfig


class LetsemaConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - registers the system checks
