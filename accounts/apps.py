from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts.constraints import register_constraints
        from accounts.handover import register_holdings
        from accounts.health import jobs
        from accounts.imports import register_kinds
        from accounts.panels import register_panels

        register_constraints()
        register_panels()
        register_kinds()
        register_holdings()
        jobs.register_jobs()
