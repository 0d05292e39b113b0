from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "apps.loans"
    verbose_name = "Lending"

    def ready(self) -> None:
        from apps.loans.book import merged_people  # noqa: F401 - it listens
        from apps.loans.ledger.settings import check_recognition
        from apps.loans.products.settings import policy_checks
        from apps.loans.servicing.services.inbox import queue_unposted
        from apps.mfis.nodes import home

        home.activation_tasks.append(queue_unposted)
        policy_checks.append(check_recognition)
