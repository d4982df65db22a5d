"""What every form page of these settings does with what was sent."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise

from kam.core.errors import DomainError
from kam.people.forms import ServiceForm


def saved(request: HttpRequest, form: ServiceForm, save: Callable[[], object], *, said: str | Promise) -> bool:
    """Whether a form was sent and its service took it; a refusal stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save()
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, str(said))
    return True
