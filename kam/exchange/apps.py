from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "kam.exchange"
    verbose_name = "Import and export"

    def ready(self) -> None:
        from kam.exchange import subscribers  # noqa: F401  listens to its topic
        from kam.exchange.exports import jobs

        jobs.register_jobs()
