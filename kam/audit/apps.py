from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kam.audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from kam.audit.factors import FACTOR_REMOVAL
        from kam.audit.kinds import ObjectPage, add_kind, register_pages

        person = ObjectPage("person_detail", of="user")
        add_kind(FACTOR_REMOVAL)
        register_pages(
            {
                "people.user": ObjectPage("person_detail"),
                "people.apitoken": person,
                "people.factorremoval": person,
                "people.invitation": person,
                "people.membership": person,
                "people.skill": ObjectPage("skill_edit"),
                "people.team": ObjectPage("team_edit"),
            }
        )
