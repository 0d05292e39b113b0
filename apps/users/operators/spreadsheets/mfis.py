"""Several MFIs from one spreadsheet."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.core.roles import Action
from apps.mfis.core.texts import shown
from apps.mfis.tenancy.districts import District
from apps.mfis.tenancy.models import MFI, Licence
from apps.users.operators.services import check_mfi, onboard_mfi
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Row
from apps.users.spreadsheets.values import Holds


class MFIKind(Kind):
    """MFIs with their first admins, who are invited by e-mail. MFIs that exist are passed over."""

    name = "mfis"
    title = _("Import MFIs")
    noun = _("MFIs")
    action = Action.MANAGE_MFIS
    on_public, on_mfi, has_lender = True, False, False
    can_undo = False  # its schema stands; it is closed instead
    chunk = 10  # each makes a schema
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", "Name", "Lebitso", required=True, example="Maluti Credit"),
        Column("subdomain", "Subdomain", required=True, example="maluti", note="Small letters, digits and hyphens."),
        Column(
            "licence_type",
            "Licence",
            "Laesense",
            required=True,
            synonyms=("licence type", "license"),
            example="credit_only_3",
            note=", ".join(licence.value for licence in Licence),
        ),
        Column(
            "district",
            "District",
            "Setereke",
            required=True,
            example="Maseru",
            note=", ".join(str(district.label) for district in District),
        ),
        Column("location", "Location", synonyms=("address",)),
        Column("contact_name", "Contact person"),
        Column("contact_email", "Contact e-mail", required=True, example="office@maluti.example"),
        Column("contact_phone", "Contact phone", holds=Holds.PHONE),
        Column("brand_colour", "Colour", example="#0f5c4a"),
        Column("admin_name", "Admin name", required=True, synonyms=("first admin",), example="Thabo Tau"),
        Column("admin_email", "Admin e-mail", required=True, example="thabo@maluti.example"),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return MFIInterpreter(context)


class MFIInterpreter(Interpreter):
    """The institutions of Letsema."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.open_already = {mfi.subdomain: mfi for mfi in MFI.objects.all()}
        self.row_of: dict[str, int] = {}

    def interpret(self, rows: list[Row]) -> None:
        for row in rows:
            subdomain = row.cells["subdomain"].lower()
            mfi, before = self.open_already.get(subdomain), self.row_of.get(subdomain)
            if before:
                row.fail("subdomain", f"{subdomain} stands in row {before} already; leave one of the rows out.")
            elif mfi and mfi.name == row.cells["name"] and not row.errors:
                row.pass_over(_already_open(row, mfi))
            else:
                _check_new(row)
            if subdomain:
                self.row_of.setdefault(subdomain, row.number)

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            try:
                with transaction.atomic():
                    opened = onboard_mfi(actor=self.context.actor, **row.ready)
            except ServiceError as error:
                row.fail_all(getattr(error, "errors", None) or {error.field: [error.message]})
            else:
                row.record = str(opened.mfi_id)


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
    kept = {column.key: (column.header, str(getattr(mfi, column.key, ""))) for column in MFIKind.columns}
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
