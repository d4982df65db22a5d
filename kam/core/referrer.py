"""Pages whose address is a key, such as those behind links in mail."""

from typing import TypeVar

from django.http.response import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)


def unreferred(answer: Answer) -> Answer:
    """The address goes into no Referer, not even ours.

    Our origin alone has to: under "no-referrer" browsers send a form from the origin "null", which is refused.
    """
    answer.headers["Referrer-Policy"] = "strict-origin"
    return answer
