"""Files of a touchpoint: sent, fetched, taken off."""

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kam.core import clock
from kam.core.errors import DomainError, NotVisible
from kam.core.policy import Who, policy
from touchpoints.selectors import attachments, get_touchpoint
from touchpoints.services.attachments import attach_file, detach_file

# Whatever is in it, nothing of it runs and nothing of it is ours.
SANDBOX = "sandbox; default-src 'none'"


@policy(POST=Who.STAFF)
def attachment_add(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Attach one file or several; what is refused is said, the others are kept."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    files = request.FILES.getlist("file")
    if not files:
        messages.error(request, _("Choose a file first."))
    for file in files:
        try:
            attach_file(by=principal, now=now, touchpoint=touchpoint, name=file.name or "", file=file)
        except DomainError as error:
            if error.field is None:
                raise
            messages.error(request, f"{file.name}: {error.detail}")
        else:
            messages.success(request, _("Attached."))
    return redirect("touchpoint_detail", touchpoint_id)


@policy(GET=Who.SIGNED_IN)
def attachment_file(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """The file, to be saved and never shown inside our pages."""
    attachment = attachments(request.principal).filter(pk=attachment_id).first()  # type: ignore[attr-defined]
    if attachment is None or not default_storage.exists(attachment.stored_as):
        raise NotVisible
    file = default_storage.open(attachment.stored_as)
    answer = FileResponse(file, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@policy(POST=Who.STAFF)
def attachment_remove(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    attachment = attachments(principal).filter(pk=attachment_id).first()
    if attachment is None:
        raise NotVisible
    detach_file(by=principal, attachment=attachment)
    messages.success(request, _("The file was taken off."))
    return redirect("touchpoint_detail", attachment.touchpoint_id)
