"""Public holidays from a spreadsheet."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.loans.products.models import PublicHoliday
from apps.loans.products.settings import save_setting
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Mode
from apps.users.spreadsheets.records import RecordInterpreter
from apps.users.spreadsheets.values import Holds


class HolidayKind(Kind):
    """Days on which nothing falls due. Due dates that are agreed stay as they are."""

    name = "holidays"
    title = _("Import public holidays")
    noun = _("holidays")
    action = Action.MANAGE_POLICY
    on_public = True
    modes = (Mode.INSERT, Mode.UPDATE, Mode.UPSERT)
    keys = ("day",)
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "day",
            "Day",
            "Letsatsi",
            required=True,
            synonyms=("date", "holiday date", "from date", "start date", "letsatsi la phomolo"),
            holds=Holds.DATE,
            example="2027-03-11",
        ),
        Column(
            "name",
            "Holiday",
            "Phomolo",
            required=True,
            synonyms=("name", "public holiday", "holiday name", "description", "lebitso"),
            example="Moshoeshoe's Day",
        ),
        Column(
            "is_active",
            "Kept",
            "E bolokoa",
            synonyms=("active", "in use"),
            holds=Holds.TRUTH,
            example="yes",
            note=_("No: it is a working day again."),
        ),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return HolidayInterpreter(context)


class HolidayInterpreter(RecordInterpreter[PublicHoliday]):
    """One MFI's holidays, each recognised by its day."""

    model = PublicHoliday
    noun = "holiday"
    columns = HolidayKind.columns

    def save(self, record: PublicHoliday) -> PublicHoliday:
        save_setting(setting=record, actor=self.context.actor)
        return record
