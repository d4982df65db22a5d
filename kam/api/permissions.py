"""What a principal may call: the scope that the view declares for the action."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from kam.people.enums import Role
from kam.people.principal import Principal

if TYPE_CHECKING:  # the framework loads this module while it makes that class
    from rest_framework.views import APIView

ANY_SCOPE = "any"  # in a policy: whoever is signed in, whatever the token's scopes


class DeclaredPolicy(BasePermission):
    """`view.policy[action]` names the scope needed; an action without an entry is refused.

    Rows are not its concern: those a principal does not see, its querysets do not hold.
    """

    message = "This token or role may not do this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        principal: Principal = request.principal  # type: ignore[attr-defined]
        if principal.user_id is None or principal.role == Role.NOBODY:
            return False
        method = "get" if request.method == "HEAD" else (request.method or "").lower()
        action = getattr(view, "action", None) or method
        if not hasattr(view, action):
            return True  # nothing to protect: answered by 405
        scope = getattr(view, "policy", {}).get(action)
        return scope is not None and (scope == ANY_SCOPE or principal.may(scope))
