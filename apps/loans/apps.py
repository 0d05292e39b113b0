from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "apps.loans"
    verbose_name = "Lending"

    def ready(self) -> None:
        from apps.loans.book import merged_people  # noqa: F401 - it listens
        from apps.loans.ledger.settings import check_recognition
        from apps.loans.portfolios.selectors import officers_keep_to_branch
        from apps.loans.products.settings import offer_usual_purposes, policy_checks
        from apps.loans.servicing.services.inbox import queue_unposted
        from apps.mfis.nodes import home
        from apps.mfis.tenancy.services.provisioning import first_rows
        from apps.users.accounts.reach import keeps_to_branch

        keeps_to_branch.append(officers_keep_to_branch)
        first_rows.append(offer_usual_purposes)
        home.activation_tasks.append(queue_unposted)
        policy_checks.append(check_recognition)
