"""How to call each route: the one table of the access matrix. A route that is missing here fails the matrix.

An entry gives, per method, the URL's arguments (name → kind of object), query and body. Arguments, query
and body ask `ids` for what they name, so that the matrix can put a foreign, deleted or missing row in its place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

Make = Callable[[Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One method of a route.

    `ok` is answered to whoever may and sees; `hidden` where a row that the call names is not there for
    the caller; `but` gives personas whom a rule of the service answers otherwise. That 403 of a persona
    is for every row, unless `by_row`: then it is said of what they see.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Make = lambda ids: {}
    body: Make | None = None
    ok: int = 200
    hidden: int = 404
    but: Mapping[str, int] = field(default_factory=dict)
    by_row: bool = False
    if_match: str | None = None


def get(path: Mapping[str, str] | None = None, query: Make = lambda ids: {}, **more: Any) -> dict[str, Call]:
    return {"GET": Call(path=path or {}, query=query, **more)}


def both(path: Mapping[str, str], body: Make, *, ok: int, **more: Any) -> dict[str, Call]:
    """A form: its page and its submission."""
    return {"GET": Call(path=path), "POST": Call(path=path, body=body, ok=ok, **more)}


# Whoever is signed in already is sent on.
AWAY = dict.fromkeys(
    ("owner", "teammate", "outsider", "leader", "sibling_leader", "admin", "newcomer", "integration"), 302
)
ACCOUNT = {"account_id": "account"}
CHECK_IN = {"check_in_id": "check_in"}
# Managers and integrations remove only what they logged themselves.
PEOPLE_DECIDE = {"integration": 422}
NOT_THEIRS = {"teammate": 422, "integration": 422}


# Others than whoever recorded it and leaders remove no reach.
RECORDED_BY_ADMIN = dict.fromkeys(("owner", "teammate", "outsider", "integration"), 422)

# Whoever is only on the account team neither hands the account over nor staffs it.
NOT_HIS = {"teammate": 422}


def log_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "account": ids["account"],
        "contacts": [ids["contact"]],
        "type": "sales_call",
        "channel": "phone",
        "when": "now",
        "token": "01890000-0000-7000-8000-0000000000aa",
    }


def attached(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("minutes.txt", b"What was said.", "text/plain")}


def amended(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "check_in", "channel": "phone", "when": "now", "subject": "New", "version": 1}


def logged(ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "account": ids["account"],
        "contacts": [ids["contact"]],
        "type": "sales_call",
        "channel": "phone",
        "occurred_at": "2026-01-05T09:30:00+01:00",
    }


def reached(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "advertising", "channel": "web", "occurred_on": "2026-01-05", "count": "5"}


def new_account(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Brand New", "parent": ids["account"]}


def account_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Renamed", "lifecycle": "active", "currency": "EUR"}


def upload(ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": "accounts",
        "file": SimpleUploadedFile("accounts.csv", b"Name\nBrand New\n", "text/csv"),
        "mapping": '{"name": "Name"}',
    }


def type_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Renamed", "phase": "after", "default_initiative": "direct", "is_active": "on"}


def channel_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Renamed", "mode": "digital", "default_direction": "inbound", "icon": "phone", "is_active": "on"}


def interval(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"ideal_days": 10, "maximum_days": 20, "working_days": ["1"], "version": 1}


def new_policy(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"purpose": "executive", "tier": "D", "ideal_days": 10, "maximum_days": 20}


NOT_ADMIN = dict.fromkeys(("owner", "teammate", "outsider", "leader", "sibling_leader", "integration"), 403)
TIER_A = {"purpose": "=operational", "of": "=A"}
OWN_CADENCE = {**ACCOUNT, "purpose": "=operational"}
TYPE, CHANNEL = {"type_id": "type"}, {"channel_id": "channel"}
MOVED = {"body": lambda ids: {"to": "up"}, "ok": 302}

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
    "account_history": get(ACCOUNT),
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
    "import_new": both({}, upload, ok=303),
    "import_detail": get({"job_id": "import_job"}),
    "import_issues": get({"job_id": "import_job"}),
}

API: dict[str, dict[str, Call]] = {
    "me": get(),
    "account-stale": get(),
    "account-list": {
        "GET": Call(),
        "POST": Call(body=new_account, ok=201, hidden=400),
    },
    "account-detail": {
        "GET": Call(path={"id": "account"}),
        "PATCH": Call(path={"id": "account"}, body=lambda ids: {"industry": "Steel"}, if_match='"1"'),
    },
    "account-health": get({"id": "account"}),
    "account-timeline": get({"id": "account"}),
    "account-census": get(query=lambda ids: {"on": "2026-09-30"}),
    "account-reassign": {
        "POST": Call(body=lambda ids: {"ids": [ids["account"]], "owner": ids["member"]}, hidden=400, but=NOT_HIS)
    },
    "account-member-list": get({"id": "account"}),
    "account-member": {
        "PUT": Call(path={"id": "account", "user_id": "member"}, body=lambda ids: {"role": "technical"}, but=NOT_HIS),
        "DELETE": Call(path={"id": "account", "user_id": "member"}, ok=204),
    },
    "contact-list": {
        "GET": Call(),
        "POST": Call(body=lambda ids: {"account": ids["account"], "last_name": "New"}, ok=201, hidden=400),
    },
    "contact-detail": {
        "GET": Call(path={"id": "contact"}),
        "PATCH": Call(path={"id": "contact"}, body=lambda ids: {"job_title": "Head"}, if_match='"1"'),
    },
    "contact-reveal": {
        "POST": Call(
            path={"id": "contact"},
            body=lambda ids: {"reason": "tests"},
            but={"teammate": 403, "integration": 403},
            by_row=True,
        )
    },
    "touchpoint-list": {"GET": Call(), "POST": Call(body=logged, ok=201, hidden=400)},
    "touchpoint-detail": {
        "GET": Call(path={"id": "touchpoint"}),
        "PATCH": Call(path={"id": "touchpoint"}, body=lambda ids: {"subject": "New"}, if_match='"1"', but=NOT_THEIRS),
        "DELETE": Call(path={"id": "touchpoint"}, ok=204, but=NOT_THEIRS),
    },
    "touchpoint-complete": {"POST": Call(path={"id": "appointment"}, body=lambda ids: {}, but=NOT_THEIRS)},
    "touchpoint-cancel": {"POST": Call(path={"id": "appointment"}, body=lambda ids: {}, but=NOT_THEIRS)},
    "touchpoint-no-show": {"POST": Call(path={"id": "appointment"}, body=lambda ids: {}, but=NOT_THEIRS)},
    "account-by-external": {
        "GET": Call(path={"source": "account_source", "external_id": "account_ref"}),
        "PUT": Call(path={"source": "=crm", "external_id": "=new"}, body=new_account, ok=201, hidden=400),
    },
    "contact-by-external": {
        "GET": Call(path={"source": "contact_source", "external_id": "contact_ref"}),
        "PUT": Call(
            path={"source": "=crm", "external_id": "=new"},
            body=lambda ids: {"account": ids["account"], "last_name": "New"},
            ok=201,
            hidden=400,
        ),
    },
    "touchpoint-by-external": {
        "GET": Call(path={"source": "touchpoint_source", "external_id": "touchpoint_ref"}),
        "PUT": Call(path={"source": "=crm", "external_id": "=new"}, body=logged, ok=201, hidden=400),
    },
    "touchpoint-restore": {"POST": Call(path={"id": "touchpoint"}, body=lambda ids: {})},
    "touchpoint-type-list": get(),
    "touchpoint-type-detail": get({"id": "type"}),
    "channel-list": get(),
    "channel-detail": get({"id": "channel"}),
    "reach-list": {"GET": Call(), "POST": Call(body=lambda ids: reached(ids) | {"count": 5}, ok=201)},
    "reach-detail": {
        "GET": Call(path={"id": "reach"}),
        "PATCH": Call(path={"id": "reach"}, body=lambda ids: {"campaign": "New"}, if_match='"1"'),
        "DELETE": Call(path={"id": "reach"}, ok=204, but=RECORDED_BY_ADMIN),
    },
    "check-in-list": get(),
    "check-in-detail": get({"id": "check_in"}),
    "check-in-reschedule": {
        "POST": Call(path={"id": "check_in"}, body=lambda ids: {"due_on": "2150-01-04"}, but=PEOPLE_DECIDE)
    },
    "check-in-skip": {"POST": Call(path={"id": "check_in"}, body=lambda ids: {"reason": "x"}, but=PEOPLE_DECIDE)},
    "check-in-hand-over": {
        "POST": Call(path={"id": "check_in"}, body=lambda ids: {"to": ids["member"]}, but=PEOPLE_DECIDE)
    },
    "stale-flag-list": get(),
    "stale-flag-detail": get({"id": "stale_flag"}),
    "import-list": {"GET": Call(), "POST": Call(body=lambda ids: {}, ok=415)},
    "import-detail": get({"id": "import_job"}),
    "tombstone-list": get(),
    "cadence-policy-list": {"GET": Call(), "POST": Call(body=new_policy, ok=201, but=NOT_ADMIN)},
    "cadence-policy-detail": {
        "GET": Call(path={"id": "policy"}),
        "PATCH": Call(path={"id": "policy"}, body=lambda ids: {"ideal_days": 3}, if_match='"1"', but=NOT_ADMIN),
        "DELETE": Call(path={"id": "policy"}, ok=204, but=NOT_ADMIN),
    },
    "segment-list": get(),
    "segment-detail": get({"id": "segment"}),
    "skill-list": get(),
    "skill-detail": get({"id": "skill"}),
    "team-list": get(),
    "team-detail": get({"id": "team"}),
    "user-list": get(),
    "user-detail": get({"id": "user"}),
}

EXAMPLES = {False: WEB, True: API}
