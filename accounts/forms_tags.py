"""Forms of tags: shape only. What the rules forbid comes back from the service."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import BulkKind
from accounts.handing_forms import RefusableForm
from accounts.models.tags import MOST_NAME
from accounts.services.tags import MOST_TAGS
from accounts.tags import tags_offered
from kam.core.form_words import speak_plainly
from kam.people.principal import Principal


class TagsField(forms.Field):
    """Names of tags, old and new ones: what is typed beside the list is a new tag."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[str]:
        return [" ".join(str(name).split()) for name in value or [] if str(name).strip()]

    def validate(self, value: Any) -> None:
        if len(value) > MOST_TAGS:
            raise forms.ValidationError(_("At most %(n)d tags.") % {"n": MOST_TAGS})
        if any(len(name) > MOST_NAME for name in value):
            raise forms.ValidationError(_("A tag has at most %(n)d letters.") % {"n": MOST_NAME})
        super().validate(value)


class TagForm(RefusableForm):
    """One tag, an old or a new one, and whether it goes on or off."""

    tag_name = forms.CharField(
        label=_("Tag"),
        max_length=MOST_NAME,
        widget=forms.TextInput(attrs={"class": "form-control", "list": "tags", "autocomplete": "off", "autofocus": ""}),
    )
    deed = forms.ChoiceField(
        label=_("What to do"),
        choices=[(BulkKind.TAG.value, _("Put it on")), (BulkKind.UNTAG.value, _("Take it off"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = tags_offered(principal)  # while somebody types
        speak_plainly(self.fields.values())

    def refuse(self, error: Any) -> None:
        """Services call the field of an account's form "tags"."""
        self.add_error("tag_name" if error.field == "tags" else None, error.detail)
