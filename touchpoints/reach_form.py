"""The form of reach without a person: shape only. What the rules forbid comes back from the service."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import DAY, DomainForm
from touchpoints.models import Channel, Reach, TouchpointType
from touchpoints.services.reach import EDITABLE, MOST_COUNT


class ReachForm(DomainForm):
    """What is retired is offered only where the row bears it."""

    count = forms.IntegerField(label=_("How many were reached"), min_value=1, max_value=MOST_COUNT)

    class Meta:
        model = Reach
        fields: ClassVar[list[str]] = EDITABLE
        widgets: ClassVar[Mapping[str, forms.Widget]] = {"occurred_on": DAY, "notes": forms.Textarea(attrs={"rows": 2})}

    field_order: ClassVar[list[str]] = ["campaign", "count", "occurred_on", "type", "channel", "notes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("type", TouchpointType), ("channel", Channel)):
            offered = Q(is_active=True) | Q(pk=getattr(self.instance, f"{name}_id"))
            self.fields[name].queryset = model.objects.filter(offered).order_by("position", "id")  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("Choose")  # type: ignore[attr-defined]
