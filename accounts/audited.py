"""What accounts adds to the audit: where its lines lead, and reads of what is sensitive."""

from typing import Any

from django.db.models import F, JSONField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.models import SensitiveRead
from accounts.selectors import sensitive_reads
from kam.audit.kinds import Kind, ObjectPage, add_kind, register_pages

SENSITIVE_READ: dict[str, Any] = {
    "word": Value("read"),
    "context": JSONObject(user=F("by_id")),
    "row": JSONObject(id=F("id"), account=F("account_id"), contact=F("contact_id"), reason=F("reason")),
    "was": Cast(Value(None), JSONField()),
}


def register_audited() -> None:
    """Called once, when the app is ready."""
    add_kind(
        Kind(
            key="accounts.sensitiveread",
            label=_("Sensitive read"),
            model=SensitiveRead,
            fields=("contact", "account", "reason"),
            rows=lambda principal: sensitive_reads(principal).select_related(None),
            columns=SENSITIVE_READ,
            at="read_at",
            number="id",
            person="by",
        )
    )
    register_pages(
        {
            "accounts.account": ObjectPage("account_detail"),
            "accounts.accountmember": ObjectPage("account_team", of="account"),
            "accounts.contact": ObjectPage("contact_edit"),
            "accounts.note": ObjectPage("account_notes", of="account"),
            "accounts.segment": ObjectPage("segment_edit"),
            "accounts.sensitiveread": ObjectPage("account_reads", of="account"),
        }
    )
