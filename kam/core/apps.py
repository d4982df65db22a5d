from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "kam.core"
    verbose_name = "Ground"

    def ready(self) -> None:
        from kam.core import checks  # noqa: F401  registers the checks
        from kam.core.personal import discover

        discover()
