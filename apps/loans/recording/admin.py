"""What borrowers were told by SMS and e-mail."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, status_badge
from apps.users.back_office.sites import tenant_site
from apps.users.messaging.models import Message
from apps.users.messaging.texts import TEXTS


class AboutFilter(admin.SimpleListFilter):
    """What a message is about, of all that there are words for: to look what was sent would be to read them all."""

    title = "about"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(about, _said(about)) for about in sorted(TEXTS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(about=self.value()) if self.value() else queryset


def _said(about: str) -> str:
    return about.replace("_", " ").capitalize()


@admin.register(Message, site=tenant_site)
class MessageAdmin(LetsemaAdmin):
    """What borrowers were told, and what could not leave. The words are kept nowhere."""

    view_action = Action.VIEW_BOOKS
    list_title = "Messages"
    reach = "account__profile__"
    list_display = ("queued_at", "account", "what", "channel", "state", "attempts", "sent_at", "error")
    list_filter = ("status", "channel", AboutFilter)
    list_select_related = ("account",)
    search_fields = ("account__full_name", "account__phone", "account__email")
    list_display_links = None

    @admin.display(description="about", ordering="about")
    def what(self, message: Message) -> str:
        return _said(message.about)

    @admin.display(ordering="status")
    def state(self, message: Message) -> str:
        return status_badge(
            "closed" if message.status == Message.Status.SENT else "waiting", message.get_status_display()
        )
