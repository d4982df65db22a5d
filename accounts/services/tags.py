"""Putting words on accounts: one account by its form, many at once by the list (accounts/bulk)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, AccountTag, Tag
from accounts.models.tags import MOST_NAME
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.folding import fold
from kam.people.principal import Principal
from kam.people.rules import administrators_only, clean_name

MOST_TAGS = 20  # of one account


def ensure_tags(*, by: Principal, names: Iterable[str], now: datetime) -> list[Tag]:
    """The tags of these names, made where there are none; accents and case make no other tag. Raises: DomainError."""
    wanted = {_folded(name): clean_name(name, field="tags") for name in names}
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
    rows = AccountTag.objects.visible_to(by).filter(account=account)
    if not Account.objects.visible_to(by).filter(pk=account.pk).exists():
        raise NotVisible
    if removed:
        rows.filter(tag__name_sort__in=[_folded(name) for name in removed]).delete()
    if not added:
        return
    tags = ensure_tags(by=by, names=added, now=now)
    put = [AccountTag(account=account, tag=tag, created_at=now, created_by_id=by.user_id) for tag in tags]
    AccountTag.objects.bulk_create(put, ignore_conflicts=True)
    if rows.count() > MOST_TAGS:
        raise DomainError("too_many_tags", _("At most %(n)d tags on an account.") % {"n": MOST_TAGS}, field="tags")


@transaction.atomic
def rename_tag(*, by: Principal, tag: Tag, name: str) -> Tag:
    """Another name; where a tag of that name is there already, the two become that one."""
    administrators_only(by)
    key = _folded(name)
    other = Tag.objects.select_for_update().filter(name_sort=key).exclude(pk=tag.pk).first()
    if other is None:
        Tag.objects.filter(pk=tag.pk).update(name=clean_name(name), name_sort=key)
        return tag
    borne = AccountTag.objects.visible_to(by).filter(tag=tag)
    both = AccountTag.objects.visible_to(by).filter(tag=other).values("account_id")
    borne.exclude(account_id__in=both).update(tag=other)
    delete_tag(by=by, tag=tag)
    return other


@transaction.atomic
def delete_tag(*, by: Principal, tag: Tag) -> None:
    """From every account that bears it, too."""
    administrators_only(by)
    AccountTag.objects.visible_to(by).filter(tag=tag).delete()
    Tag.objects.filter(pk=tag.pk).delete()


def _folded(name: str) -> str:
    name = clean_name(name, field="tags")
    if len(name) > MOST_NAME:
        raise Conflict("tag_too_long", _("A tag has at most %(n)d letters.") % {"n": MOST_NAME}, field="tags")
    if not (folded := fold(name)[:MOST_NAME]):
        raise DomainError("tag_without_letters", _("A tag needs a letter or a figure."), field="tags")
    return folded
