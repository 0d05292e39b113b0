"""Several MFIs from one spreadsheet."""

from __future__ import annotations

from django.db import transaction

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.core.texts import shown
from apps.mfis.tenancy.models import MFI, Licence
from apps.users.operators.services import check_mfi, onboard_mfi
from apps.users.spreadsheets.plan import Importer, Progress, row_refused
from apps.users.spreadsheets.reading import Column, Row
from apps.users.spreadsheets.values import Holds


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
        Column("contact_phone", "Contact phone", holds=Holds.PHONE),
        Column("brand_colour", "Colour"),
        Column("admin_name", "Admin name", required=True, also=("first admin",)),
        Column("admin_email", "Admin e-mail", required=True),
    ]

    def check(self, rows: list[Row]) -> None:
        open_already = {mfi.subdomain: mfi for mfi in MFI.objects.all()}
        row_of: dict[str, int] = {}
        for row in rows:
            subdomain = row.cells["subdomain"].lower()
            mfi = open_already.get(subdomain)
            if subdomain in row_of:
                row.fail(
                    "subdomain", f"{subdomain} stands in row {row_of[subdomain]} already; leave one of the rows out."
                )
            elif mfi and mfi.name == row.cells["name"] and not row.errors:
                row.note = _already_open(row, mfi)
            else:
                _check_new(row)
            if subdomain:
                row_of.setdefault(subdomain, row.number)

    def write(self, rows: list[Row], *, actor: Actor, progress: Progress) -> int:
        with transaction.atomic():
            for done, row in enumerate(rows, start=1):
                try:
                    onboard_mfi(actor=actor, **row.ready)
                except ServiceError as error:
                    raise row_refused(row, error) from error
                progress(done, len(rows))
        return len(rows)


def _check_new(row: Row) -> None:
    """What opening an MFI would refuse goes among the row's errors; what would be kept is shown."""
    values = {"admin_name": "", "admin_email": "", **{key: text for key, text in row.cells.items() if text}}
    values["licence_type"] = _licence(row)
    try:
        mfi = check_mfi(**values)
    except InvalidInput as error:
        row.fail_all(error.errors)
        return
    if not row.errors:
        row.ready = values
        row.kept = {key: str(getattr(mfi, key, text)) for key, text in values.items()}
        row.kept |= {"licence_type": str(mfi.get_licence_type_display()), "district": str(mfi.get_district_display())}


def _already_open(row: Row, mfi: MFI) -> str:
    """That it is open, and what the file has otherwise."""
    kept = {column.key: (column.header, str(getattr(mfi, column.key, ""))) for column in MFIImport.columns}
    labels = {"licence_type": str(mfi.get_licence_type_display()), "district": str(mfi.get_district_display())}
    differing = [
        f"{header} {shown(text)} (here: {value or 'none'})"
        for key, text in row.cells.items()
        for header, value in [kept[key]]
        if text and not key.startswith("admin_") and text.lower() not in (value.lower(), labels.get(key, value).lower())
    ]
    return "already open" + (f"; the file has another {', '.join(differing)}, which is left out" if differing else "")


def _licence(row: Row) -> str:
    text = row.cells["licence_type"]
    plain = text.lower()
    for licence in Licence:
        if plain in (licence.value, str(licence.label).lower()):
            return licence.value
    allowed = ", ".join(licence.value for licence in Licence)
    if "licence_type" not in row.errors:
        row.fail("licence_type", f"“{shown(text)}” is no licence; write one of {allowed}.")
    return Licence.CREDIT_ONLY_3
