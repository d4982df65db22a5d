"""Web addresses of the settings about people."""

from django.urls import path

from kam.people.views import first_steps, invitation, people, skills, teams

urlpatterns = [
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("settings/people/", people.people_list, name="people_list"),
    path("settings/people/invite/", people.person_invite, name="person_invite"),
    path("settings/people/<uuid:user_id>/", people.person_detail, name="person_detail"),
    path("settings/people/<uuid:user_id>/invite/", people.person_resend, name="person_resend"),
    path("settings/people/<uuid:user_id>/second-factor/", people.person_factor, name="person_factor"),
    path("settings/people/<uuid:user_id>/leave/", people.person_leave, name="person_leave"),
    path("settings/first-steps/", first_steps.first_run, name="first_run"),
    path("settings/teams/", teams.team_list, name="team_list"),
    path("settings/teams/<uuid:team_id>/", teams.team_edit, name="team_edit"),
    path("settings/teams/<uuid:team_id>/delete/", teams.team_delete, name="team_delete"),
    path("settings/skills/", skills.skill_list, name="skill_list"),
    path("settings/skills/<uuid:skill_id>/", skills.skill_edit, name="skill_edit"),
    path("settings/skills/<uuid:skill_id>/delete/", skills.skill_delete, name="skill_delete"),
]
