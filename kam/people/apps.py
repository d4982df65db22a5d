from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "kam.people"
    verbose_name = "People"

    def ready(self) -> None:
        from kam.people.own import receivers  # noqa: F401  connects them
