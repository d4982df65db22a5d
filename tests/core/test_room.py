"""A request has room for its frames: no call maps memory anew, however deep it is made."""

import resource
from collections.abc import Callable

from kam.core.room import with_room

CALLS = 100


def _faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def _leaf(number: int) -> int:
    return number + 1


def _loop_at(depth: int) -> int:
    """The page faults of a loop of calls, so many frames further down."""
    if depth:
        return _loop_at(depth - 1)
    before = _faults()
    for number in range(CALLS):
        _leaf(number)
    return _faults() - before


def _worst(measure: Callable[[int], int]) -> int:
    return max(min(measure(depth) for _ in range(3)) for depth in range(300))


def test_calls_at_any_depth_map_no_memory_anew() -> None:
    assert _worst(with_room(_loop_at)) < CALLS // 10


def test_arguments_answer_and_errors_pass_through() -> None:
    assert with_room(divmod)(7, 2) == (3, 1)
    assert with_room(lambda a, *, b: (a, b))(1, b=2) == (1, 2)
