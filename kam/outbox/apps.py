from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "kam.outbox"
    verbose_name = "Outbox"
