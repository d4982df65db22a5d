"""Forms of the catalogue's settings: shape only. What the rules forbid comes back from the service."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DomainForm
from kam.people.models import Skill
from touchpoints.enums import Purpose
from touchpoints.models import Channel, TouchpointType, TypeGroup
from touchpoints.services.catalogue import CHANNEL_FIELDS, TYPE_FIELDS
from touchpoints.usage import groups

# Pictures a channel may have: of the sprite, those that show a medium.
PICTURES = {
    "phone": _("Telephone"), "mail": _("Letter"), "users": _("People"), "video": _("Camera"),
    "building": _("Building"), "message-circle": _("Speech bubble"), "world": _("Globe"),
    "device-mobile": _("Mobile phone"), "share": _("Network"), "headset": _("Headset"),
    "calendar-event": _("Calendar"), "mailbox": _("Letter box"), "clipboard-list": _("Clipboard"),
    "star": _("Star"), "news": _("Newspaper"), "presentation": _("Presentation"), "truck": _("Van"),
    "ticket": _("Ticket"), "map-pin": _("Place"),
}  # fmt: skip


def box() -> forms.CheckboxInput:
    return forms.CheckboxInput(attrs={"class": "form-check-input"})


class TypeForm(DomainForm):
    """A touchpoint type. It joins the groups that are ticked and those that are named beside them."""

    counts_for = forms.MultipleChoiceField(
        label=_("Counted contact for"),
        choices=[choice for choice in Purpose.choices if choice[0] != Purpose.EXECUTIVE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    in_groups = forms.MultipleChoiceField(label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple)
    new_groups = forms.CharField(
        label=_("More groups"), required=False, max_length=300, help_text=_("New names, with commas between them.")
    )

    required_skills = forms.ModelMultipleChoiceField(
        Skill.objects.none(), label=_("Required skills"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = TouchpointType
        fields: ClassVar[list[str]] = TYPE_FIELDS
        widgets: ClassVar[Mapping[str, forms.Widget]] = {
            "moment_of_truth": box(),
            "is_active": box(),
            "procedure": forms.Textarea(attrs={"rows": 6}),
            "customer_expects": forms.Textarea(attrs={"rows": 2}),
            "promise": forms.Textarea(attrs={"rows": 2}),
            "decides_alone": forms.Textarea(attrs={"rows": 2}),
        }
        labels: ClassVar[Mapping[str, Any]] = {
            "moment_of_truth": _("A moment of truth"),
            "is_active": _("Offered when somebody logs"),
            "customer_expects": _("What the customer expects"),
            "decides_alone": _("Whoever does it decides alone"),
        }
        help_texts: ClassVar[Mapping[str, Any]] = {
            "default_initiative": _("Direct: steered by us. Indirect: the customer's occasion."),
            "moment_of_truth": _("The customer judges us by it."),
            "promise": _("As we would say it: “an answer within 4 working hours”."),
            "procedure": _("How it is done, a step a line."),
            "decides_alone": _("Such as a credit of up to 200 EUR."),
            "escalates_to": _("The role or person who decides the rest."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(groups().values_list("name", flat=True))
        self.fields["in_groups"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.fields["required_skills"].queryset = Skill.objects.order_by("name", "id")  # type: ignore[attr-defined]
        for name in ("phase", "default_initiative"):
            self.fields[name].choices = self.fields[name].choices[1:]  # type: ignore[attr-defined]  # without "-----"
        if not self.instance._state.adding:
            self.initial["in_groups"] = [group.name for group in self.instance.groups.all()]
            self.initial["required_skills"] = [skill.pk for skill in self.instance.required_skills.all()]

    def clean_new_groups(self) -> list[str]:
        names = [" ".join(name.split()) for name in self.cleaned_data["new_groups"].split(",")]
        longest = TypeGroup._meta.get_field("name").max_length or 0
        if any(len(name) > longest for name in names):
            raise forms.ValidationError(_("A group's name has at most %(most)s characters.") % {"most": longest})
        return [name for name in names if name]

    @property
    def group_names(self) -> list[str]:
        return [*self.cleaned_data["in_groups"], *self.cleaned_data["new_groups"]]


class ChannelForm(DomainForm):
    icon = forms.ChoiceField(label=_("Picture"), choices=PICTURES.items(), initial="message-circle")

    class Meta:
        model = Channel
        fields: ClassVar[list[str]] = CHANNEL_FIELDS
        widgets: ClassVar[Mapping[str, forms.Widget]] = {"is_active": box()}
        labels: ClassVar[Mapping[str, Any]] = {"is_active": _("Offered when somebody logs")}
        help_texts: ClassVar[Mapping[str, Any]] = {
            "default_direction": _("What the dialog proposes. Outbound alone is not counted contact.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = self.fields["mode"].choices[1:]  # type: ignore[attr-defined]
        present = self.instance.icon
        if present not in PICTURES:
            self.fields["icon"].choices = [(present, present), *PICTURES.items()]  # type: ignore[attr-defined]
