from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "kam.demo"
    verbose_name = "Demo company"
