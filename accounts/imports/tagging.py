"""The tags that a file puts on accounts. They come to those an account bears: no line takes one off."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Tag
from accounts.services.tags import MOST_TAGS, ensure_tags, folded, put_tags, tell
from kam.exchange.enums import Outcome
from kam.exchange.records import Context, Record


def tag_accounts(records: Sequence[Record], context: Context) -> None:
    """Each record that says tags on its `target`, locked already; one that would have too many gets none of them."""
    tagged = [record for record in records if record["tags"] and record.outcome != Outcome.REJECTED]
    for record in tagged:
        if len({folded(name) for name in record["tags"]}) > MOST_TAGS:  # nor are tags made that nobody will bear
            _leave_out(record)
            record.values["tags"] = []
    tagged = [record for record in tagged if record["tags"]]
    if not tagged:
        return
    names = [name for record in tagged for name in record["tags"]]
    tags = {tag.name_sort: tag for tag in ensure_tags(by=context.by, names=names, now=context.now)}
    wanted: dict[UUID, dict[UUID, Tag]] = defaultdict(dict)
    for record in tagged:
        wanted[record.target] |= {tag.pk: tag for tag in (tags[folded(name)] for name in record["tags"])}
    lists = {account_id: list(of_it.values()) for account_id, of_it in wanted.items()}
    put = put_tags(by=context.by, wanted=lists, now=context.now)
    tell(by=context.by, added=put.added, now=context.now)
    for record in tagged:
        if record.target in put.full:
            _leave_out(record)
        elif record.target in put.added and record.outcome == Outcome.UNCHANGED:
            record.outcome = Outcome.UPDATED


def _leave_out(record: Record) -> None:
    said = _("An account bears at most %(most)s tags; these are left out.") % {"most": MOST_TAGS}
    record.warn("too_many_tags", said, name="tags")
