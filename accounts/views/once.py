"""Where the keys of forms are found on this floor; kam/core/once.py makes them."""

from kam.core.once import key_sent, new_key

__all__ = ["key_sent", "new_key"]
