"""How to call each route of the REST API: see examples.py."""

from tests.access.calls import (
    NOT_ADMIN,
    NOT_HIS,
    NOT_THEIRS,
    PEOPLE_DECIDE,
    RECORDED_BY_ADMIN,
    Call,
    get,
    logged,
    new_account,
    new_policy,
    reached,
)

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
    "search-list": get(query=lambda ids: {"q": "zq"}),
    "account-census": get(query=lambda ids: {"on": "2026-09-30"}),
    "dashboard-portfolio": get(),
    "account-reassign": {
        "POST": Call(body=lambda ids: {"ids": [ids["account"]], "owner": ids["member"]}, hidden=400, but=NOT_HIS)
    },
    "account-merge": {
        "POST": Call(path={"id": "account"}, body=lambda ids: {"absorb": ids["twin"]}, ok=201, but=NOT_HIS)
    },
    "contact-merge": {"POST": Call(path={"id": "contact"}, body=lambda ids: {"absorb": ids["contact_twin"]}, ok=201)},
    "account-duplicate-list": get(),
    "account-duplicate-dismiss": {"POST": Call(path={"id": "pair"}, body=lambda ids: {}, ok=204)},
    "contact-duplicate-list": get(),
    "contact-duplicate-dismiss": {"POST": Call(path={"id": "contact_pair"}, body=lambda ids: {}, ok=204)},
    "saved-view-list": get(),
    "saved-view-detail": get({"id": "view"}),
    "merge-list": get(),
    "merge-detail": get({"id": "merge"}),
    "merge-undo": {"POST": Call(path={"id": "merge"}, body=lambda ids: {}, but=NOT_HIS)},
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
    "touchpoint-bulk": {
        "POST": Call(body=lambda ids: {"items": [logged(ids)], "atomic": True}, hidden=400),
    },
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
    "export-list": {
        "GET": Call(),
        "POST": Call(body=lambda ids: {"kind": "accounts"}, ok=202, scope="accounts:read"),
    },
    "export-detail": get({"id": "export_job"}, scope="accounts:read"),
    "export-file": get({"id": "export_job"}, scope="accounts:read"),
    "import-list": {"GET": Call(), "POST": Call(body=lambda ids: {}, ok=415)},
    "import-detail": get({"id": "import_job"}),
    "import-rejected": get({"id": "import_job"}),
    "import-cancel": {"POST": Call(path={"id": "import_job"}, body=lambda ids: {})},
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
