"""An export as an answer to whoever fetches it."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse

from kam.exchange.downloads import attached
from kam.exchange.exports.enums import CONTENT_TYPES
from kam.exchange.exports.models import ExportJob


def file_answer(job: ExportJob, content: Iterator[bytes]) -> StreamingHttpResponse:
    """The file of a job, sent while it is read."""
    return StreamingHttpResponse(content, content_type=CONTENT_TYPES[job.format], headers=attached(job.filename))
