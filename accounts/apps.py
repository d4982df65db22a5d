from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts.health import jobs
        from accounts.imports import register_kinds
        from accounts.panels import register_panels

        register_panels()
        register_kinds()
        jobs.register_jobs()
