from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "kam.outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        from kam.core.letters import register_carrier
        from kam.outbox import mail, planner, retention, status
        from kam.people.context import banner_sources

        planner.register("outbox.forget_done", planner.Daily(hour=3), retention.forget_done)
        banner_sources.append(status.banner)
        register_carrier(mail.carry)
