"""The history of an account."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.changes import account_changes
from accounts.merging.selectors import absorbed_names, merges_into
from accounts.selectors import get_account
from kam.core import clock
from kam.core.policy import Who, policy


@policy(GET=Who.STAFF)
def account_history(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Who changed what when, on the account, its people and its team."""
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    merged = merges_into(principal, account)
    absorbed = absorbed_names(merged)
    changes = account_changes(principal, account, before=request.GET.get("before"), absorbed=absorbed)
    context = {"account": account, "changes": changes, "merges": merged, "now": clock.now()}
    return render(request, "accounts/history.html", context)
