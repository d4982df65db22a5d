"""Is it there already? The accounts that look like what somebody is typing, of those that they see."""

from django.db import DEFAULT_DB_ALIAS, connection, transaction

from accounts.duplicates.sql import CORE, DOMAIN, MEANS_THE_SAME, OTHER, SET_ALIKE, WITH_WORDS
from accounts.models import Account
from accounts.selectors import accounts
from kam.core.folding import fold
from kam.people.principal import Principal

SHORTEST = 3  # letters of a name: fewer are the beginning of too many
SHOWN = 3

_TYPED = WITH_WORDS.format(
    named=f"SELECT {CORE.format(name='t.name')} AS core, {DOMAIN.format(website='t.website')} AS domain "
    "FROM (SELECT %s::text AS name, %s::text AS website) t"
)
# {seen}: the compiled query of what the person sees.
_ALIKE = f"""
    SELECT o.id FROM ({_TYPED}) a, ({{seen}}) o
    WHERE ({OTHER} %% a.core AND {MEANS_THE_SAME.format(core=OTHER)})
       OR (a.domain <> '' AND o.website <> '' AND {DOMAIN.format(website="o.website")} = a.domain)
    ORDER BY similarity({OTHER}, a.core) DESC, o.id LIMIT {SHOWN}
"""


def alike_to_typed(principal: Principal, *, name: str, website: str) -> list[Account]:
    """At most SHOWN of the same website, or whose name may mean the same, the likest first; two reads at most."""
    folded = fold(" ".join(name.split()))
    if len(folded) < SHORTEST and not website.strip():
        return []
    seen = Account.objects.visible_to(principal).order_by().values_list("id", "name_sort", "website")
    # Who sees nothing is told nothing: without elide_empty=False there would be no SQL to find nothing with.
    visible, params = seen.query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SET_ALIKE)
        cursor.execute(_ALIKE.format(seen=visible), [folded, website.strip(), *params])
        ids = [row[0] for row in cursor.fetchall()]
    found = accounts(principal).in_bulk(ids) if ids else {}
    return [found[account_id] for account_id in ids]
