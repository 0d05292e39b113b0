"""Migrates, then loads whatever of the demonstration data is missing. Run twice, it adds nothing."""

from __future__ import annotations

import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

from config.demo.load import load_demo


class Command(BaseCommand):
    help = "Loads the demonstration data; the password of all its accounts is read from LETSEMA_DEMO_PASSWORD."

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("LETSEMA_DEMO_PASSWORD", "")
        if len(password) < 10:
            raise CommandError("Set LETSEMA_DEMO_PASSWORD to a password of at least 10 characters.")
        call_command("letsema_migrate", verbosity=0, stdout=self.stdout)
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):  # nobody is to be told
            load_demo(password=password, say=self.stdout.write)
