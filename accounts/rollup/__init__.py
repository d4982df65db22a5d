"""Customers counted by owner, team, band and currency, so that a leader's page reads figures and not accounts.

Triggers mark accounts that changed (accounts/rollup_marks.py), `sweep` counts them again, and `reading` adds what
was not swept yet: a figure is always that of the list it opens. What no list opens, regularity and the months
behind, is kept by `year` and says as of when it holds.
"""

from accounts.rollup.sweeping import sweep

__all__ = ["sweep"]
