"""Pages and actions: what the navigation knows, saved views and tags, as far as their reader may open them."""

from urllib.parse import urlencode

from django.db.models import Value
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.saved_views import saved_views
from accounts.search.registry import Hit, best
from accounts.tags import tags_seen
from kam.core import nav
from kam.core.alike import has_words
from kam.core.matching import PART, Sought
from kam.people.principal import Principal


def find_pages(principal: Principal, sought: Sought, limit: int) -> list[Hit]:
    """Pages, saved views and tags by their name; pages of the settings by what they are for, too."""
    role = str(principal.role)
    found = [_page(link, sought) for link in [*nav.links(role, ""), *nav.further_links(role)]]
    for group, links in nav.settings_links(role, ""):
        found += [_setting(str(group), link, sought) for link in links]
    found += _lists(principal, sought)
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
    named = sought.score(str(link.label))
    score = max(named, PART) if sought.score(str(link.sentence)) >= PART else named
    return Hit("page", str(link.label), link.url, score, subtitle=group, icon="settings")


def _lists(principal: Principal, sought: Sought) -> list[Hit]:
    """Saved views, one's own and those shared with one, and tags on accounts that `principal` sees; one query."""
    views = saved_views(principal).order_by().values_list(Value("open"), "pk", "name")
    tags = tags_seen(principal).filter(has_words(sought, "name_sort")).order_by()
    rows = tags.values_list(Value("tag"), "pk", "name").union(views, all=True)
    return [_list(kind, str(pk), name, sought) for kind, pk, name in rows]


def _list(kind: str, key: str, name: str, sought: Sought) -> Hit:
    """The list of accounts, opened with a view or narrowed down to a tag."""
    subtitle, icon = (_("Tag"), "tag") if kind == "tag" else (_("Saved view"), "filter")
    url = f"{reverse('account_list')}?{urlencode({kind: key})}"
    return Hit("page", name, url, sought.score(name), subtitle=subtitle, icon=icon)
