"""Putting words on accounts: one account by its form or the API, many at once by the list or a file.

Whatever changes the tags of an account tells its history (`tell`) and touches it: copies of our data ask what
changed since. Its version stays: tags are changed one by one, beside whatever is edited meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import Account, AccountTag, Tag, TagChange
from accounts.models.tags import MOST_NAME
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.folding import fold
from kam.core.integrity import translating_integrity
from kam.outbox.publish import publish
from kam.people.principal import Principal
from kam.people.rules import administrators_only, clean_name

MOST_TAGS = 20  # of one account
SEPARATORS = ";,"  # of several in one cell of a file
PORTION = 5_000
TAGS_CHANGED = "account.tags_changed"
TOUCHED_AT_ONCE = 500  # writing a row of an account takes a quarter of a millisecond, for all of its indexes
SYSTEM = Principal.system("tagging")  # whoever undoes what they did may by now not see the account any more
# Every account that bears %(tag)s loses it, and gains what takes its place where it has not got that.
TELL_ALL = """
    INSERT INTO accounts_tagchange (account_id, tagged_at, tagged_by_id, removed, added)
    SELECT b.account_id, %(now)s, %(by)s, ARRAY[%(name)s], CASE WHEN %(instead)s::uuid IS NULL OR EXISTS (
        SELECT 1 FROM accounts_accounttag o WHERE o.account_id = b.account_id AND o.tag_id = %(instead)s::uuid
    ) THEN ARRAY[]::text[] ELSE ARRAY[%(instead_name)s] END
    FROM accounts_accounttag b WHERE b.tag_id = %(tag)s
"""


def ensure_tags(*, by: Principal, names: Iterable[str], now: datetime) -> list[Tag]:
    """The tags of these names, made where there are none; accents and case make no other tag. Raises: DomainError."""
    wanted: dict[str, str] = {}
    for name in names:
        wanted.setdefault(folded(name), clean_name(name, field="tags"))  # as it was written first
    new = [
        Tag(name=name, name_sort=key, created_at=now, created_by_id=by.user_id) for key, name in sorted(wanted.items())
    ]
    Tag.objects.bulk_create(new, ignore_conflicts=True)
    return list(Tag.objects.filter(name_sort__in=wanted).order_by("name_sort", "id"))


@transaction.atomic
def change_tags(
    *, by: Principal, account: Account, added: Sequence[str], removed: Sequence[str], now: datetime
) -> None:
    """Put these tags on an account and take those off; what others changed meanwhile stays. Raises: DomainError."""
    off = {folded(name) for name in removed} - {folded(name) for name in added}
    if not lock_accounts(by, [account.pk]):
        raise NotVisible
    lost = AccountTag.objects.visible_to(by).filter(account=account, tag__name_sort__in=off)
    names = list(lost.order_by("tag__name_sort").values_list("tag__name", flat=True)) if off else []
    if names:
        lost.delete()
    put = Put({}, set())
    if added:
        put = put_tags(by=by, wanted={account.pk: ensure_tags(by=by, names=added, now=now)}, now=now)
    if put.full:
        raise DomainError("too_many_tags", _("At most %(n)d tags on an account.") % {"n": MOST_TAGS}, field="tags")
    tell(by=by, added=put.added, removed={account.pk: names}, now=now)


@transaction.atomic
def set_tags(*, by: Principal, account: Account, names: Sequence[str], now: datetime) -> None:
    """These and no others. Raises: DomainError."""
    if not lock_accounts(by, [account.pk]):  # so that nobody tags it between the reading and the change
        raise NotVisible
    wanted = {folded(name) for name in names}
    borne = AccountTag.objects.visible_to(by).filter(account=account).values_list("tag__name_sort", "tag__name")
    removed = [name for key, name in borne if key not in wanted]
    if removed or len(wanted) > len(borne):
        change_tags(by=by, account=account, added=names, removed=removed, now=now)


def lock_accounts(by: Principal, account_ids: Collection[UUID]) -> list[UUID]:
    """Those that `by` sees, in order of id, as every writer of several accounts locks them."""
    seen = Account.objects.visible_to(by).filter(pk__in=account_ids).order_by("pk")
    return list(seen.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


class Put(NamedTuple):
    """`added`: account → names of the tags it had not; `full`: those that would have got more than they may."""

    added: dict[UUID, list[str]]
    full: set[UUID]


def put_tags(*, by: Principal, wanted: Mapping[UUID, Sequence[Tag]], now: datetime) -> Put:
    """Put tags on locked accounts; one that would have too many gets none. The caller tells their histories."""
    found = AccountTag.objects.visible_to(SYSTEM).filter(account_id__in=wanted).order_by()
    borne = dict(found.values("account_id").values_list("account_id", ArrayAgg("tag_id")))
    put, rows = Put({}, set()), []
    for account_id, tags in wanted.items():
        has = borne.get(account_id, [])
        new = [tag for tag in tags if tag.pk not in has]
        if new and len(has) + len(new) > MOST_TAGS:
            put.full.add(account_id)
        elif new:
            put.added[account_id] = [tag.name for tag in new]
            rows += [AccountTag(account_id=account_id, tag=t, created_at=now, created_by_id=by.user_id) for t in new]
    AccountTag.objects.bulk_create(rows, ignore_conflicts=True, batch_size=PORTION)
    return put


def tell(
    *,
    by: Principal,
    now: datetime,
    added: Mapping[UUID, Sequence[str]] = MappingProxyType({}),
    removed: Mapping[UUID, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Note in the history of these accounts which tags, by name, they got and lost."""
    changes = [
        TagChange(account_id=one, tagged_at=now, tagged_by_id=by.user_id, added=on, removed=off)
        for one in sorted({*added, *removed})
        if (on := list(added.get(one, ()))) + (off := list(removed.get(one, ())))
    ]
    if not changes:
        return
    TagChange.objects.bulk_create(changes, batch_size=PORTION)
    touched = Account.objects.visible_to(SYSTEM).filter(pk__in=[change.account_id for change in changes])
    touched.update(changed_at=Greatest(F("changed_at"), now))


@transaction.atomic
def rename_tag(*, by: Principal, tag: Tag, name: str, now: datetime) -> Tag:
    """Another name; where a tag of that name is there already, the two become that one. Raises: DomainError, also
    where such a tag is made in this very moment.
    """
    administrators_only(by)
    key = folded(name)
    _touch_all(tag, now=now)
    other = Tag.objects.select_for_update().filter(name_sort=key).exclude(pk=tag.pk).first()
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
    """From every account that bears it, too."""
    administrators_only(by)
    _touch_all(tag, now=now)
    _tell_all(tag, by=by, now=now)
    _delete(by, tag)


def _delete(by: Principal, tag: Tag) -> None:
    AccountTag.objects.visible_to(by).filter(tag=tag).delete()
    Tag.objects.filter(pk=tag.pk).delete()


def _touch_all(tag: Tag, *, now: datetime) -> None:
    """Lock all that bear it, so that nobody tags them meanwhile, and touch them: the first now, the rest in turn."""
    bearing = AccountTag.objects.visible_to(SYSTEM).filter(tag=tag).values_list("account_id", flat=True)
    locked = lock_accounts(SYSTEM, list(bearing))
    touch(locked[:TOUCHED_AT_ONCE], now=now)
    for start in range(TOUCHED_AT_ONCE, len(locked), TOUCHED_AT_ONCE):
        some = locked[start : start + TOUCHED_AT_ONCE]
        publish(TAGS_CHANGED, {"account_ids": [str(account_id) for account_id in some]})


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


def folded(name: str) -> str:
    """What a tag's name is without accents and case. Raises: DomainError for what is no name of a tag."""
    name = clean_name(name, field="tags")
    if len(name) > MOST_NAME:
        raise Conflict("tag_too_long", _("A tag has at most %(n)d letters.") % {"n": MOST_NAME}, field="tags")
    if any(sign in name for sign in SEPARATORS):
        raise DomainError("tag_with_separator", _("A tag holds neither comma nor semicolon."), field="tags")
    if not (key := fold(name)[:MOST_NAME]):
        raise DomainError("tag_without_letters", _("A tag needs a letter or a figure."), field="tags")
    return key
