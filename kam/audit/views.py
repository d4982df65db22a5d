"""Settings › Audit."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kam.audit.changes import events_of, in_words, kinds, name_of
from kam.core.bounds import check_date
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from kam.people.models import User

EVENTS = 50
DAY = forms.DateInput(attrs={"type": "date", "class": "form-control"})


class AuditForm(forms.Form):
    kind = forms.ChoiceField(label=_("What"))
    person = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Anybody")
    )
    since = forms.DateField(label=_("From"), required=False, widget=DAY)
    until = forms.DateField(label=_("To"), required=False, widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, name_of(event)) for kind, event in kinds().items()]  # type: ignore[attr-defined]
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
    """Changes and deletions of one kind of row, the newest first; by person and days."""
    form = AuditForm({"kind": "accounts.account", **request.GET.dict()})
    if not form.is_valid():
        return render(request, "settings/audit_list.html", {"form": form}, status=422)
    asked = form.cleaned_data
    kind = asked["kind"]
    events = events_of(
        request.principal,  # type: ignore[attr-defined]
        kind,
        person=asked["person"],
        since=asked["since"],
        until=asked["until"],
    )
    page = keyset_page(events, order=("-pgh_created_at", "-pgh_id"), limit=EVENTS, cursor=request.GET.get("cursor"))
    context = {"form": form, "page": page, "changes": in_words(kind, page.rows)}
    return render(request, "settings/audit_list.html", context)
