"""Statements written once for a kind of reader: each reader still gets their own rows, and only those."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import F, QuerySet, UUIDField, Value

from accounts.models import Account
from accounts.prepared import IDS, Prepared, PreparedText
from accounts.sql import named_rows_sql
from accounts.visibility import EqualsAny
from kam.people.principal import Principal
from tests.personas import Company, principal

PERSONAS = ("owner", "teammate", "outsider", "leader", "sibling_leader", "admin", "integration", "newcomer")


def seen(principal: Principal, order: str, *, ids: list[UUID]) -> QuerySet[Account, Any]:
    among = EqualsAny(F("id"), Value(ids, output_field=ArrayField(UUIDField())))
    return Account.objects.visible_to(principal).filter(among).order_by(order).values_list("id", "name")


def test_each_reader_gets_what_the_queryset_says_whoever_asked_before(company: Company) -> None:
    prepared = Prepared(seen, ids=IDS)
    both = [company.account.pk, company.foreign_account.pk]
    readers = [principal(getattr(company.people, name)) for name in PERSONAS]
    for reader in [*readers, *reversed(readers), Principal.nobody(), Principal.system("sweep")]:
        for order in ("name", "-name"):
            for ids in (both, both[:1], both[1:], []):
                found = prepared.rows(reader, order, ids=ids)
                assert found == list(seen(reader, order, ids=ids))
    assert {len(prepared.rows(reader, "name", ids=both)) for reader in readers} == {0, 1, 2}


def test_it_is_written_once_for_a_kind_of_reader_and_a_shape(company: Company) -> None:
    kinds: list[tuple[str, str]] = []

    def build(principal: Principal, order: str, *, ids: list[UUID]) -> QuerySet[Account, Any]:
        kinds.append((str(principal.role), order))
        return seen(principal, order, ids=ids)

    prepared, ids = Prepared(build, ids=IDS), [company.account.pk]
    for _ in range(2):
        for name in ("owner", "outsider", "leader", "admin"):
            prepared.rows(principal(getattr(company.people, name)), "name", ids=ids)
    assert kinds == [("manager", "name"), ("leader", "name"), ("admin", "name")]
    prepared.rows(principal(company.people.owner), "-name", ids=ids)
    assert kinds[3:] == [("manager", "-name")]


def test_a_value_that_would_narrow_nothing_is_refused(company: Company) -> None:
    def forgetful(principal: Principal, *, ids: list[UUID]) -> QuerySet[Account, Any]:
        return Account.objects.visible_to(principal).values_list("id")

    reader = principal(company.people.owner)
    with pytest.raises(ValueError, match="have no place"):
        Prepared(forgetful, ids=IDS).rows(reader, ids=[])
    with pytest.raises(TypeError, match="are needed"):
        Prepared(seen, ids=IDS).rows(reader, "name")


def test_teams_that_are_no_array_are_refused(company: Company) -> None:
    def counted_one_by_one(principal: Principal) -> QuerySet[Account, Any]:
        return Account.objects.visible_to(principal).filter(team_id__in=principal.team_ids).values_list("id")

    with pytest.raises(ValueError, match="as one array"):
        Prepared(counted_one_by_one).rows(principal(company.people.leader))


def test_a_text_is_filled_for_each_reader_and_may_go_without_a_value(company: Company) -> None:
    def build(principal: Principal, *, ids: list[UUID] | None) -> tuple[str, dict[str, Any]]:
        rows = Account.objects.visible_to(principal)
        among = EqualsAny(F("id"), Value(ids, output_field=ArrayField(UUIDField())))
        text, parameters = named_rows_sql("seen", rows if ids is None else rows.filter(among), "id")
        return f"SELECT count(*) FROM ({text}) seen", parameters

    def counted(name: str, ids: list[UUID] | None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(*prepared.filled(principal(getattr(company.people, name)), ids=ids))
            return int(cursor.fetchone()[0])

    prepared = PreparedText(build, ids=IDS)
    for name, every, these in [("owner", 1, 1), ("leader", 1, 1), ("outsider", 1, 0), ("admin", 2, 1), ("owner", 1, 1)]:
        assert (counted(name, None), counted(name, [company.account.pk])) == (every, these), name
    with pytest.raises(TypeError, match="are needed"):
        prepared.filled(principal(company.people.owner))
