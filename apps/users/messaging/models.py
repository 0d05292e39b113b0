"""What borrowers are told by SMS or e-mail: queued with what it is about, sent by the worker."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.mfis.core.tables import NodeLocal, new_id
from apps.users.accounts.models import Account

# Messages that open something: they are for the moment, and shown nowhere again.
SECRET = frozenset(
    {"code", "address_code", "counter_code", "consent_code", "invitation", "reset_link", "account_exists"}
)


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, by the questions that are asked of them."""

    def due(self) -> MessageQuerySet:
        """Those that may leave now, the oldest first."""
        return self.filter(status=Message.Status.WAITING, send_after__lte=timezone.now()).order_by("id")

    def told_to(self, account: Account) -> MessageQuerySet:
        """What an account was sent, newest first. What opens something is not shown again."""
        sent = self.filter(account=account, status=Message.Status.SENT)
        return sent.exclude(about__in=SECRET).order_by("-sent_at")


class Message(NodeLocal):
    """One message, to an account or an address alone. `key` says what of, so that the same is never queued twice.

    Its words are made when it is sent and kept nowhere; `values` are the figures that stand in them. It belongs to the
    node that wrote what it tells of.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"

    class Channel(models.TextChoices):
        SMS = "sms", "SMS"
        EMAIL = "email", "E-mail"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="messages", null=True)
    address = models.CharField(max_length=254, blank=True, db_default="", default="")  # else the account's own
    about = models.CharField(max_length=20)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    values = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    queued_at = models.DateTimeField("queued", auto_now_add=True)
    send_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField("sent", null=True)
    error = models.CharField(max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-id"]
        indexes = [
            models.Index(fields=["send_after"], name="message_waiting", condition=models.Q(status="waiting")),
            models.Index(fields=["-queued_at", "-id"], name="message_latest"),
            models.Index(fields=["channel", "about"], name="message_by_kind"),
            models.Index(fields=["-queued_at", "-id"], name="message_not_sent", condition=~models.Q(status="sent")),
        ]

    def __str__(self) -> str:
        return f"{self.about} to {self.account or 'a newcomer'}"
