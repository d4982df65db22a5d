"""What administrators do to a tag itself: another name, joining two, none at all.

Whoever puts tags on locks accounts, then tags (accounts/services/tags.py): so does this. Accounts that got the tag
between the two steps are not locked any more, for that order's sake; the worker touches them. A deed on many accounts
that began between them goes first.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import Account, AccountTag, BulkChange, Tag
from accounts.services.tags import SYSTEM, folded, lock_accounts
from kam.core.errors import Conflict, NotVisible
from kam.core.integrity import translating_integrity
from kam.outbox.publish import publish
from kam.people.principal import Principal
from kam.people.rules import administrators_only, clean_name

TAGS_CHANGED = "account.tags_changed"
TOUCHED_AT_ONCE = 500  # writing a row of an account takes a quarter of a millisecond, for all of its indexes
# Every account that bears %(tag)s loses it, and gains what takes its place where it has not got that.
TELL_ALL = """
    INSERT INTO accounts_tagchange (account_id, tagged_at, tagged_by_id, removed, added)
    SELECT b.account_id, %(now)s, %(by)s, ARRAY[%(name)s], CASE WHEN %(instead)s::uuid IS NULL OR EXISTS (
        SELECT 1 FROM accounts_accounttag o WHERE o.account_id = b.account_id AND o.tag_id = %(instead)s::uuid
    ) THEN ARRAY[]::text[] ELSE ARRAY[%(instead_name)s] END
    FROM accounts_accounttag b WHERE b.tag_id = %(tag)s
"""


@transaction.atomic
def rename_tag(*, by: Principal, tag: Tag, name: str, now: datetime) -> Tag:
    """Another name; where a tag of that name is there already, the two become that one.

    Raises: NotVisible once the tag is gone, Conflict where many accounts get or lose it, DomainError, also where a tag
    of the new name is made in this very moment.
    """
    administrators_only(by)
    key = folded(name)
    tag, other = _claim(tag, key, now=now)
    if other is None:
        with translating_integrity():
            Tag.objects.filter(pk=tag.pk).update(name=clean_name(name), name_sort=key)
        return tag
    _tell_all(tag, by=by, now=now, instead=other)
    borne = AccountTag.objects.visible_to(by).filter(tag=tag)
    both = AccountTag.objects.visible_to(by).filter(tag=other).values("account_id")
    borne.exclude(account_id__in=both).update(tag=other)
    _delete(by, tag)
    return other


@transaction.atomic
def delete_tag(*, by: Principal, tag: Tag, now: datetime) -> None:
    """From every account that bears it, too. Raises: NotVisible once it is gone, Conflict."""
    administrators_only(by)
    tag, _none = _claim(tag, now=now)
    _tell_all(tag, by=by, now=now)
    _delete(by, tag)


def _claim(tag: Tag, key: str = "", *, now: datetime) -> tuple[Tag, Tag | None]:
    """Lock the tag as it is now and another one of this key, and touch all accounts that bear the tag."""
    _lock_deeds(tag)
    locked = lock_accounts(SYSTEM, _bearing(tag))
    both = Tag.objects.select_for_update().filter(Q(pk=tag.pk) | Q(name_sort=key)).order_by("pk")
    found = {one.pk: one for one in both}
    if (present := found.pop(tag.pk, None)) is None:
        raise NotVisible
    try:
        _lock_deeds(tag, nowait=True)  # nobody can begin one any more
    except OperationalError as error:
        raise Conflict("tag_in_use", _("Many accounts get or lose this tag at this moment. Try again.")) from error
    since = sorted(set(_bearing(tag)) - set(locked))
    touch(locked[:TOUCHED_AT_ONCE], now=now)
    later = [*locked[TOUCHED_AT_ONCE:], *since]
    for start in range(0, len(later), TOUCHED_AT_ONCE):
        some = later[start : start + TOUCHED_AT_ONCE]
        publish(TAGS_CHANGED, {"account_ids": [str(account_id) for account_id in some]})
    return present, next(iter(found.values()), None)


def _lock_deeds(tag: Tag, *, nowait: bool = False) -> None:
    """Deeds with it go with it, and lock themselves before accounts."""
    deeds = BulkChange.objects.filter(tag=tag).order_by("pk")
    list(deeds.select_for_update(nowait=nowait).values_list("pk", flat=True))


def _bearing(tag: Tag) -> list[UUID]:
    return list(AccountTag.objects.visible_to(SYSTEM).filter(tag=tag).values_list("account_id", flat=True))


def _delete(by: Principal, tag: Tag) -> None:
    AccountTag.objects.visible_to(by).filter(tag=tag).delete()
    Tag.objects.filter(pk=tag.pk).delete()


def touch(account_ids: Collection[UUID], *, now: datetime) -> None:
    """Who copies our data by updated_since hears of them."""
    rows = Account.objects.visible_to(SYSTEM).filter(pk__in=lock_accounts(SYSTEM, account_ids))
    rows.update(changed_at=Greatest(F("changed_at"), now))


def _tell_all(tag: Tag, *, by: Principal, now: datetime, instead: Tag | None = None) -> None:
    """By one statement, however many bear it."""
    names = {"name": tag.name, "instead_name": instead.name if instead else ""}
    ids = {"tag": tag.pk, "instead": instead.pk if instead else None, "by": by.user_id}
    with connection.cursor() as cursor:
        cursor.execute(TELL_ALL, {**names, **ids, "now": now})
