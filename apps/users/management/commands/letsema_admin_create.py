"""Makes a Letsema admin and prints the invitation: how the first one gets in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.acting import SYSTEM
from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.users.roles import Role
from apps.users.services.accounts import create_staff
from apps.users.services.onboarding import public_url
from apps.users.services.tokens import invite


class Command(BaseCommand):
    help = "Makes a Letsema admin and prints the invitation link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        try:
            account = create_staff(
                full_name=options["name"], email=options["email"], role=Role.LETSEMA_ADMIN, actor=SYSTEM
            )
            secret = invite(account=account, actor=SYSTEM)
        except ServiceError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Invitation (shown only now): {public_url(f'/invitation/{secret}/')}")
