"""Several nodes: who they are, which schemas each has, what disagreed, and what was decided about it."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import models

from apps.mfis.core.tables import Fact, NodeLocal, Revisioned

NODES = UUID("5c1b2f5e-6a0e-5b7c-9d55-8c61f0a7b2d1")


def node_key(letter: str) -> UUID:
    """A node's key, derived from its letter."""
    return uuid5(NODES, letter)


class ClusterNodeQuerySet(models.QuerySet["ClusterNode"]):
    """Nodes by whether they are in."""

    def present(self) -> ClusterNodeQuerySet:
        """Those that have not left."""
        return self.filter(has_left=False)

    def departed(self) -> ClusterNodeQuerySet:
        """Those that have left."""
        return self.filter(has_left=True)

    def letters(self) -> set[str]:
        return set(self.values_list("letter", flat=True))


class ClusterNode(Revisioned):
    """One node. Its letter is in every number it gives, so a letter is never used for another machine."""

    letter = models.CharField(max_length=1)
    name = models.CharField(max_length=60, blank=True)
    site = models.CharField("address of its pages", max_length=120, blank=True)
    has_left = models.BooleanField("has left", default=False)

    objects = ClusterNodeQuerySet.as_manager()

    class Meta:
        verbose_name = "node"
        ordering = ["letter"]

    def __str__(self) -> str:
        return f"{self.letter} {self.name}".strip()

    def save(self, *args: object, **kwargs: object) -> None:
        self.id = node_key(self.letter)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class HomeHere(NodeLocal):
    """An MFI whose home this node is and which is activated: what the home before may not have posted was looked at."""

    schema_name = models.CharField(max_length=63, primary_key=True)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["schema_name"]

    def __str__(self) -> str:
        return self.schema_name


class Decision(models.TextChoices):
    """What may become of a conflict."""

    KEPT = "kept", "The value that stands is kept"
    DISCARDED = "discarded", "The other value takes its place"
    MERGED = "merged", "Two records became one"
    SETTLED = "settled", "Settled as it is"


class ConflictQuerySet(models.QuerySet["Conflict"]):
    """Conflicts by whether somebody has decided."""

    def undecided(self) -> ConflictQuerySet:
        """Those nobody has decided on yet, on any node."""
        return self.exclude(pk__in=ConflictDecision.objects.values("conflict"))


class Conflict(NodeLocal):
    """Two nodes disagreed. Found alike on each, under one key; nothing of either side is lost."""

    class What(models.TextChoices):
        SAME_KEY = "same key", "Done twice"
        SAME_COLUMN = "same column", "Changed on both sides"
        SAME_PERSON = "same person", "Registered twice"
        CANNOT_FOLD = "cannot fold", "Facts that exclude each other"

    id = models.UUIDField(primary_key=True)
    what = models.CharField(max_length=12, choices=What.choices)
    schema_name = models.CharField("MFI", max_length=63)
    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    column_name = models.CharField(max_length=63, blank=True)
    kept = models.JSONField()
    discarded = models.JSONField()
    found_at = models.DateTimeField()

    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.table_name} {self.column_name}".strip()

    @property
    def decisions(self) -> frozenset[str]:
        """What may be decided: of two values one is chosen; anything else is merged or settled as it is."""
        if self.what == self.What.SAME_COLUMN:
            return frozenset({Decision.KEPT, Decision.DISCARDED})
        return frozenset({Decision.SETTLED, Decision.MERGED})


class DiscardedFact(Fact):
    """A fact that gave way to an earlier one with the same key, whole: on every node, also one that joined later.

    `recorded_at` and `node` are those of the fact. The trigger `letsema_discarded` lists the conflict from it.
    """

    schema_name = models.CharField(max_length=63)
    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    image = models.JSONField()

    class Meta:
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["schema_name", "table_name"], name="discarded_of_table")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} of {self.node}"


class ConflictDecision(Fact):
    """What an operator decided about a conflict: the value that stands, or that the matter is settled as it is."""

    conflict = models.UUIDField()
    decision = models.CharField(max_length=12)  # a Decision
    reason = models.CharField(max_length=300, blank=True)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["conflict"], name="decision_of_conflict")]

    def __str__(self) -> str:
        return f"{self.decision} {self.conflict}"


class ClusterCheck(NodeLocal):
    """One comparison of the published tables with a peer's."""

    checked_at = models.DateTimeField(auto_now_add=True)
    peer = models.CharField(max_length=1)
    seconds = models.FloatField()
    tables = models.PositiveIntegerField()
    differences = models.JSONField(default=list)

    class Meta:
        ordering = ["-checked_at"]

    def __str__(self) -> str:
        return f"{self.peer}: {len(self.differences)} differences"
