"""The history of an account."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.changes import account_changes
from accounts.merging.selectors import merges_of
from accounts.selectors import get_account
from kam.core import clock
from kam.core.policy import Who, policy
from kam.exchange.selectors import import_jobs


@policy(GET=Who.STAFF)
def account_history(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Who changed what when, on the account, its people, its team and its tags; and what was merged."""
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    told = merges_of(principal, account)
    context = {
        "account": account,
        "changes": account_changes(principal, account, merges=told, before=request.GET.get("before")),
        "merges": [merge for merge in reversed(told) if merge.undone_at is None],
        "import_job": import_jobs(principal).filter(pk=account.imported_by_id).first()
        if account.imported_by_id
        else None,
        "now": clock.now(),
    }
    return render(request, "accounts/history.html", context)
