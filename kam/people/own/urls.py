"""Web addresses of what people set for themselves."""

from django.urls import path

from kam.people.own import profile

urlpatterns = [
    path("settings/profile/", profile.profile, name="profile"),
]
