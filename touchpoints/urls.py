"""Web addresses of touchpoints."""

from django.urls import path

from touchpoints.views import log, stale, touchpoints

urlpatterns = [
    path("touchpoints/log/", log.touchpoint_log, name="touchpoint_log"),
    path("touchpoints/log/follows/", log.touchpoint_preview, name="touchpoint_preview"),
    path("touchpoints/log/people/", log.touchpoint_people, name="touchpoint_people"),
    path("touchpoints/log/choice/", log.touchpoint_choice, name="touchpoint_choice"),
    path("touchpoints/<uuid:touchpoint_id>/", touchpoints.touchpoint_detail, name="touchpoint_detail"),
    path("touchpoints/<uuid:touchpoint_id>/undo/", touchpoints.touchpoint_undo, name="touchpoint_undo"),
    path("accounts/stale/", stale.stale_list, name="stale_list"),
]
