"""Settings › Tags."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Tag
from accounts.services.tag_upkeep import delete_tag, rename_tag
from accounts.tags import tags_with_accounts
from kam.core import clock
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from kam.people.forms import SkillForm as NameForm
from kam.people.views.forms import saved

TAGS = 100


@policy(GET=Who.ADMIN)
def tag_list(request: HttpRequest) -> HttpResponse:
    """All tags with how many accounts bear them."""
    tags = tags_with_accounts(request.principal)  # type: ignore[attr-defined]
    page = keyset_page(tags, order=("name_sort", "id"), limit=TAGS, cursor=request.GET.get("cursor"))
    return render(request, "settings/tag_list.html", {"page": page})


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def tag_edit(request: HttpRequest, tag_id: UUID) -> HttpResponse:
    """Give it another name; that of another tag makes the two one."""
    tag = get_object_or_404(Tag, pk=tag_id)
    form = NameForm(request.POST or None, initial={"name": tag.name})
    by = request.principal  # type: ignore[attr-defined]

    def save() -> None:
        rename_tag(by=by, tag=tag, name=form.cleaned_data["name"], now=clock.now())

    if saved(request, form, save, said=_("Saved.")):
        return hx_redirect(request, reverse("tag_list"))
    return render(request, "settings/tag_form.html", {"tag": tag, "form": form}, status=422 if form.errors else 200)


@policy(POST=Who.ADMIN)
def tag_delete(request: HttpRequest, tag_id: UUID) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=tag_id)
    delete_tag(by=request.principal, tag=tag, now=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Deleted."))
    return hx_redirect(request, reverse("tag_list"))
