"""Settings › API tokens: list, make, revoke."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kam.api.tokens.forms import TokenForm
from kam.core import clock
from kam.core.htmx import hx_redirect
from kam.core.once import key_sent, new_key
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from kam.people.selectors import api_tokens, get_api_token
from kam.people.services import create_api_token, revoke_api_token

TOKENS = 50


@policy(GET=Who.SIGNED_IN)
def token_list(request: HttpRequest) -> HttpResponse:
    """One's own tokens, the newest first; an administrator sees everybody's."""
    tokens = api_tokens(request.principal)  # type: ignore[attr-defined]
    page = keyset_page(tokens, order=("-created_at", "-id"), limit=TOKENS, cursor=request.GET.get("cursor"))
    return render(request, "settings/token_list.html", {"page": page, "now": clock.now()})


@policy(GET=Who.SIGNED_IN, POST=Who.SIGNED_IN)
@never_cache
@reauthentication_required
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret, this once: a form that is sent again shows the list."""
    principal = request.principal  # type: ignore[attr-defined]
    key = key_sent(request)
    if api_tokens(principal).filter(pk=key).exists():
        messages.info(request, _("This token was made already; its secret is not shown again."))
        return hx_redirect(request, reverse("token_list"))
    form = TokenForm(request.POST or None, principal=principal, initial={"row": new_key(request)})
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("user", "scopes", "label")}
        token, secret = create_api_token(by=principal, now=clock.now(), lifetime=form.lifetime, id=key, **wanted)
        return render(request, "settings/token_made.html", {"token": token, "secret": secret})
    return render(request, "settings/token_new.html", {"form": form}, status=422 if form.errors else 200)


@policy(POST=Who.SIGNED_IN)
def token_revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    principal = request.principal  # type: ignore[attr-defined]
    token = get_api_token(principal, token_id)
    revoke_api_token(by=principal, token=token, now=clock.now())
    messages.success(request, _("The token no longer works."))
    return hx_redirect(request, reverse("token_list"))
