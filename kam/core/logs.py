"""The request id: in every log line, in every answer, in every problem+json."""

import logging
import re
import uuid
from contextvars import ContextVar

SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def current_request_id() -> str:
    """The id of the request (or task) being worked on, "-" outside of any."""
    return _request_id.get()


def begin_request(offered: str | None) -> str:
    """Take over a caller's id where it is harmless in a log and a header, else make one."""
    request_id = offered if offered and SANE.fullmatch(offered) else uuid.uuid4().hex
    _request_id.set(request_id)
    return request_id


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class QuietRequestFilter(logging.Filter):
    """Takes the request off Django's own records, of which the formatter would write the whole address.

    What people search for, signed links and tokens in addresses stay out of the log; the path, the
    status and the request id remain.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("request", None)
        return True
