"""Web addresses of the settings about people."""

from django.urls import path

from kam.people.views import skills

urlpatterns = [
    path("settings/skills/", skills.skill_list, name="skill_list"),
    path("settings/skills/<uuid:skill_id>/", skills.skill_edit, name="skill_edit"),
    path("settings/skills/<uuid:skill_id>/delete/", skills.skill_delete, name="skill_delete"),
]
