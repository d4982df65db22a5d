"""The address of a filtered list: what a copied link opens."""

from django.http import HttpRequest


def address_of(request: HttpRequest, *without: str) -> str:
    """The present address, without what a form sent empty and without the named parameters."""
    query = request.GET.copy()
    for key, value in request.GET.items():
        if key in without or not value:
            del query[key]
    return f"{request.path}?{query.urlencode()}" if query else request.path
