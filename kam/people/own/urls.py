"""Web addresses of what people set for themselves. Those of django-allauth are in kam/urls.py."""

from django.urls import path

from kam.people.own import profile, security

urlpatterns = [
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/sign-in/", security.security, name="security"),
    path("settings/sign-in/sessions/end/", security.sessions_end, name="sessions_end"),
    # The names under which django-allauth looks for the page to come back to.
    path("settings/sign-in/", security.security, name="mfa_index"),
    path("settings/sign-in/", security.security, name="mfa_list_webauthn"),
]
