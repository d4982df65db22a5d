"""Web addresses of touchpoints."""

from django.urls import path

from touchpoints.views import amending, cadence, catalogue, check_ins, episodes, log, planner, stale, touchpoints

urlpatterns = [
    path("touchpoints/log/", log.touchpoint_log, name="touchpoint_log"),
    path("touchpoints/log/follows/", log.touchpoint_preview, name="touchpoint_preview"),
    path("touchpoints/log/people/", log.touchpoint_people, name="touchpoint_people"),
    path("touchpoints/log/choice/", log.touchpoint_choice, name="touchpoint_choice"),
    path("touchpoints/<uuid:touchpoint_id>/", touchpoints.touchpoint_detail, name="touchpoint_detail"),
    path("touchpoints/<uuid:touchpoint_id>/undo/", touchpoints.touchpoint_undo, name="touchpoint_undo"),
    path("check-ins/<uuid:check_in_id>/reschedule/", check_ins.check_in_reschedule, name="check_in_reschedule"),
    path("check-ins/<uuid:check_in_id>/skip/", check_ins.check_in_skip, name="check_in_skip"),
    path("check-ins/<uuid:check_in_id>/hand-over/", check_ins.check_in_hand_over, name="check_in_hand_over"),
    path("check-ins/<uuid:check_in_id>/undo/", check_ins.check_in_undo, name="check_in_undo"),
    path("accounts/<uuid:account_id>/check-ins/new/", check_ins.check_in_plan, name="check_in_plan"),
    path("planner/", planner.planner, name="planner"),
    path("touchpoints/<uuid:touchpoint_id>/restore/", touchpoints.touchpoint_restore, name="touchpoint_restore"),
    path("touchpoints/<uuid:touchpoint_id>/edit/", amending.touchpoint_edit, name="touchpoint_edit"),
    path("touchpoints/<uuid:touchpoint_id>/complete/", amending.touchpoint_complete, name="touchpoint_complete"),
    path("touchpoints/<uuid:touchpoint_id>/cancel/", touchpoints.touchpoint_cancel, name="touchpoint_cancel"),
    path("touchpoints/<uuid:touchpoint_id>/no-show/", touchpoints.touchpoint_no_show, name="touchpoint_no_show"),
    path("touchpoints/<uuid:touchpoint_id>/reopen/", touchpoints.touchpoint_reopen, name="touchpoint_reopen"),
    path("accounts/<uuid:account_id>/episode/", episodes.episode, name="episode"),
    path("accounts/stale/", stale.stale_list, name="stale_list"),
    path("accounts/<uuid:account_id>/cadence/<slug:purpose>/", cadence.account_cadence, name="account_cadence"),
    path(
        "accounts/<uuid:account_id>/cadence/<slug:purpose>/clear/",
        cadence.account_cadence_clear,
        name="account_cadence_clear",
    ),
    path("settings/cadence/", cadence.cadence_list, name="cadence_list"),
    path("settings/cadence/<slug:purpose>/<slug:of>/", cadence.cadence_edit, name="cadence_edit"),
    path("settings/cadence/<slug:purpose>/<slug:of>/remove/", cadence.cadence_remove, name="cadence_remove"),
    path("settings/types/", catalogue.type_list, name="type_list"),
    path("settings/types/new/", catalogue.type_new, name="type_new"),
    path("settings/types/<uuid:type_id>/", catalogue.type_edit, name="type_edit"),
    path("settings/types/<uuid:type_id>/remove/", catalogue.type_remove, name="type_remove"),
    path("settings/types/<uuid:type_id>/move/", catalogue.type_move, name="type_move"),
    path("settings/channels/", catalogue.channel_list, name="channel_list"),
    path("settings/channels/new/", catalogue.channel_new, name="channel_new"),
    path("settings/channels/<uuid:channel_id>/", catalogue.channel_edit, name="channel_edit"),
    path("settings/channels/<uuid:channel_id>/remove/", catalogue.channel_remove, name="channel_remove"),
    path("settings/channels/<uuid:channel_id>/move/", catalogue.channel_move, name="channel_move"),
]
