"""What to export, of which fields, as which file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kam.exchange.exports.enums import Format
from kam.exchange.exports.registry import export_kinds

AS_SHOWN, EVERYTHING = "shown", "all"
SEPARATOR = "."


class ExportForm(forms.Form):
    """`shown` are the fields of the list that one comes from; without them all fields are exported."""

    kind = forms.ChoiceField(label=_("What"))
    fields_of = forms.ChoiceField(
        label=_("Fields"), choices=[(AS_SHOWN, _("Those of the list")), (EVERYTHING, _("All fields"))]
    )
    format = forms.ChoiceField(label=_("File"), choices=Format.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.key, kind.label) for kind in export_kinds()]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
