"""The upload form: a file, what its columns mean, and what to do about missing records."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kam.core.errors import BadInput
from kam.core.text import check_json
from kam.exchange.enums import Missing
from kam.exchange.formats import DELIMITER_WORDS, DELIMITERS, ENCODINGS, Format
from kam.exchange.registry import kinds
from kam.exchange.services import Request

MAX_JSON = 100_000


class JSONField(forms.CharField):
    """JSON, typed in: an object, or a list of objects. Shown again as it was typed where it is refused."""

    widget = forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "kam-mono"})

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict | list) else value

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")  # forms end lines so, scripts need not

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return {}
        try:
            document = check_json(text.encode())
        except BadInput as error:
            raise forms.ValidationError(error.detail) from error
        if not isinstance(document, dict | list) or document == []:
            raise forms.ValidationError(_("This must be a JSON object: {…}."))
        return document


class JSONObjectField(JSONField):
    def clean(self, value: Any) -> Any:
        document = super().clean(value)
        if not isinstance(document, dict):
            raise forms.ValidationError(_("This must be a JSON object: {…}."))
        return document


class ImportForm(forms.Form):
    """Without a mapping the upload becomes a draft, and the mapping page asks."""

    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"))
    file = forms.FileField(
        label=gettext_lazy("CSV or Excel file"),
        max_length=255,
        allow_empty_file=True,  # said in our own words
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,text/csv"}),
        help_text=gettext_lazy("Column names in the first line. At most 512 MiB and 2,000,000 rows; Excel 50 MiB."),
    )
    mapping = JSONField(
        label=gettext_lazy("Mapping"),
        required=False,
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


SELECT = forms.Select(attrs={"class": "form-select"})


class ReadingForm(forms.Form):
    """How the file of a draft is to be read, where it is not what it looks like."""

    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"), choices=lambda: list(ENCODINGS.items()), required=False, widget=SELECT
    )
    delimiter = forms.ChoiceField(label=gettext_lazy("Cells separated by"), required=False, widget=SELECT)
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False, widget=SELECT)

    def __init__(self, written: Format, sheets: Sequence[str], data: Any = None) -> None:
        words = {sign: word for word, sign in DELIMITER_WORDS.items()}
        super().__init__(data, initial=written.as_json() | {"delimiter": words[written.delimiter]}, auto_id="read_%s")
        separators = [(words[sign], label) for sign, label in DELIMITERS.items()]
        self.fields["delimiter"].choices = separators  # type: ignore[attr-defined]
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        for name in ("encoding", "delimiter") if sheets else ("sheet",):
            del self.fields[name]
