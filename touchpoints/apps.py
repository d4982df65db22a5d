from django.apps import AppConfig


class TouchpointsConfig(AppConfig):
    name = "touchpoints"
    verbose_name = "Touchpoints"

    def ready(self) -> None:
        from kam.api import tombstones
        from touchpoints import (
            audited,
            constraints,
            exports,
            first_steps,
            handover,
            health,
            imports,
            merging,
            panels,
            search,
            subscribers,
        )

        first_steps.register_steps()
        handover.register_holdings()
        health.register_signals()
        panels.register_panels()
        audited.register_audited()
        imports.register_kinds()
        search.register_sources()
        exports.register_exports()
        subscribers.register_jobs()
        constraints.register_constraints()
        merging.register_part()
        tombstones.register_kind("touchpoint", scope="touchpoints:read")
        tombstones.register_kind("check_in", scope="check-ins:read")
        tombstones.register_kind("stale_flag", scope="stale-flags:read")
