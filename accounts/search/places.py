"""Pages and actions: what the navigation knows, as far as its reader may open it."""

from accounts.search.registry import Hit, best
from kam.core import nav
from kam.core.matching import Sought
from kam.people.principal import Principal


def find_pages(principal: Principal, sought: Sought, limit: int) -> list[Hit]:
    """Entries of the navigation and pages of the settings, by their name; settings by what they are for, too."""
    role = str(principal.role)
    found = [_page(link, sought) for link in nav.links(role, "")]
    for group, links in nav.settings_links(role, ""):
        found += [_setting(str(group), link, sought) for link in links]
    return best([hit for hit in found if hit.score], limit)


def find_actions(principal: Principal, sought: Sought, limit: int) -> list[Hit]:
    return best([hit for hit in actions(principal, sought) if hit.score], limit)


def actions(principal: Principal, sought: Sought | None = None) -> list[Hit]:
    """What one can begin from anywhere, in its order."""
    return [
        Hit(
            "action",
            str(link.label),
            link.url,
            sought.score(str(link.label)) if sought else 0.0,
            icon=link.icon,
            in_dialog=link.in_dialog,
        )
        for link in nav.action_links(str(principal.role))
    ]


def _page(link: nav.Link, sought: Sought) -> Hit:
    return Hit("page", str(link.label), link.url, sought.score(str(link.label)), icon=link.icon)


def _setting(group: str, link: nav.SettingsLink, sought: Sought) -> Hit:
    score = max(sought.score(str(link.label)), sought.score(str(link.sentence)) - 0.3)
    return Hit("page", str(link.label), link.url, score, subtitle=group, icon="settings")
