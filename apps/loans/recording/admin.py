"""What borrowers were told by SMS and e-mail."""

from __future__ import annotations

from django.contrib import admin

from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, status_badge
from apps.users.back_office.sites import tenant_site
from apps.users.messaging.models import Message


@admin.register(Message, site=tenant_site)
class MessageAdmin(LetsemaAdmin):
    """What borrowers were told, and what could not leave. The words are kept nowhere."""

    view_action = Action.VIEW_BOOKS
    list_title = "Messages"
    list_display = ("queued_at", "account", "what", "channel", "state", "attempts", "sent_at", "error")
    list_filter = ("status", "channel", "about")
    list_select_related = ("account",)
    search_fields = ("account__full_name", "account__phone", "account__email")
    list_display_links = None

    @admin.display(description="about", ordering="about")
    def what(self, message: Message) -> str:
        return message.about.replace("_", " ").capitalize()

    @admin.display(ordering="status")
    def state(self, message: Message) -> str:
        return status_badge(
            "closed" if message.status == Message.Status.SENT else "waiting", message.get_status_display()
        )
