"""The form of reach without a person: shape only. What the rules forbid comes back from the service."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DAY, DomainForm
from touchpoints.models import Channel, Reach, TouchpointType
from touchpoints.selectors import channels, touchpoint_types
from touchpoints.services.reach import EDITABLE, MOST_COUNT


class ReachForm(DomainForm):
    """Types and channels go by their keys; what is retired is offered only where the row bears it."""

    count = forms.IntegerField(label=_("How many were reached"), min_value=1, max_value=MOST_COUNT)
    type = forms.ModelChoiceField(
        TouchpointType.objects.none(), label=_("Type"), to_field_name="key", empty_label=_("Choose")
    )
    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=_("Channel"), to_field_name="key", empty_label=_("Choose")
    )

    class Meta:
        model = Reach
        fields: ClassVar[list[str]] = EDITABLE
        widgets: ClassVar[Mapping[str, forms.Widget]] = {"occurred_on": DAY, "notes": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        borne: dict[str, Any] = {}
        if not self.instance._state.adding:
            borne = {"type": self.instance.type, "channel": self.instance.channel}
            self.initial.update(borne)
        for name, offered in (("type", touchpoint_types), ("channel", channels)):
            asked = borne[name].key if name in borne else ""
            self.fields[name].queryset = offered(asked=asked)  # type: ignore[attr-defined]
