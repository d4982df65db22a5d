"""Settings › Audit."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kam.audit.changes import Asked, changes
from kam.audit.kinds import kinds
from kam.core.bounds import check_date
from kam.core.policy import Who, policy
from kam.people.models import User

EVENTS = 50
DAY = forms.DateInput(attrs={"type": "date", "class": "form-control"})


class AuditForm(forms.Form):
    kind = forms.ChoiceField(label=_("What"), required=False)
    person = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Anybody")
    )
    since = forms.DateField(label=_("From"), required=False, widget=DAY)
    until = forms.DateField(label=_("To"), required=False, widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((kind.key, str(kind.label)) for kind in kinds()), key=lambda choice: choice[1])
        self.fields["kind"].choices = [("", _("Everything")), *named]  # type: ignore[attr-defined]
        self.fields["person"].queryset = User.objects.order_by("name", "id")  # type: ignore[attr-defined]
        for name in ("kind", "person"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def clean(self) -> dict[str, Any]:
        for name in ("since", "until"):
            if self.cleaned_data.get(name):
                check_date(self.cleaned_data[name], field=name)
        return self.cleaned_data


@policy(GET=Who.ADMIN)
def audit_list(request: HttpRequest) -> HttpResponse:
    """Changes, deletions and sensitive reads of every kind, the newest first; by kind, person and days."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        return render(request, "settings/audit_list.html", {"form": form}, status=422)
    principal, cursor = request.principal, request.GET.get("cursor")  # type: ignore[attr-defined]
    page = changes(principal, Asked(**form.cleaned_data), limit=EVENTS, cursor=cursor)
    return render(request, "settings/audit_list.html", {"form": form, "page": page})
