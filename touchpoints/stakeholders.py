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
# One record per role: the last two-way contact. It names the role, never the person.
_EVIDENCE = f"""
    SELECT n.occurred_at,
           COALESCE(NULLIF(n.subject, ''), (SELECT y.name FROM touchpoints_touchpointtype y WHERE y.id = n.type_id)),
           100 * n.fresh::int::float8, 100 * n.fresh::int::float8 / {len(ROLES)},
           'touchpoint', n.id, jsonb_build_object('role', n.role)
    FROM unnest(ARRAY[{", ".join(f"'{role.value}'" for role in ROLES)}]) AS r(role)
    CROSS JOIN LATERAL (
        SELECT t.id, t.occurred_at, t.subject, t.type_id, f.fresh, r.role {_MET} AND r.role = ANY(c.buying_roles)
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
