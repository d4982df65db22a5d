"""The upload form: a file, what its columns mean, and what to do about missing records."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kam.core.errors import BadInput
from kam.core.text import check_json
from kam.exchange.enums import Missing
from kam.exchange.registry import kinds
from kam.exchange.services import Request

MAX_JSON = 100_000


class JSONObjectField(forms.CharField):
    """A JSON object, typed in. Shown again as it was typed where it is refused."""

    widget = forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "kam-mono"})

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        if not text:
            return {}
        try:
            document = check_json(text.encode())
        except BadInput as error:
            raise forms.ValidationError(error.detail) from error
        if not isinstance(document, dict):
            raise forms.ValidationError(_("This must be a JSON object: {…}."))
        return document


class ImportForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"))
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        max_length=255,
        allow_empty_file=True,  # said in our own words
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=gettext_lazy("UTF-8, column names in the first line, at most 512 MiB and 2,000,000 rows."),
    )
    mapping = JSONObjectField(
        label=gettext_lazy("Mapping"),
        max_length=MAX_JSON,
        help_text=gettext_lazy("Our field on the left; on the right the name of your column, or what stands there."),
    )
    defaults = JSONObjectField(
        label=gettext_lazy("Defaults"),
        required=False,
        max_length=MAX_JSON,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "kam-mono"}),
        help_text=gettext_lazy('Used where a cell is empty or a field is not mapped, such as {"channel": "phone"}.'),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=50,
        help_text=gettext_lazy("Name of the system the file comes from. Its ids are unique within it."),
    )
    missing_accounts = forms.BooleanField(label=gettext_lazy("Create accounts that do not exist"), required=False)
    missing_types = forms.BooleanField(label=gettext_lazy("Create touchpoint types that do not exist"), required=False)
    dry_run = forms.BooleanField(label=gettext_lazy("Only check, write nothing"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.key, kind.label) for kind in kinds()]  # type: ignore[attr-defined]

    def asked(self) -> Request:
        """What a valid form asks for."""
        data = self.cleaned_data
        defaults = data["defaults"] | ({"source": data["source"]} if data["source"] else {})
        return Request(
            kind=data["kind"],
            file=data["file"],
            filename=data["file"].name,
            mapping=data["mapping"],
            defaults=defaults,
            missing_accounts=Missing.CREATE if data["missing_accounts"] else Missing.REJECT,
            missing_types=Missing.CREATE if data["missing_types"] else Missing.REJECT,
            dry_run=data["dry_run"],
        )
