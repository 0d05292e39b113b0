"""Several MFIs from one spreadsheet."""

from __future__ import annotations

from django.db import transaction

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.tenancy.models import MFI, Licence
from apps.users.operators.services import check_mfi, onboard_mfi
from apps.users.spreadsheets.plan import Importer, Progress, row_refused
from apps.users.spreadsheets.reading import Column, Row


class MFIImport(Importer):
    """MFIs with their first admins, who are invited by e-mail. MFIs that exist are passed over."""

    title = "Import MFIs"
    noun = "MFIs"
    columns = [
        Column("name", "Name", required=True),
        Column("subdomain", "Subdomain", required=True),
        Column("licence_type", "Licence", required=True, also=("licence type", "license")),
        Column("district", "District", required=True),
        Column("location", "Location", also=("address",)),
        Column("contact_name", "Contact person"),
        Column("contact_email", "Contact e-mail", required=True),
        Column("contact_phone", "Contact phone"),
        Column("brand_colour", "Colour"),
        Column("admin_name", "Admin name", required=True, also=("first admin",)),
        Column("admin_email", "Admin e-mail", required=True),
    ]

    def check(self, rows: list[Row]) -> None:
        names = dict(MFI.objects.values_list("subdomain", "name"))
        for row in rows:
            values = {"admin_name": "", "admin_email": "", **{k: v for k, v in row.cells.items() if v}}
            if "name" in values and names.get(values.get("subdomain", "").lower()) == values["name"]:
                row.note = "already open"
                continue
            values["licence_type"] = _licence(row, values.get("licence_type", ""))
            try:
                mfi = check_mfi(**values)
            except InvalidInput as error:
                row.fail_all(error.errors)
                continue
            if not row.errors:
                names[mfi.subdomain] = mfi.name
                row.ready = values

    def write(self, rows: list[Row], *, actor: Actor, progress: Progress) -> int:
        with transaction.atomic():
            for done, row in enumerate(rows, start=1):
                try:
                    onboard_mfi(actor=actor, **row.ready)
                except ServiceError as error:
                    raise row_refused(row, error) from error
                progress(done, len(rows))
        return len(rows)


def _licence(row: Row, text: str) -> str:
    plain = text.strip().lower()
    for licence in Licence:
        if plain in (licence.value, str(licence.label).lower()):
            return licence.value
    row.fail("licence_type", f"“{text}” is no licence; write one of {', '.join(licence.value for licence in Licence)}.")
    return Licence.CREDIT_ONLY_3
