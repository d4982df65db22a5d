"""Whether those who decide, sponsor and champion are in touch with us: the stakeholders signal.

A role counts a third while one of its contacts was in two-way contact within 90 days. There is no reading
before the first such contact: an account whose people nobody wrote down is unknown, not unwell.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import BuyingRole
from accounts.health import Evidence, Signal
from accounts.models import Account

ROLES = (BuyingRole.SPONSOR, BuyingRole.DECISION_MAKER, BuyingRole.CHAMPION)

_NAMED = ", ".join(f"'{role.value}'" for role in ROLES)
_ROLES = f"ARRAY[{_NAMED}]::varchar[]"
_TWO_WAY = """t.status = 'completed' AND t.direction IN ('inbound', 'two_way') AND t.occurred_at <= %(as_of)s"""
_FRESH = "t.occurred_at > %(as_of)s::timestamptz - interval '2160 hours'"  # within 90 days (of 24 h)
_HEARD = " + ".join(f"bool_or('{role.value}' = ANY(c.buying_roles))::int" for role in ROLES)

# The contact of 90 days is read by account and time; older contact is looked for only where there was none, and the
# first that is found will do. (Reading all there ever was took three times as many blocks.)
_READING = f"""
    SELECT h.account_id, 100.0::float8 * COALESCE(f.heard, 0) / {len(ROLES)} AS reading
    FROM health_scope h LEFT JOIN (
        SELECT t.account_id, {_HEARD} AS heard
        FROM health_scope s JOIN touchpoints_touchpoint t ON t.account_id = s.account_id
        JOIN touchpoints_touchpointcontact l ON l.touchpoint_id = t.id
        JOIN accounts_contact c ON c.id = l.contact_id
        WHERE c.buying_roles && {_ROLES} AND {_TWO_WAY} AND {_FRESH} GROUP BY t.account_id
    ) f ON f.account_id = h.account_id
    WHERE f.heard IS NOT NULL OR EXISTS (
        SELECT 1 FROM accounts_contact c JOIN touchpoints_touchpointcontact l ON l.contact_id = c.id
        JOIN touchpoints_touchpoint t ON t.id = l.touchpoint_id
        WHERE c.account_id = h.account_id AND c.buying_roles && {_ROLES} AND {_TWO_WAY}
    )
"""
# One record per role: the last two-way contact. It names the role, never the person.
_EVIDENCE = f"""
    SELECT n.occurred_at,
           COALESCE(NULLIF(n.subject, ''), (SELECT y.name FROM touchpoints_touchpointtype y WHERE y.id = n.type_id)),
           100 * n.fresh::int::float8, 100 * n.fresh::int::float8 / {len(ROLES)},
           'touchpoint', n.id, jsonb_build_object('role', n.role)
    FROM unnest(ARRAY[{_NAMED}]) AS r(role)
    CROSS JOIN LATERAL (
        SELECT t.id, t.occurred_at, t.subject, t.type_id, {_FRESH} AS fresh, r.role
        FROM accounts_contact c JOIN health_scope h ON h.account_id = c.account_id
        JOIN touchpoints_touchpointcontact l ON l.contact_id = c.id
        JOIN touchpoints_touchpoint t ON t.id = l.touchpoint_id
        WHERE {_TWO_WAY} AND r.role = ANY(c.buying_roles)
        ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1
    ) n
"""


def _caption(label: str, facts: Mapping[str, Any]) -> str:
    return f"{BuyingRole(facts['role']).label}: {label}"


def _sentence(account: Account, evidence: Sequence[Evidence], now: datetime) -> str:
    if not evidence:
        return _("No two-way contact yet with a sponsor, decision maker or champion")
    heard = {one.facts["role"] for one in evidence if one.value}
    silent = [str(role.label).lower() for role in ROLES if role not in heard]
    if not silent:
        return _("Sponsor, decision maker and champion spoke with us within 90 days")
    return _("No two-way contact within 90 days with a %(roles)s") % {"roles": get_text_list(silent, _("or"))}


STAKEHOLDERS = Signal(
    key="stakeholders",
    label=gettext_lazy("Stakeholders"),
    default_weight=10,
    reading_sql=_READING,
    evidence_sql=_EVIDENCE,
    sentence=_sentence,
    caption=_caption,
)
