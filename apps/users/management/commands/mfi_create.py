"""Onboards one MFI and invites its first admin."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.tenancy.addresses import mfi_url
from apps.mfis.tenancy.models import Licence
from apps.users.operators.services import onboard_mfi


class Command(BaseCommand):
    help = "Opens an MFI: its schema, its address, and its first admin, who is invited by e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subdomain")
        parser.add_argument("--name", required=True)
        parser.add_argument("--licence", required=True, choices=Licence.values)
        parser.add_argument("--district", required=True)
        parser.add_argument("--contact-email", required=True)
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--admin-email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            onboarded = onboard_mfi(
                name=options["name"],
                subdomain=options["subdomain"],
                licence_type=options["licence"],
                district=options["district"],
                contact_email=options["contact_email"],
                admin_name=options["admin_name"],
                admin_email=options["admin_email"],
                actor=OPERATOR,
            )
        except InvalidInput as error:
            lines = [f"{name or 'MFI'}: {m}" for name, messages in error.errors.items() for m in messages]
            raise CommandError("\n".join(lines or [error.message])) from error
        except ServiceError as error:
            raise CommandError(error.message) from error
        mfi = onboarded.mfi
        self.stdout.write(f"{mfi.name} is open at {mfi_url(mfi, '/admin/')}")
        self.stdout.write(f"The invitation for {onboarded.admin.full_name} goes to {onboarded.invited}")
