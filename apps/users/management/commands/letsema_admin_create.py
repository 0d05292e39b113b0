"""Makes a Letsema admin and sends the invitation: how the first one gets in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.database import connection
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.roles import Role
from apps.users.access.services.invitations import invite
from apps.users.staff.services import create_staff


class Command(BaseCommand):
    help = "Makes a Letsema admin and sends the invitation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        try:
            account = create_staff(
                full_name=options["name"], email=options["email"], role=Role.LETSEMA_ADMIN, actor=OPERATOR
            )
            to = invite(account=account, actor=OPERATOR)
        except ServiceError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"The invitation goes to {to}.")
