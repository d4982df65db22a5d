"""What django-allauth shows to an address that tries too often."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kam.core.views import error_answer


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The limits of ACCOUNT_RATE_LIMITS count by the minute."""
    detail = _("Too many tries. Wait a minute, then try again.")
    return error_answer(request, 429, "throttled", detail, headers={"Retry-After": "60"})
