from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "kam.exchange"
    verbose_name = "Import and export"
