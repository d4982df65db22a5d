from django.apps import AppConfig


class TouchpointsConfig(AppConfig):
    name = "touchpoints"
    verbose_name = "Touchpoints"

    def ready(self) -> None:
        from touchpoints import health

        health.register_signals()
