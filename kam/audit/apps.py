from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kam.audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from kam.audit.kinds import ObjectPage, register_pages

        person = ObjectPage("person_detail", of="user")
        register_pages(
            {
                "people.user": ObjectPage("person_detail"),
                "people.apitoken": person,
                "people.invitation": person,
                "people.membership": person,
                "people.skill": ObjectPage("skill_edit"),
                "people.team": ObjectPage("team_edit"),
            }
        )
