from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kam.audit"
    verbose_name = "Audit"
