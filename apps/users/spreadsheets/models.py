"""Runs of spreadsheets: what was sent, how it was understood, and what became of each row.

They stay on the node where they were begun: the file is read there, and its worker writes the rows. What a run wrote
are the facts and revisions of its own room, which travel as all others do. A run of Letsema's own site stands in the
public schema, one of an MFI in the MFI's.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.mfis.core.tables import NodeLocal, new_id


class ImportRun(NodeLocal):
    """One file on its way, or what became of it."""

    class State(models.TextChoices):
        MAPPING = "mapping", "Waits for its columns"
        REHEARSING = "rehearsing", "Is rehearsed"
        REHEARSED = "rehearsed", "Waits to be run"
        RUNNING = "running", "Runs"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        UNDOING = "undoing", "Is taken back"
        UNDONE = "undone", "Taken back"
        DISCARDED = "discarded", "Discarded"

    AT_WORK = (State.REHEARSING, State.RUNNING, State.UNDOING)  # the worker's turn
    # Where a second run of the same would write twice.
    HOLDING = (State.RUNNING, State.PAUSED, State.DONE, State.UNDOING)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind_name = models.CharField("kind", max_length=30)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    file_name = models.CharField(_("file"), max_length=200)
    file_hash = models.CharField("SHA-256 of the file", max_length=64)
    file_size = models.PositiveBigIntegerField("bytes", default=0)

    # Of each sheet: name, number of rows, its first rows, what is merged, what was taken for granted.
    sheets = models.JSONField(default=list)
    sheet = models.PositiveSmallIntegerField(default=0)
    head_row = models.PositiveIntegerField(default=0)
    head = models.JSONField(default=dict)  # heading by place
    targets = models.JSONField(default=dict)  # key of a column by place
    notes = models.JSONField(default=list)

    mode = models.CharField(max_length=6, default="insert")
    key = models.CharField("recognised by", max_length=40, blank=True, default="")
    mfi_id = models.UUIDField("of the MFI", null=True)  # of the public site: chosen for the whole file
    options = models.JSONField(default=dict)
    expected = models.JSONField("own control totals", default=dict)
    totals = models.JSONField("control totals of the file", default=dict)
    # What was said once of a column that may be read in two ways: answer by "key.question".
    readings = models.JSONField(default=dict, db_default={})
    warnings = models.JSONField(default=list, db_default=[])  # sums in the file that its rows do not add up to
    leaves_out_faulty = models.BooleanField(default=False)
    accepts_differences = models.BooleanField(default=False)
    # What a run is the same by: kind, file, sheet, mapping, MFI. Empty until it runs.
    fingerprint = models.CharField(max_length=64, blank=True, default="")

    rows = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField("nothing to do", default=0)
    left_out = models.PositiveIntegerField("no records", default=0, db_default=0)  # headings and totals
    handled = models.PositiveIntegerField(default=0)  # of the present step
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    taken_back = models.PositiveIntegerField(default=0)
    stayed = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")

    acting_id = models.UUIDField(null=True)  # who asked for the present step
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(_("by"), max_length=150)
    uploaded_at = models.DateTimeField(_("uploaded"), db_default=Now())
    rehearsed_at = models.DateTimeField("rehearsed", null=True)
    started_at = models.DateTimeField("started", null=True)
    ended_at = models.DateTimeField("ended", null=True)
    undone_at = models.DateTimeField("taken back", null=True)
    undone_by = models.CharField(max_length=150, blank=True, default="")
    emptied_at = models.DateTimeField(null=True)  # when what stood in its rows was removed

    class Meta:
        verbose_name = "import"
        ordering = ["-uploaded_at", "-id"]
        indexes = [
            models.Index(fields=["-uploaded_at", "-id"], name="importrun_latest"),
            models.Index(fields=["kind_name", "-uploaded_at"], name="importrun_of_kind"),
            models.Index(
                fields=["uploaded_at"],
                name="importrun_at_work",
                condition=Q(state__in=["rehearsing", "running", "undoing"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(state__in=["running", "paused", "done", "undoing"]) & ~Q(fingerprint=""),
                name="importrun_once",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(NodeLocal):
    """One row of a file: what stands in it, and what became of it. What stands in it is removed after some time."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits"
        FAULTY = "faulty", "Faulty"
        PASSED = "passed", "Nothing to do"
        DONE = "done", "Written"
        REFUSED = "refused", "Refused"
        UNDONE = "undone", "Taken back"
        STAYED = "stayed", "Stayed"
        LEFT_OUT = "left", "No record"  # a heading, a total

    # Without the database's own check, which would look the run up for each of 100,000 rows.
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="lines", db_constraint=False)
    sheet = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    ordinal = models.PositiveIntegerField()  # the first row of its group: a group stands together
    cells = models.JSONField(null=True)  # by place: text, or kind, text and format
    state = models.CharField(max_length=8, choices=State.choices, db_default=State.WAITING.value)
    errors = models.JSONField(null=True)
    note = models.CharField(max_length=500, db_default="")
    kept = models.JSONField(null=True)
    does = models.CharField(max_length=6, db_default="")
    record = models.CharField(max_length=60, db_default="")
    was = models.JSONField(null=True)
    schema_name = models.CharField(max_length=63, db_default="")  # where the record stands, of the public site's runs

    STATES_DONE: ClassVar = (State.DONE, State.STAYED)

    class Meta:
        ordering = ["sheet", "ordinal", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "sheet", "ordinal", "number"], name="importrow_once")]
        indexes = [
            models.Index(
                fields=["run", "state", "ordinal", "number"], name="importrow_told", condition=~Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"row {self.number}"


class ImportMapping(NodeLocal):
    """How the columns of files with one head were understood the last time."""

    kind_name = models.CharField(max_length=30)
    shape = models.CharField(max_length=64)  # a hash of the head
    targets = models.JSONField(default=dict)  # key by heading in its plain form
    settings = models.JSONField(default=dict)  # mode, key, options
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["kind_name", "-used_at"]
        constraints = [models.UniqueConstraint(fields=["kind_name", "shape"], name="importmapping_once")]

    def __str__(self) -> str:
        return f"{self.kind_name} {self.shape[:8]}"
