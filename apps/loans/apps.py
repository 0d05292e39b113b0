from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "apps.loans"
    verbose_name = "Lending"

    def ready(self) -> None:
        from apps.loans.services.arrivals import queue_unposted
        from apps.mfis.replication import home

        home.on_taken.append(queue_unposted)
