"""What is asked about a file: the file itself, what its columns are, and how its rows are meant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.mfis.tenancy.models import MFI
from apps.users.back_office.forms import DateInput
from apps.users.spreadsheets.files.cells import letters
from apps.users.spreadsheets.heads import SheetSeen, text_of_cell
from apps.users.spreadsheets.kinds import Column, Kind, Option
from apps.users.spreadsheets.labels import MODES, header_of
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.readings import Question, proven, questions_of, written_so
from apps.users.spreadsheets.values import Holds

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt")
EXAMPLES = 3
MOST_LISTED = 50  # MFIs in a list to choose from; a longer one is slow to look through
TARGET, TOTAL, OPTION, READING = "target_", "expected_", "option_", "reading_"


class UploadForm(forms.Form):
    """One spreadsheet."""

    import_file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=gettext_lazy("XLSX, XLS, ODS or CSV, up to 32 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if not str(file.name).lower().endswith(ENDINGS):
            raise forms.ValidationError(_("Send an XLSX, XLS, ODS or CSV spreadsheet."))
        return file


class SheetForm(forms.Form):
    """Which sheet is read, and which of its rows names the columns."""

    sheet = forms.TypedChoiceField(label=gettext_lazy("Sheet"), coerce=int)
    head_row = forms.IntegerField(
        label=gettext_lazy("Row that names the columns"), min_value=0, help_text=gettext_lazy("0 where no row does.")
    )

    def __init__(self, run: ImportRun, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"sheet": run.sheet, "head_row": run.head_row})
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sheet"]
        field.choices = [
            (n, sheet["name"] or _("The only sheet")) for n, sheet in enumerate(run.sheets) if sheet["rows"]
        ]


class MappingForm(forms.Form):
    """What each column of the file is, and how the rows are meant."""

    def __init__(self, run: ImportRun, kind: Kind, *args: Any, of_many: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run, self.kind = run, kind
        self.offered = kind.offered(of_many=of_many)
        self.spellings = SheetSeen.from_json(run.sheets[run.sheet]).spellings
        self.asked: dict[str, list[str]] = {}  # names of the questions of each column, by place
        for place, heading in sorted(run.head.items(), key=lambda each: int(each[0])):
            self.fields[TARGET + place] = self._target(place, heading)
            self._ask(place)
        if of_many and kind.has_lender:
            self.fields["mfi_id"] = _mfi_field(run)
        self._add_ways(run, kind)
        for option in kind.options:
            self.fields[OPTION + option.key] = _option_field(option, run.options.get(option.key, ""))
        for key in kind.totals:
            self.fields[TOTAL + key] = _total_field(kind.column(key), run.expected.get(key, ""))

    def _target(self, place: str, heading: str) -> forms.Field:
        choices = [("", _("— not read —")), *((column.key, _choice(column)) for column in self.offered)]
        label = f"{heading} ({letters(int(place))})"
        return forms.ChoiceField(label=label, choices=choices, initial=self.run.targets.get(place, ""), required=False)

    def _ask(self, place: str) -> None:
        """Adds what is to be asked of a column that is taken for what it is now."""
        key = self.data.get(TARGET + place, "") if self.is_bound else self.run.targets.get(place, "")
        column = next((column for column in self.offered if column.key == key), None)
        if column is None or column.choices:
            return
        spelled = self.spellings.get(place, {})
        for question in questions_of(column.holds, spelled):
            name = f"{READING}{place}.{question.key}"
            said = self.run.readings.get(f"{key}.{question.key}", "")
            self.fields[name] = _question_field(question, spelled, said)
            self.asked.setdefault(place, []).append(name)

    def clean(self) -> dict[str, Any]:
        """Asks once more where another target raises a question that the page had not."""
        unseen = [name for names in self.asked.values() for name in names if name not in self.data]
        if unseen:
            raise forms.ValidationError(_("Say of the columns that are marked how they are written, or leave it open."))
        return self.cleaned_data

    def _add_ways(self, run: ImportRun, kind: Kind) -> None:
        if len(kind.modes) > 1:
            self.fields["mode"] = forms.ChoiceField(
                label=_("What is done"), choices=[(mode, MODES[mode]) for mode in kind.modes], initial=run.mode
            )
        if kind.keys and len(kind.modes) > 1:
            keys = [(key, header_of(kind.column(key))) for key in kind.keys]
            self.fields["key"] = forms.ChoiceField(
                label=_("Somebody or something is recognised by"),
                choices=[("", "—"), *keys],
                initial=run.key,
                required=False,
            )

    @property
    def columns(self) -> list[tuple[Any, list[str], list[Any]]]:
        """Each column of the file: its field, what stands under it, and what is asked of it."""
        seen = SheetSeen.from_json(self.run.sheets[self.run.sheet])
        below = [cells for number, cells in seen.first if number > self.run.head_row][:EXAMPLES]
        found = []
        for place in sorted(self.run.head, key=int):
            examples = [text_of_cell(cells[int(place)])[:60] if int(place) in cells else "" for cells in below]
            found.append((self[TARGET + place], examples, [self[name] for name in self.asked.get(place, [])]))
        return found

    @property
    def ways(self) -> list[Any]:
        """The fields that are not of one column."""
        return [self[name] for name in self.fields if not name.startswith((TARGET, TOTAL, READING))]

    @property
    def totals(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(TOTAL)]

    def settings(self) -> dict[str, Any]:
        """What was chosen, as `map_columns` takes it."""
        values = self.cleaned_data

        def by(prefix: str) -> dict[str, str]:
            return {name.removeprefix(prefix): _said(v) for name, v in values.items() if name.startswith(prefix)}

        return {
            "targets": {int(place): key for place, key in by(TARGET).items()},
            "mode": values.get("mode") or self.kind.modes[0].value,
            "key": values.get("key") or "",
            "mfi_id": UUID(values["mfi_id"]) if values.get("mfi_id") else None,
            "options": by(OPTION),
            "readings": self._readings(by(TARGET), by(READING)),
            "expected": {key: said for key, said in by(TOTAL).items() if said},
        }

    def _readings(self, targets: dict[str, str], said: dict[str, str]) -> dict[str, str]:
        """What was said of columns, by their keys."""
        apart = ((*name.split("."), answer) for name, answer in said.items() if answer)
        return {f"{targets[place]}.{question}": answer for place, question, answer in apart if targets.get(place)}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "")


def _choice(column: Column) -> str:
    header = header_of(column)
    return f"{header} *" if column.required else header


class _NamedMFI(forms.CharField):
    """An institution by its subdomain, where there are too many to choose from a list."""

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip().lower()
        mfi = MFI.objects.filter(subdomain=text, status=MFI.Status.ACTIVE).first() if text else None
        if text and mfi is None:
            raise forms.ValidationError(_("No MFI that is active has this subdomain."))
        return str(mfi.pk) if mfi else ""


def _mfi_field(run: ImportRun) -> forms.Field:
    """Whose rows they are: chosen from a list, or of many named by its subdomain."""
    label, said_by_rows = _("Whose rows they are"), _("The column “MFI” says it, row by row")
    mfis = list(MFI.objects.filter(status=MFI.Status.ACTIVE).values_list("pk", "name", "subdomain")[: MOST_LISTED + 1])
    if len(mfis) > MOST_LISTED:
        chosen = MFI.objects.filter(pk=run.mfi_id).first() if run.mfi_id else None
        helped = _("Its subdomain; empty where the column “MFI” says it, row by row.")
        return _NamedMFI(
            label=label, help_text=helped, required=False, max_length=40, initial=chosen.subdomain if chosen else ""
        )
    choices = [("", said_by_rows), *((str(pk), name) for pk, name, _subdomain in mfis)]
    return forms.ChoiceField(label=label, choices=choices, initial=str(run.mfi_id or ""), required=False)


def _option_field(option: Option, said: str) -> forms.Field:
    more: dict[str, Any] = {"label": option.label, "help_text": option.note, "required": option.required}
    if option.choices:
        return forms.ChoiceField(choices=[("", "—"), *option.choices.items()], initial=said, **more)
    if option.holds is Holds.TRUTH:
        return forms.BooleanField(initial=bool(said), **{**more, "required": False})
    if option.holds is Holds.DATE:
        return forms.DateField(widget=DateInput(), initial=said, **more)
    return forms.CharField(initial=said, **more)


def _question_field(question: Question, spelled: dict[str, int], said: str) -> forms.Field:
    """A question of a column, with the answer that its cells prove."""
    answer, count = proven(question, spelled)
    asked = written_so(question, spelled)
    helped = ngettext("%(n)s cell is written so.", "%(n)s cells are written so.", asked) % {"n": asked}
    if answer:
        proof = ngettext("%(n)s cell of the column proves it.", "%(n)s cells of the column prove it.", count)
        helped = f"{helped} {proof % {'n': count}}"
    choices = [("", _("— not said: such cells are faults —")), *question.choices.items()]
    return forms.ChoiceField(
        label=str(question.label), choices=choices, initial=answer or said, required=False, help_text=helped
    )


def _total_field(column: Column, said: str) -> forms.Field:
    return forms.CharField(label=header_of(column), initial=said, required=False, max_length=20)
