"""Whether those who decide, sponsor and champion are in touch with us: the stakeholders signal.

A role counts a third while one of its contacts was in two-way contact within 90 days. There is no reading
before the first such contact: an account whose people nobody wrote down is unknown, not unwell.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import BuyingRole
from accounts.health import Evidence, Ref, Signal
from accounts.health.registry import ONE_ACCOUNT

ROLES = (BuyingRole.SPONSOR, BuyingRole.DECISION_MAKER, BuyingRole.CHAMPION)

# Two-way contact with somebody who has one of the roles; `fresh` within 90 days (of 24 h).
_MET = f"""
    FROM accounts_contact c JOIN health_scope h ON h.account_id = c.account_id
    JOIN touchpoints_touchpointcontact l ON l.contact_id = c.id
    JOIN touchpoints_touchpoint t ON t.id = l.touchpoint_id
    CROSS JOIN LATERAL (SELECT t.occurred_at > %(as_of)s::timestamptz - interval '2160 hours' AS fresh) f
    WHERE c.buying_roles && ARRAY[{", ".join(f"'{role.value}'" for role in ROLES)}]::varchar[]
      AND t.status = 'completed' AND t.direction IN ('inbound', 'two_way') AND t.occurred_at <= %(as_of)s
"""
# (One pass without sorting: half the time of the newest per role.)
_HEARD = " + ".join(f"bool_or(f.fresh AND '{role.value}' = ANY(c.buying_roles))::int" for role in ROLES)
_READING = f"SELECT c.account_id, 100.0::float8 * ({_HEARD}) / {len(ROLES)} AS reading {_MET} GROUP BY c.account_id"
_EVIDENCE = f"""
    {ONE_ACCOUNT}
    SELECT n.id, n.occurred_at, n.role, n.fresh,
           COALESCE(NULLIF(n.subject, ''), (SELECT y.name FROM touchpoints_touchpointtype y WHERE y.id = n.type_id))
    FROM unnest(ARRAY[{", ".join(f"'{role.value}'" for role in ROLES)}]) AS r(role)
    CROSS JOIN LATERAL (
        SELECT t.id, t.occurred_at, t.subject, t.type_id, f.fresh, r.role {_MET} AND r.role = ANY(c.buying_roles)
        ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1
    ) n
    ORDER BY n.occurred_at DESC, n.role
"""


def _evidence(account_id: UUID, as_of: datetime) -> list[Evidence]:
    """One record per role: the last two-way contact. It names the role, never the person."""
    with connection.cursor() as cursor:
        cursor.execute(_EVIDENCE, {"account_id": account_id, "as_of": as_of})
        rows = cursor.fetchall()
    return [
        Evidence(
            occurred_at,
            f"{BuyingRole(role).label}: {name}",
            100.0 if fresh else 0.0,
            100.0 / len(ROLES) if fresh else 0.0,
            Ref("touchpoint", touchpoint_id),
            {"role": ROLES.index(BuyingRole(role))},
        )
        for touchpoint_id, occurred_at, role, fresh, name in rows
    ]


def _sentence(account_id: UUID, evidence: Sequence[Evidence], now: datetime) -> str:
    if not evidence:
        return _("No two-way contact yet with a sponsor, decision maker or champion")
    heard = {one.numbers["role"] for one in evidence if one.value}
    silent = [str(role.label).lower() for number, role in enumerate(ROLES) if number not in heard]
    if not silent:
        return _("Sponsor, decision maker and champion spoke with us within 90 days")
    return _("No two-way contact within 90 days with a %(roles)s") % {"roles": get_text_list(silent, _("or"))}


STAKEHOLDERS = Signal(
    key="stakeholders",
    label=gettext_lazy("Stakeholders"),
    default_weight=10,
    reading_sql=_READING,
    evidence=_evidence,
    sentence=_sentence,
)
