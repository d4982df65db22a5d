from datetime import timedelta

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kam.api"
    verbose_name = "REST API"

    def ready(self) -> None:
        from kam.api import once, throttling
        from kam.outbox import planner

        planner.register("api.forget_keys", timedelta(hours=1), once.forget_keys)
        planner.register("api.forget_windows", timedelta(hours=1), throttling.forget_windows)
