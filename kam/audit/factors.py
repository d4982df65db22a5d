"""Removals of second factors, as the audit tells of them."""

from django.db.models import F, JSONField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext_lazy as _

from kam.audit.kinds import Kind
from kam.people.models import FactorRemoval

FACTOR_REMOVAL = Kind(
    key="people.factorremoval",
    label=_("Second factor"),
    model=FactorRemoval,
    fields=("user", "reason"),
    rows=lambda principal: FactorRemoval.objects.all(),
    columns={
        "word": Value("removed"),
        "context": JSONObject(user=F("removed_by_id")),
        "row": JSONObject(id=F("id"), user=F("user_id"), reason=F("reason")),
        "was": Cast(Value(None), JSONField()),
    },
    at="removed_at",
    number="id",
    person="removed_by",
)
