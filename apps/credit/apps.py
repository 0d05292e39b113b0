from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "apps.credit"
    verbose_name = "Credit histories"

    def ready(self) -> None:
        from apps.credit.consents import queue_consent
        from apps.users.consents.services import consent_changed

        consent_changed.connect(queue_consent, dispatch_uid="credit.queue_consent")
