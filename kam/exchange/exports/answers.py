"""An export as an answer to whoever fetches it."""

from collections.abc import Iterable
from itertools import chain

from django.http import StreamingHttpResponse

from kam.exchange.downloads import MARK, attached
from kam.exchange.exports.enums import CONTENT_TYPES, Format
from kam.exchange.exports.models import ExportJob


def file_answer(job: ExportJob, content: Iterable[bytes], *, marked: bool = True) -> StreamingHttpResponse:
    """The file of a job, sent while it is read; CSV `marked` for people, plain for programs."""
    if marked and job.format == Format.CSV:
        content = chain([MARK.encode()], content)
    return StreamingHttpResponse(content, content_type=CONTENT_TYPES[job.format], headers=attached(job.filename))
