from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "kam.exchange"
    verbose_name = "Import and export"

    def ready(self) -> None:
        from kam.exchange import subscribers  # it listens to its topic
        from kam.exchange.exports import jobs

        subscribers.register_jobs()
        jobs.register_jobs()
