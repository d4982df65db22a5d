from random import Random
from uuid import UUID


def next_id(random: Random) -> UUID:
    """An id that is the same for the same seed."""
    return UUID(int=random.getrandbits(128), version=4)
