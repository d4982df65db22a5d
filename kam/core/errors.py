"""What a service says when a rule forbids a write. Doors turn it into problem+json or a form error."""


class DomainError(Exception):
    """A rule was broken. `code` is stable and machine-readable, `detail` is a sentence for a person.

    `field` names the input at fault where there is one; `status` is the HTTP answer of the API door.
    """

    status = 422

    def __init__(self, code: str, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field


class BadInput(DomainError):
    """The input has the wrong shape: unreadable, too long, out of range."""

    status = 400


class NotVisible(DomainError):
    """Missing or invisible; callers must not be able to tell which."""

    status = 404

    def __init__(self, detail: str = "Not found.") -> None:
        super().__init__("not_found", detail)


class Conflict(DomainError):
    """The write contradicts what is stored already."""

    status = 409
