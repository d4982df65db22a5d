"""Somebody puts a tag on in the very moment in which an administrator deletes it or gives it another name."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from uuid import UUID

import pytest
from django.db import connection, transaction

from accounts.bulk.changes import Deed, begin_bulk
from accounts.enums import BulkKind
from accounts.models import Account, BulkChange, Tag
from accounts.services.tag_upkeep import delete_tag, rename_tag
from accounts.services.tags import change_tags, ensure_tags, lock_accounts
from accounts.tags import tag_names
from kam.core import clock
from kam.core.errors import Conflict, NotVisible
from kam.outbox.dispatch import run
from kam.people.principal import Principal
from tests.locks import wait_until_somebody_waits_for_a_lock
from tests.personas import Company, principal

NOW = clock.now()


def put(company: Company) -> None:
    change_tags(by=principal(company.people.owner), account=company.account, added=["Fair"], removed=[], now=NOW)


def clear(company: Company, deed: str) -> None:
    """The tag "Fair" away: deleted, called "Show", or one with "Other"."""
    admin, tag = principal(company.people.admin), Tag.objects.get(name="Fair")
    if deed == "delete":
        delete_tag(by=admin, tag=tag, now=NOW)
    else:
        rename_tag(by=admin, tag=tag, name="Show" if deed == "rename" else "other", now=NOW)


def at_once(first: Callable[[], None], second: Callable[[], None]) -> None:
    """The second, in a session of its own, has to wait for the first to be committed."""

    def do() -> None:
        try:
            second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            done = other.submit(do)
            wait_until_somebody_waits_for_a_lock()
        done.result(timeout=10)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("deed", "left"), [("delete", []), ("rename", ["Show"]), ("join", ["Other"])])
def test_tag_put_on_before_its_end_goes_the_way_of_all(company: Company, deed: str, left: list[str]) -> None:
    admin = principal(company.people.admin)
    ensure_tags(by=admin, names=["Fair", "Other"], now=NOW)
    Account.objects.visible_to(admin).update(changed_at=NOW - timedelta(days=1))
    at_once(lambda: put(company), lambda: clear(company, deed))
    assert tag_names(admin, company.account) == left
    before = clock.now()
    run("db")  # it was not among those that were locked
    assert Account.objects.visible_to(admin).get(pk=company.account.pk).changed_at >= before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["delete", "rename", "join"])
def test_tag_put_on_after_its_end_is_made_anew(company: Company, deed: str) -> None:
    admin = principal(company.people.admin)
    [old, _other] = ensure_tags(by=admin, names=["Fair", "Other"], now=NOW)
    at_once(lambda: clear(company, deed), lambda: put(company))
    assert tag_names(admin, company.account) == ["Fair"]
    assert Tag.objects.get(name="Fair").pk != old.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["delete", "join"])
def test_tag_of_a_deed_that_began_meanwhile_stays(company: Company, monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    """The deed holds itself and waits for our accounts: waiting for it in turn would never end."""
    admin, by = principal(company.people.admin), company.people.owner
    [tag, _other] = ensure_tags(by=admin, names=["Fair", "Other"], now=NOW)
    put(company)
    begun, over = Event(), Event()

    def do() -> None:
        try:
            change = BulkChange.objects.create(kind=BulkKind.TAG, tag=tag, created_at=NOW, created_by=by)
            with transaction.atomic():
                list(BulkChange.objects.select_for_update().filter(pk=change.pk))
                begun.set()
                over.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:

        def locked(who: Principal, account_ids: list[UUID]) -> list[UUID]:
            found = lock_accounts(who, account_ids)
            if not begun.is_set():
                other.submit(do)
                assert begun.wait(10)
            return found

        monkeypatch.setattr("accounts.services.tag_upkeep.lock_accounts", locked)
        try:
            with pytest.raises(Conflict, match="Try again"):
                clear(company, deed)
        finally:
            over.set()
    assert tag_names(admin, company.account) == ["Fair"]
    clear(company, deed)
    assert "Fair" not in tag_names(admin, company.account)
    assert BulkChange.objects.count() == 0


@pytest.mark.parametrize("kind", [BulkKind.TAG, BulkKind.UNTAG])
def test_tag_gone_before_many_get_it_is_told(company: Company, kind: BulkKind) -> None:
    by = principal(company.people.owner)
    [tag] = ensure_tags(by=by, names=["Fair"], now=NOW)
    Tag.objects.all().delete()
    with pytest.raises(Conflict, match="deleted or joined"):
        begin_bulk(by=by, deed=Deed(kind, tag=tag), account_ids=[company.account.pk], now=NOW)
    assert BulkChange.objects.count() == 0


def test_tag_that_another_administrator_deleted_is_not_there(company: Company) -> None:
    admin = principal(company.people.admin)
    [tag] = ensure_tags(by=admin, names=["Fair"], now=NOW)
    Tag.objects.filter(pk=tag.pk).delete()
    with pytest.raises(NotVisible):
        rename_tag(by=admin, tag=tag, name="Show", now=NOW)
