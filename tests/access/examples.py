"""How to call each route: the one table of the access matrix. A route that is missing here fails the matrix.

An entry gives, per method, the URL's arguments (name → kind of object), query and body. Arguments, query
and body ask `ids` for what they name, so that the matrix can put a foreign, deleted or missing row in its place.
"""

from tests.access.calls import (
    ACCOUNT,
    AWAY,
    CHANNEL,
    CHECK_IN,
    MOVED,
    NOT_HIS,
    NOT_THEIRS,
    OWN_CADENCE,
    RECORDED_BY_ADMIN,
    TIER_A,
    TYPE,
    VIEW,
    Call,
    account_form,
    amended,
    attached,
    both,
    channel_form,
    get,
    interval,
    log_form,
    reached,
    type_form,
    upload,
)
from tests.access.examples_api import API

BEFORE_ALL_THAT = (
    "mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn",
)  # fmt: skip
PASSKEY = ("mfa_edit_webauthn", "mfa_remove_webauthn")

WEB: dict[str, dict[str, Call]] = {
    "home": get(ok=302),
    "livez": get(),
    "readyz": get(),
    "openapi": get(),
    "api_docs": get(),
    "account_login": {
        "GET": Call(but=AWAY),
        "POST": Call(body=lambda ids: {"login": "x@kam.example", "password": "x"}, but=AWAY),
    },
    "account_logout": {"GET": Call(), "POST": Call(body=lambda ids: {}, ok=302)},
    "account_inactive": get(),
    "account_reauthenticate": both({}, lambda ids: {"password": "x"}, ok=200),
    "account_change_password": both({}, lambda ids: {"oldpassword": "x"}, ok=200),
    # Everybody here has a password, and whoever has one changes it instead.
    "account_set_password": {"GET": Call(ok=302), "POST": Call(body=lambda ids: {}, ok=302)},
    "account_reset_password": both({}, lambda ids: {"email": "x@kam.example"}, ok=302),
    "account_reset_password_done": get(),
    "account_reset_password_from_key": both(
        {"uidb36": "=1", "key": "=set-password"}, lambda ids: {"password1": "x"}, ok=200
    ),
    "account_reset_password_from_key_done": get(),
    "settings_home": get(),
    "profile": both({}, lambda ids: {"name": "Renamed", "timezone": "Europe/Rome"}, ok=303),
    "security": get(),
    "mfa_index": get(),
    "mfa_list_webauthn": get(),
    "sessions_end": {"POST": Call(body=lambda ids: {}, ok=303)},
    # Nobody is between two steps of a sign-in, nobody has a second factor, nobody typed their password just now.
    **{name: both({}, lambda ids: {"code": "000000"}, ok=302) | get(ok=302) for name in BEFORE_ALL_THAT},
    **{name: both({"pk": "=1"}, lambda ids: {"name": "x"}, ok=302) | get({"pk": "=1"}, ok=302) for name in PASSKEY},
    "mfa_deactivate_totp": {"GET": Call(ok=404), "POST": Call(body=lambda ids: {}, ok=404)},
    "mfa_view_recovery_codes": get(ok=404),
    "mfa_download_recovery_codes": get(ok=404),
    "token_list": get(),
    # Nobody here typed their password just now: it is asked for first.
    "token_new": both({}, lambda ids: {"label": "x"}, ok=302) | get(ok=302),
    "token_revoke": {"POST": Call(path={"token_id": "token"}, body=lambda ids: {}, ok=303)},
    "audit_list": get(),
    "visibility_why": get(query=lambda ids: {"person": ids["user"], "account": ids["account"]}, hidden=422),
    "my_day": get(),
    "day_badge": get(),
    # A link that is not ours.
    "morning_mail_off": {
        "GET": Call(path={"token": "=x"}, ok=410),
        "POST": Call(path={"token": "=x"}, body=lambda ids: {}, ok=410),
    },
    "portfolio": get(),
    "portfolio_export": get(),
    "account_export": get(),
    "health_weights": both({}, lambda ids: {"vital_cap": "on"}, ok=200),
    "account_list": get(),
    "view_new": both({}, lambda ids: {"name": "Mine", "share": "own"}, ok=303),
    "view_open": get(VIEW, ok=302),
    "view_edit": both(VIEW, lambda ids: {"name": "N", "share": "own", "position": 1, "version": 1}, ok=303),
    "view_save": {"POST": Call(path=VIEW, body=lambda ids: {"tier": "A"}, ok=303)},
    "view_start": {"POST": Call(path=VIEW, body=lambda ids: {"start": "1"}, ok=303)},
    "view_delete": {"POST": Call(path=VIEW, body=lambda ids: {}, ok=303)},
    "search": get(query=lambda ids: {"q": "zq"}),
    "account_search": get(query=lambda ids: {"search": "zq"}),
    "account_new": both({}, lambda ids: account_form(ids) | {"parent": ids["account"]}, ok=303, hidden=422),
    "account_detail": get(ACCOUNT),
    "account_edit": both(ACCOUNT, account_form, ok=303),
    "account_health": get(ACCOUNT),
    "census": get(),
    "account_reassign": {
        "GET": Call(query=lambda ids: {"account": ids["account"]}),
        "POST": Call(body=lambda ids: {"account": ids["account"], "new_owner": "nobody"}, ok=303, but=NOT_HIS),
    },
    "account_tag": {
        "GET": Call(query=lambda ids: {"account": ids["account"]}),
        "POST": Call(body=lambda ids: {"account": ids["account"], "tag_name": "New", "deed": "tag"}, ok=303),
    },
    "bulk_undo": {"POST": Call(path={"change_id": "bulk"}, body=lambda ids: {}, ok=303)},
    "account_history": get(ACCOUNT),
    "duplicate_list": get(),
    "duplicate_dismiss": {
        "POST": Call(path={"kind": "=account"}, body=lambda ids: {"pair": ids["pair"]}, ok=303),
    },
    "account_alike": get(query=lambda ids: {"name": "zq", "website": "zq.example"}),
    "account_merge": {
        "GET": Call(path=ACCOUNT, query=lambda ids: {"with": ids["twin"]}),
        "POST": Call(path=ACCOUNT, body=lambda ids: {"with": ids["twin"]}, ok=303, but=NOT_HIS),
    },
    "contact_merge": {
        "GET": Call(path={"contact_id": "contact"}, query=lambda ids: {"with": ids["contact_twin"]}),
        "POST": Call(path={"contact_id": "contact"}, body=lambda ids: {"with": ids["contact_twin"]}, ok=303),
    },
    "merge_undo": {"POST": Call(path={"merge_id": "merge"}, body=lambda ids: {}, ok=303)},
    "account_favourite": {"POST": Call(path=ACCOUNT, body=lambda ids: {"favourite": "1"}, ok=303)},
    "account_notes": both(ACCOUNT, lambda ids: {"text": "A note"}, ok=303),
    "note_edit": both({"note_id": "note"}, lambda ids: {"text": "Another"}, ok=303, but=NOT_HIS),
    "note_delete": {"POST": Call(path={"note_id": "note"}, body=lambda ids: {}, ok=303, but=NOT_HIS)},
    "account_team": both(ACCOUNT, lambda ids: {"user": ids["user"], "role": "technical"}, ok=303, but=NOT_HIS),
    "member_remove": {"POST": Call(path={"account_id": "account", "user_id": "member"}, body=lambda ids: {}, ok=303)},
    "contact_new": both(ACCOUNT, lambda ids: {"last_name": "New", "relation": "customer"}, ok=303),
    "contact_edit": both({"contact_id": "contact"}, lambda ids: {"last_name": "N", "relation": "customer"}, ok=303),
    "contact_private": {
        "GET": Call(path={"contact_id": "contact"}),
        "POST": Call(
            path={"contact_id": "contact"}, body=lambda ids: {"reason": "tests"}, but={"teammate": 403}, by_row=True
        ),
    },
    "contact_private_edit": {
        "POST": Call(
            path={"contact_id": "contact"},
            body=lambda ids: {"private_notes": "x", "version": 1},
            ok=303,
            but={"teammate": 403},
            by_row=True,
        )
    },
    "account_reads": get(ACCOUNT),
    "touchpoint_log": {
        "GET": Call(query=lambda ids: {"account": ids["account"]}),
        "POST": Call(body=log_form, ok=302, hidden=422),
    },
    "touchpoint_preview": get(query=lambda ids: {"account": ids["account"], "when": "now"}, hidden=200),
    "touchpoint_people": get(query=lambda ids: {"account": ids["account"]}, hidden=200),
    "touchpoint_choice": get(query=lambda ids: {"of": "type", "account": ids["account"]}, hidden=200),
    "touchpoint_detail": get({"touchpoint_id": "touchpoint"}),
    "touchpoint_undo": {
        "POST": Call(path={"touchpoint_id": "touchpoint"}, body=lambda ids: {}, ok=302, but=NOT_THEIRS)
    },
    "check_in_reschedule": both(CHECK_IN, lambda ids: {"due_on": "2150-01-04"}, ok=302),
    "check_in_skip": both(CHECK_IN, lambda ids: {"reason": "x"}, ok=302),
    "check_in_hand_over": both(CHECK_IN, lambda ids: {"to": ids["member"]}, ok=302),
    "check_in_undo": {"POST": Call(path=CHECK_IN, body=lambda ids: {}, ok=302)},
    # One is planned already.
    "check_in_plan": both(ACCOUNT, lambda ids: {"purpose": "operational", "due_on": "2150-01-04"}, ok=422),
    "touchpoint_restore": {"POST": Call(path={"touchpoint_id": "touchpoint"}, body=lambda ids: {}, ok=302)},
    "touchpoint_edit": {
        "GET": Call(path={"touchpoint_id": "touchpoint"}, but=NOT_THEIRS),
        "POST": Call(path={"touchpoint_id": "touchpoint"}, body=amended, ok=302, but=NOT_THEIRS),
    },
    "touchpoint_complete": {
        "GET": Call(path={"touchpoint_id": "appointment"}, but=NOT_THEIRS),
        "POST": Call(path={"touchpoint_id": "appointment"}, body=amended, ok=302, but=NOT_THEIRS),
    },
    "touchpoint_cancel": {
        "POST": Call(path={"touchpoint_id": "appointment"}, body=lambda ids: {}, ok=302, but=NOT_THEIRS)
    },
    "touchpoint_no_show": {
        "POST": Call(path={"touchpoint_id": "appointment"}, body=lambda ids: {}, ok=302, but=NOT_THEIRS)
    },
    "touchpoint_reopen": {
        "POST": Call(path={"touchpoint_id": "appointment"}, body=lambda ids: {}, ok=302, but=NOT_THEIRS)
    },
    "attachment_file": get({"attachment_id": "attachment"}),
    "attachment_remove": {
        "POST": Call(path={"attachment_id": "attachment"}, body=lambda ids: {}, ok=302, but=NOT_THEIRS)
    },
    "attachment_add": {"POST": Call(path={"touchpoint_id": "touchpoint"}, body=attached, ok=302, but=NOT_THEIRS)},
    "episode": get({"touchpoint_id": "touchpoint"}),
    "reach_list": both({}, reached, ok=303),
    "reach_edit": both({"reach_id": "reach"}, lambda ids: reached(ids) | {"version": 1}, ok=303),
    "reach_remove": {"POST": Call(path={"reach_id": "reach"}, body=lambda ids: {}, ok=303, but=RECORDED_BY_ADMIN)},
    "stale_list": get(),
    "planner": get(),
    # A link that is not ours is answered as one that was used.
    "invitation": {
        "GET": Call(path={"token": "=x"}, ok=410),
        "POST": Call(path={"token": "=x"}, body=lambda ids: {"name": "X", "password": "x"}, ok=410),
    },
    "people_list": get(),
    "person_invite": both({}, lambda ids: {"email": "x@kam.example", "name": "X", "role": "admin"}, ok=303),
    "person_detail": both({"user_id": "user"}, lambda ids: {"name": "Renamed", "works_in": [ids["team"]]}, ok=303),
    "person_resend": {"POST": Call(path={"user_id": "user"}, body=lambda ids: {}, ok=303)},
    # (Nobody of the examples has a second factor: the page comes back and says so.)
    "person_factor": {"POST": Call(path={"user_id": "user"}, body=lambda ids: {"reason": "lost"}, ok=422)},
    "person_leave": both({"user_id": "user"}, lambda ids: {"everything": ids["colleague"]}, ok=303),
    "first_run": both({}, lambda ids: {}, ok=303),
    "team_list": both({}, lambda ids: {"name": "Brand New"}, ok=303),
    "team_edit": both({"team_id": "team"}, lambda ids: {"name": "Renamed"}, ok=303),
    "team_delete": {"POST": Call(path={"team_id": "team"}, body=lambda ids: {}, ok=303)},
    "segment_list": both({}, lambda ids: {"name": "Brand new"}, ok=303),
    "segment_edit": both({"segment_id": "segment"}, lambda ids: {"name": "Brand new"}, ok=303),
    "tag_list": get(),
    "tag_edit": both({"tag_id": "tag"}, lambda ids: {"name": "Brand new"}, ok=303),
    "tag_delete": {"POST": Call(path={"tag_id": "tag"}, body=lambda ids: {}, ok=303)},
    "segment_delete": {"POST": Call(path={"segment_id": "segment"}, body=lambda ids: {}, ok=303)},
    "skill_list": both({}, lambda ids: {"name": "Swedish"}, ok=303),
    "skill_edit": both({"skill_id": "skill"}, lambda ids: {"name": "Swedish"}, ok=303),
    "skill_delete": {"POST": Call(path={"skill_id": "skill"}, body=lambda ids: {}, ok=303)},
    "account_cadence": both(OWN_CADENCE, interval, ok=303),
    "account_cadence_clear": {"POST": Call(path=OWN_CADENCE, body=lambda ids: {}, ok=302)},
    "cadence_list": get(),
    "cadence_edit": both(TIER_A, interval, ok=303),
    "cadence_remove": {"POST": Call(path=TIER_A, body=lambda ids: {}, ok=302)},
    "type_list": get(),
    "type_new": both({}, type_form, ok=303),
    "type_edit": both(TYPE, type_form, ok=303),
    "type_remove": {"POST": Call(path=TYPE, body=lambda ids: {}, ok=302)},
    "type_move": {"POST": Call(path=TYPE, **MOVED)},
    "channel_list": get(),
    "channel_new": both({}, channel_form, ok=303),
    "channel_edit": both(CHANNEL, channel_form, ok=303),
    "channel_remove": {"POST": Call(path=CHANNEL, body=lambda ids: {}, ok=302)},
    "channel_move": {"POST": Call(path=CHANNEL, **MOVED)},
    "import_list": get(),
    "export_list": get(),
    "export_new": both({}, lambda ids: {"kind": "accounts", "fields_of": "all", "format": "csv"}, ok=200),
    "export_detail": get({"job_id": "export_job"}),
    "export_file": get({"job_id": "export_job"}),
    "import_new": both({}, upload, ok=303),
    "import_detail": get({"job_id": "import_job"}),
    "import_issues": get({"job_id": "import_job"}),
    "import_rejected": get({"job_id": "import_job"}),
    "import_cancel": {"POST": Call(path={"job_id": "import_job"}, body=lambda ids: {}, ok=303)},
    "import_map": both({"job_id": "import_draft"}, lambda ids: {"zone": "UTC"}, ok=200),
    "import_reading": {"POST": Call(path={"job_id": "import_draft"}, body=lambda ids: {"delimiter": "comma"}, ok=302)},
    "import_discard": {"POST": Call(path={"job_id": "import_draft"}, body=lambda ids: {}, ok=302)},
    "mapping_remove": {"POST": Call(path={"mapping_id": "saved_mapping"}, body=lambda ids: {}, ok=302)},
}

EXAMPLES = {False: WEB, True: API}
