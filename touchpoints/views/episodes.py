"""The page of an episode: one matter's touchpoints, how long it took, and through how many hands it went."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from touchpoints.episodes import episode_of, episode_touchpoints
from touchpoints.panels import entry
from touchpoints.selectors import get_touchpoint

PAGE = 50


@policy(GET=Who.SIGNED_IN)
def episode(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """The matter of a touchpoint. What people call it is theirs, and so is no part of the address."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    account, name = touchpoint.account, touchpoint.episode
    found = episode_touchpoints(principal, account, name)
    page = keyset_page(found, order=("occurred_at", "id"), limit=PAGE, cursor=request.GET.get("cursor"))
    context = {
        "account": account,
        "name": name,
        "episode": episode_of(account, name),
        "page": page,
        "entries": [entry(principal, account, one) for one in page.rows],
    }
    return render(request, "touchpoints/episode.html", context)
