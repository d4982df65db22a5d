"""What stops a start, in words for the person at the terminal."""


class CannotStart(Exception):
    """Something outside our hands prevents a start; the text says what and what to do."""


class Interrupted(Exception):
    """We were asked to stop while still starting."""
