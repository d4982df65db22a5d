"""Plain rows are what `.values()` gives, in one query, and as guarded."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Contact, HealthResult
from accounts.scoped import Unscoped
from kam.core.rows import PlainRows, with_columns
from tests import factories
from tests.personas import People, principal

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "name", "owner_id", "customer_since", "account_revenue", "stale_at", "changed_at", "version")


def test_rows_are_those_of_values(people: People) -> None:
    for name in ("Zwei", "Eins", "Drei"):
        factories.make_account(owner=people.owner, team=people.north_one, name=name)
    found = Account.objects.visible_to(principal(people.owner)).filter(~Q(name="Drei")).order_by("name", "id")
    rows = with_columns(found, COLUMNS)
    with CaptureQueriesContext(connection) as captured:
        assert list(rows) == list(found.values(*COLUMNS))
    assert len(captured) == 2
    assert [row["name"] for row in rows[:1]] == ["Eins"]
    assert rows.count() == 2
    assert issubclass(rows._iterable_class, PlainRows)


def test_nothing_visible_asks_nothing(people: People) -> None:
    factories.make_account(owner=people.owner, team=people.north_one)
    with CaptureQueriesContext(connection) as captured:
        assert list(with_columns(Account.objects.visible_to(principal(people.owner)).filter(pk__in=[]), COLUMNS)) == []
    assert [query["sql"] for query in captured if "accounts_account" in query["sql"]] == []


def test_columns_that_need_more_are_read_by_django(people: People) -> None:
    """JSON is converted, and a name of another table joined."""
    everything = principal(people.admin)
    for queryset, names in (
        (HealthResult.objects.visible_to(everything), ("account_id", "readings")),
        (Contact.objects.visible_to(everything), ("id", "account__name")),
        (Account.objects.visible_to(everything).distinct(), ("id", "name")),
    ):
        assert list(with_columns(queryset, names)) == list(queryset.values(*names))
        assert not issubclass(with_columns(queryset, names)._iterable_class, PlainRows)


def test_an_unscoped_queryset_is_refused() -> None:
    with pytest.raises(Unscoped):
        list(with_columns(Account.objects.all(), COLUMNS))
