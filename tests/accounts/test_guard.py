"""No SQL leaves for a customer's rows unless somebody said for whom."""

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Contact
from accounts.scoped import Unscoped
from kam.core.clock import now
from kam.people.principal import Principal
from tests.factories import make_account, make_contact, make_touchpoint
from touchpoints.models import Touchpoint

SYSTEM = Principal.system("test")

UNSCOPED = {
    "iterate": lambda: list(Account.objects.all()),
    "filter": lambda: list(Contact.objects.filter(first_name="x")),
    "get": lambda: Account.objects.get(name="x"),
    "first": lambda: Contact.objects.first(),
    "count": lambda: Account.objects.count(),
    "exists": lambda: Account.objects.exists(),
    "aggregate": lambda: Account.objects.aggregate(n=Count("id")),
    "annotated aggregate": lambda: Account.objects.annotate(n=Count("contacts")).aggregate(m=Count("n")),
    "values": lambda: list(Account.objects.values("name")),
    "values_list": lambda: list(Account.objects.values_list("name", flat=True)),
    "iterator": lambda: list(Account.objects.iterator()),
    "in_bulk": lambda: Account.objects.in_bulk(),
    "dates": lambda: list(Account.objects.dates("customer_since", "year")),
    "explain": lambda: Account.objects.all().explain(),
    "update": lambda: Account.objects.update(name="x"),
    "filtered update": lambda: Account.objects.filter(name="y").update(name="x"),
    "delete": lambda: Account.objects.all().delete(),
    "raw delete": lambda: Account.objects.all()._raw_delete("default"),
    "raw": lambda: list(Account.objects.raw("SELECT * FROM accounts_account")),
    "or": lambda: Account.objects.visible_to(SYSTEM) | Account.objects.all(),
    "or, the other way": lambda: Account.objects.all() | Account.objects.visible_to(SYSTEM),
    "xor": lambda: Account.objects.visible_to(SYSTEM) ^ Account.objects.all(),
    "union": lambda: list(Account.objects.visible_to(SYSTEM).union(Account.objects.all())),
    "and": lambda: list(Account.objects.all() & Account.objects.visible_to(SYSTEM)),
    "subquery": lambda: list(
        Account.objects.visible_to(SYSTEM).annotate(c=Subquery(Contact.objects.values("first_name")[:1]))
    ),
    "exists subquery": lambda: list(
        Account.objects.visible_to(SYSTEM).filter(Exists(Contact.objects.filter(account=OuterRef("pk"))))
    ),
    "in subquery": lambda: list(Account.objects.visible_to(SYSTEM).filter(pk__in=Contact.objects.values("account"))),
    "bulk_update": lambda: Account.objects.bulk_update([Account(name="x")], ["name"]),
    "get_or_create": lambda: Account.objects.get_or_create(name="x"),
    "update_or_create": lambda: Account.objects.update_or_create(name="x"),
    "earliest": lambda: Account.objects.earliest("created_at"),
    "contains": lambda: Account.objects.contains(Account()),
}


@pytest.mark.django_db
@pytest.mark.parametrize("way", UNSCOPED)
def test_read_or_write_without_a_scope_is_refused_before_any_sql(way: str) -> None:
    make_account(name="canary")
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        pytest.raises(Unscoped),
    ):
        UNSCOPED[way]()
    assert [q["sql"] for q in queries if "accounts_" in q["sql"]] == []


@pytest.mark.django_db
def test_scope_survives_every_chain() -> None:
    account = make_account(name="Élan")
    seen = Account.objects.visible_to(SYSTEM)
    chained = seen.filter(Q(name="Élan") | Q(name="x")).exclude(name="y").order_by("id").select_related("owner")[:5]
    assert list(chained) == [account]
    assert seen.all().distinct().count() == 1
    assert (seen | Account.objects.all_for_system(reason="test")).count() == 1


@pytest.mark.django_db
def test_relation_from_a_row_of_the_same_account_is_allowed_and_from_the_account_is_not() -> None:
    account = make_account()
    contact = make_contact(account)
    touchpoint = make_touchpoint(account, contacts=[contact])
    fetched = Touchpoint.objects.visible_to(SYSTEM).prefetch_related("contacts").get(pk=touchpoint.pk)
    assert list(fetched.contacts.all()) == [contact]
    with pytest.raises(Unscoped):
        list(account.contacts.all())
    with pytest.raises(Unscoped):
        account.touchpoints.count()


@pytest.mark.django_db
def test_scoped_writes_work() -> None:
    account = make_account(name="old")
    assert Account.objects.visible_to(SYSTEM).filter(pk=account.pk).update(changed_at=now()) == 1
    contact = make_contact(account)
    assert Contact.objects.visible_to(SYSTEM).filter(pk=contact.pk).delete()[0] == 1


@pytest.mark.django_db
def test_unique_validation_tells_nothing_of_invisible_rows() -> None:
    make_account(name="there")
    with CaptureQueriesContext(connection) as queries:
        Account(name="there", name_sort="there").full_clean()
        Contact(
            account=make_account(), first_name="x", name_sort="x", source="s", external_id="1"
        ).validate_constraints()
    assert [q for q in queries if "SELECT" in q["sql"] and "external_id" in q["sql"]] == []
