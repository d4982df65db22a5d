"""Which token scopes exist: those that the resources declare."""

from kam.api.permissions import ANY_SCOPE
from kam.core.errors import BadInput
from kam.core.routes import walk_routes


def known_scopes() -> frozenset[str]:
    """Every scope some resource asks for, read from the URL tree so that it cannot fall behind."""
    return frozenset(
        scope
        for route in walk_routes()
        if route.is_api
        for scope in route.policy.values()
        if isinstance(scope, str) and scope != ANY_SCOPE
    )


def parse_scopes(text: str) -> list[str]:
    """ "accounts:read,touchpoints:write" as a list. Raises: BadInput for a scope no resource asks for."""
    scopes = [part.strip() for part in text.split(",") if part.strip()]
    known = known_scopes()
    unknown = sorted(set(scopes) - known)
    if unknown or not scopes:
        raise BadInput(
            "scope_unknown",
            f"Unknown scope(s): {', '.join(unknown) or 'none given'}. Known: {', '.join(sorted(known))}.",
            field="scopes",
        )
    return scopes
