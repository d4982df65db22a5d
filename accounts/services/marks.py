"""What a person keeps at hand: favourites, and the accounts opened last."""

from datetime import datetime, timedelta

from accounts.models import Account, Favourite, Visit
from kam.core.errors import NotVisible
from kam.people.principal import Principal

AGAIN_AFTER = timedelta(minutes=10)


def set_favourite(*, by: Principal, account: Account, favourite: bool) -> None:
    """Mark an account as one of `by`'s favourites, or no longer; a second time changes nothing."""
    if by.user_id is None:
        raise NotVisible
    if favourite:
        Favourite.objects.bulk_create([Favourite(user_id=by.user_id, account=account)], ignore_conflicts=True)
    else:
        Favourite.objects.visible_to(by).filter(user_id=by.user_id, account=account).delete()


def record_visit(*, by: Principal, account: Account, last: datetime | None, now: datetime) -> None:
    """Remember that `by` opened the account; `last` is when they did before.

    One statement, at most every 10 minutes.
    """
    if by.user_id is None or (last is not None and now - last < AGAIN_AFTER):
        return
    Visit.objects.bulk_create(
        [Visit(user_id=by.user_id, account=account, opened_at=now)],
        update_conflicts=True,
        unique_fields=["user", "account"],
        update_fields=["opened_at"],
    )
