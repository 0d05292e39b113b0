"""What waits for the worker, and what is away. All of it belongs to one node and stands in the public schema."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.mfis.core.tables import NodeLocal

SHOWN_FROM = 3  # failures in a row, after which people are told


class WorkNote(NodeLocal):
    """Something waits in a schema: an event for the histories, a message, or what arrived from another node.

    Written by the trigger `letsema_note`, once a transaction, and by the worker itself for later. There is no key by
    schema and nothing is locked, so that no transaction waits for another or for the worker: of one MFI there may be
    many, which are taken up together and then deleted, exactly those that were read.
    """

    schema_name = models.CharField(max_length=63)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["due_at"], name="worknote_due")]

    def __str__(self) -> str:
        return self.schema_name


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, by how they fare."""

    def failing(self) -> JobQuerySet:
        """Those that failed so often in a row that people are told, the longest first."""
        return self.filter(attempts__gte=SHOWN_FROM).order_by("failing_since")


class Job(NodeLocal):
    """One kind of work for one schema, and when it is due. What failed is due again after a wait that grows."""

    schema_name = models.CharField("MFI", max_length=63)
    name = models.CharField("what", max_length=20)  # of its kind; see kinds.py
    due_at = models.DateTimeField("due", db_default=Now())
    attempts = models.PositiveIntegerField("failures in a row", db_default=0, default=0)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField("why", max_length=200, blank=True, db_default="", default="")
    changed_at = models.DateTimeField(null=True)  # when something happened that a run begun before it may have missed
    last_done_at = models.DateTimeField("last done", null=True)
    took = models.FloatField("seconds it took", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["schema_name", "name"], name="job_once")]
        indexes = [models.Index(fields=["due_at"], name="job_due")]

    def __str__(self) -> str:
        return f"{self.name} of {self.schema_name}"


class Health(NodeLocal):
    """Whether something that may be away answers, as the worker saw it last, or whoever met its failure."""

    class What(models.TextChoices):
        MONGODB = "mongodb", "The credit histories (MongoDB)"
        MAIL = "email", "The mail server"
        SMS = "sms", "The SMS gateway"
        WORKER = "worker", "The worker"

    what = models.CharField(max_length=10, primary_key=True, choices=What.choices)
    failing_since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # when it was last asked, whatever it answered
    well_at = models.DateTimeField(null=True)  # when it last answered well
    error = models.CharField(max_length=200, blank=True, db_default="", default="")

    class Meta:
        ordering = ["what"]

    def __str__(self) -> str:
        return self.get_what_display()
