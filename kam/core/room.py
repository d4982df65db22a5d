"""Room on Python's stack for everything that a request calls.

CPython 3.11 keeps frames in pieces of 16 KiB, and returns a piece to the system as soon as the call that
began it is over. Where a loop happens to run at the end of a piece, every call it makes maps and unmaps memory. How
deep that is depends on the server, the middleware and the nesting of templates: the page of accounts under gunicorn
was hit with 1,900 page faults, 9 of its 35 ms.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# More than 128 KiB of pointers: the piece is rounded up to 256 KiB, and the other half holds what is called from here.
SLOTS = 128 * 1024 // 8 + 1


def with_room(call: Callable[P, R]) -> Callable[P, R]:
    """`call`, from a frame so large that it gets a piece of its own, in which all it calls finds room.

    The frame is only claimed, never written to: it takes addresses, not memory.
    """

    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        return call(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=SLOTS)
    return roomy
