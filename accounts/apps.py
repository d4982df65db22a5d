from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import tag_jobs  # noqa: F401  subscribes
        from accounts.audited import register_audited
        from accounts.bulk import jobs as bulk_jobs
        from accounts.constraints import register_constraints
        from accounts.duplicates import finding
        from accounts.exports import register_exports
        from accounts.first_steps import register_steps
        from accounts.handover import register_holdings
        from accounts.health import jobs
        from accounts.imports import register_kinds
        from accounts.morning import register_mail
        from accounts.panels import register_panels
        from accounts.rollup import jobs as rollup_jobs
        from accounts.search.sources import register_sources
        from kam.api import tombstones

        register_constraints()
        tombstones.register_kind("account", scope="accounts:read")
        tombstones.register_kind("contact", scope="contacts:read")
        register_panels()
        register_audited()
        register_kinds()
        register_exports()
        register_holdings()
        register_steps()
        jobs.register_jobs()
        bulk_jobs.register_jobs()
        rollup_jobs.register_jobs()
        finding.register_jobs()
        register_mail()
        register_sources()
