from datetime import timedelta

from django.apps import AppConfig
from django.http import HttpRequest


class ApiConfig(AppConfig):
    name = "kam.api"
    verbose_name = "REST API"

    def ready(self) -> None:
        from kam.api import once, throttling
        from kam.core import guard
        from kam.outbox import planner

        guard.vouching.append(_holds_token)
        planner.register("api.forget_keys", timedelta(hours=1), once.forget_keys)
        planner.register("api.forget_windows", timedelta(hours=1), throttling.forget_windows)


def _holds_token(request: HttpRequest) -> bool:
    from kam.api.authentication import holds_token  # the framework is ready only after every app is

    return holds_token(request)
