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
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import Account, AccountTag, Tag, TagChange
from accounts.models.tags import MOST_NAME
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.folding import fold
from kam.people.principal import Principal
from kam.people.rules import clean_name

MOST_TAGS = 20  # of one account
SEPARATORS = ";,"  # of several in one cell of a file
PORTION = 5_000
SYSTEM = Principal.system("tagging")  # whoever undoes what they did may by now not see the account any more
# So that nobody deletes or renames them before we are done; in order of id, as every writer of several locks them.
HOLD = """
    WITH held AS (SELECT * FROM accounts_tag WHERE name_sort = ANY(%s) ORDER BY id FOR KEY SHARE)
    SELECT * FROM held ORDER BY name_sort, id
"""
HOLD_ONE = "SELECT * FROM accounts_tag WHERE id = %s FOR KEY SHARE"


def ensure_tags(*, by: Principal, names: Iterable[str], now: datetime) -> list[Tag]:
    """The tags of these names, made where there are none; accents and case make no other tag. Raises: DomainError.

    They are held until the transaction ends: whoever locks accounts, too, locks those first.
    """
    wanted: dict[str, str] = {}
    for name in names:
        wanted.setdefault(folded(name), clean_name(name, field="tags"))  # as it was written first
    held = _hold(wanted)
    while missing := sorted(wanted.keys() - {tag.name_sort for tag in held}):  # also what was deleted meanwhile
        new = [Tag(name=wanted[key], name_sort=key, created_at=now, created_by_id=by.user_id) for key in missing]
        Tag.objects.bulk_create(new, ignore_conflicts=True)
        held = _hold(wanted)
    return held


def _hold(keys: Iterable[str]) -> list[Tag]:
    return list(Tag.objects.raw(HOLD, [list(keys)]))


def hold_tag(tag: Tag) -> None:
    """So that it stays until the transaction ends; after the accounts. Raises: Conflict where it is gone."""
    if not list(Tag.objects.raw(HOLD_ONE, [tag.pk])):
        words = _("This tag was deleted or joined with another one at this moment. Try again.")
        raise Conflict("tag_gone", words, field="tags")


@transaction.atomic
def change_tags(
    *, by: Principal, account: Account, added: Sequence[str], removed: Sequence[str], now: datetime
) -> None:
    """Put these tags on an account and take those off; what others changed meanwhile stays. Raises: DomainError."""
    off = {key_of(name) for name in removed} - {folded(name) for name in added}
    if not lock_accounts(by, [account.pk]):
        raise NotVisible
    lost = AccountTag.objects.visible_to(by).filter(account=account, tag__name_sort__in=off)
    names = list(lost.order_by("tag__name_sort").values_list("tag__name", flat=True)) if off else []
    tags = ensure_tags(by=by, names=added, now=now) if added else []
    if names:
        lost.delete()
    put = put_tags(by=by, wanted={account.pk: tags}, now=now) if tags else Put({}, set())
    if put.full:
        raise DomainError("too_many_tags", _("At most %(n)d tags on an account.") % {"n": MOST_TAGS}, field="tags")
    tell(by=by, added=put.added, removed={account.pk: names}, now=now)


@transaction.atomic
def set_tags(*, by: Principal, account: Account, names: Sequence[str], now: datetime) -> None:
    """These and no others; one it bears already may stay whatever its name. Raises: DomainError."""
    if not lock_accounts(by, [account.pk]):  # so that nobody tags it between the reading and the change
        raise NotVisible
    wanted = {key_of(name): name for name in reversed(names)}  # as it was written first
    borne = AccountTag.objects.visible_to(by).filter(account=account).values_list("tag__name_sort", "tag__name")
    bears = dict(borne.order_by("tag__name_sort"))
    removed = [name for key, name in bears.items() if key not in wanted]
    added = [name for key, name in wanted.items() if key not in bears]
    if removed or added:
        change_tags(by=by, account=account, added=added, removed=removed, now=now)


def lock_accounts(by: Principal, account_ids: Collection[UUID]) -> list[UUID]:
    """Those that `by` sees, in order of id, as every writer of several accounts locks them."""
    seen = Account.objects.visible_to(by).filter(pk__in=account_ids).order_by("pk")
    return list(seen.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


class Put(NamedTuple):
    """`added`: account → names of the tags it had not; `full`: those that would have got more than they may."""

    added: dict[UUID, list[str]]
    full: set[UUID]


def put_tags(*, by: Principal, wanted: Mapping[UUID, Sequence[Tag]], now: datetime) -> Put:
    """Put tags that are held on locked accounts; one that would have too many gets none. The caller tells of it."""
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


def folded(name: str) -> str:
    """The key of a tag that is put on or made. Raises: DomainError for what is no name of a tag.

    Tags with commas and semicolons are older than this rule: they may stay and be taken off, no more.
    """
    key = key_of(name)
    if any(sign in name for sign in SEPARATORS):
        words = _("A tag holds neither comma nor semicolon. An administrator can rename an old one that does.")
        raise DomainError("tag_with_separator", words, field="tags")
    return key


def key_of(name: str) -> str:
    """What a tag's name is without accents and case, also an old one's. Raises: DomainError."""
    name = clean_name(name, field="tags")
    if len(name) > MOST_NAME:
        raise Conflict("tag_too_long", _("A tag has at most %(n)d letters.") % {"n": MOST_NAME}, field="tags")
    if not (key := fold(name)[:MOST_NAME]):
        raise DomainError("tag_without_letters", _("A tag needs a letter or a figure."), field="tags")
    return key
