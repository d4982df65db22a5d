"""A company with canaries: unique words in every text field of two accounts and of all that belongs to them.

Whoever may not see an account must not get one of its words in any byte of any answer.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models

from accounts.health import recompute
from accounts.merging.accounts import merge_accounts
from accounts.models import (
    Account,
    AccountMember,
    AccountPair,
    AccountTag,
    BulkChange,
    BulkLine,
    Contact,
    ContactPair,
    ExternalId,
    Favourite,
    HealthSnapshot,
    LifecycleEvent,
    Note,
    SavedView,
    Segment,
    SensitiveRead,
    Tag,
    TagChange,
    Visit,
)
from kam.core import clock
from kam.core.ids import uuid7
from kam.core.personal import Level, level_of
from kam.exchange.exports.models import ExportJob
from kam.exchange.exports.services import ExportRequest, export_step, request_export
from kam.exchange.models import ImportIssue, ImportJob, SavedMapping
from kam.people.models import ApiToken, Skill, User
from kam.people.principal import Principal, principal_for
from kam.people.services import create_api_token
from tests import factories
from tests.personas import Company, People, make_account, make_company
from touchpoints.models import (
    AccountCadence,
    CadencePolicy,
    CadenceState,
    Channel,
    CheckIn,
    StaleFlag,
    Touchpoint,
    TouchpointType,
)
from touchpoints.services.attachments import attach_file

WHY = {"reason": "tests"}
OWN, FOREIGN, DELETED, MISSING = "own", "foreign", "deleted", "missing"
SECRET = "secret"
OWN_WORD, FOREIGN_WORD = "zqown", "zqforeign"
OWN_SEGMENT, FOREIGN_SEGMENT = "zqsegmentown", "zqsegmentforeign"
SHORTEST = 16  # columns with less room hold codes, not words
IMPORTS = (ImportJob, ImportIssue)
# Columns whose values the schema or our own code prescribes: no canary fits there.
PRESCRIBED = {
    "CheckIn.source_id", "CheckIn.skip_reason", "CheckIn.reschedule_reason", "ImportJob.file", "ImportJob.kind",
    "ImportJob.failure", "ImportIssue.code",
    "Attachment.sha256", "Attachment.content_type",
}  # fmt: skip
Ids = dict[str, str]


@dataclass
class World:
    """`ids[relation][kind]` is an id as text; `planted[word]` says which fields hold a word."""

    company: Company
    ids: dict[str, Ids]
    planted: dict[str, list[str]] = field(default_factory=dict)

    @property
    def people(self) -> People:
        return self.company.people


def make_world(people: People) -> World:
    company = make_company(people)
    _name_canaries(company)
    own = _furnish(company.account, people.owner, people.teammate)
    foreign = _furnish(company.foreign_account, people.outsider)
    doomed = make_account("Doomed", owner=people.owner, team=people.north_one)
    shared = _shared(people)
    ids = {
        OWN: {**shared, **own},
        FOREIGN: {**shared, **foreign},
        DELETED: {**shared, **_delete(doomed, people.owner)},
        MISSING: {kind: str(uuid7()) for kind in {**shared, **own}},
    }
    world = World(company, ids)
    for account, relation, word in ((company.account, OWN, OWN_WORD), (company.foreign_account, FOREIGN, FOREIGN_WORD)):
        known = ids[relation]
        world.planted[word] = [*_plant(account, known["import_job"], word)]
        SavedView.objects.filter(pk=known["view"]).update(name=f"{word}view")
        name = f"{account.segment.name}tag"
        Tag.objects.filter(name=str(account.pk)).update(name=name, name_sort=name)
        known |= _references(account, known["contact"], known["touchpoint"])
    return world


def _name_canaries(company: Company) -> None:
    """Owner, team and segment of each account bear its word, and the own account has foreign kin above and below.

    Who may not see an account learns of none of these either, although the rows themselves are no customer's.
    """
    people, account, foreign = company.people, company.account, company.foreign_account
    for user, team, word in (
        (people.owner, people.north_one, OWN_WORD),
        (people.outsider, people.south_one, FOREIGN_WORD),
    ):
        user.name, team.name = f"{word}owner", f"{word}team"
        user.save(update_fields=["name"])
        team.save(update_fields=["name"])
    account.segment, foreign.segment = (Segment.objects.create(name=name) for name in (OWN_SEGMENT, FOREIGN_SEGMENT))
    account.parent = foreign
    for one in (account, foreign):
        one.save(update_fields=["segment", "parent"])
    make_account(f"{FOREIGN_WORD}child", owner=people.outsider, team=people.south_one, parent=account)


def _tag(account: Account, by_user: User) -> str:
    """A tag of the account's own, and the deed that put it on."""
    now, name = clock.now(), str(account.pk)
    tag = Tag.objects.create(name=name, name_sort=name, created_at=now)
    AccountTag(account=account, tag=tag, created_at=now).save(force_insert=True)
    TagChange(account=account, tagged_at=now, tagged_by=by_user, added=[name]).save(force_insert=True)
    deed = BulkChange.objects.create(kind="tag", status="done", tag=tag, created_at=now, created_by=by_user)
    BulkLine(account=account, change=deed, changed=True).save(force_insert=True)
    return str(deed.pk)


def scoped_models() -> list[type[models.Model]]:
    """Every model that only visible_to may read, accounts' own children and history included."""
    return [model for model in apps.get_models() if hasattr(getattr(model, "objects", None), "all_for_system")]


def rows_of(model: type[models.Model], account_id: UUID, job_id: str) -> models.QuerySet[Any]:
    """The rows of a model that belong to an account, or to its import job."""
    if model in IMPORTS:
        return model.objects.filter(**{"pk" if model is ImportJob else "job_id": job_id})
    column = "pk" if model is Account else getattr(model, "ACCOUNT_ID", "account_id")
    return model.objects.all_for_system(**WHY).filter(**{column: account_id})


def _furnish(account: Account, by_user: User, member: User | None = None) -> Ids:
    """One row of everything that can belong to an account, stale and with a check-in due."""
    by, now = principal_for(by_user), clock.now()
    account.customer_since = date(now.year - 2, 1, 1)
    account.save(update_fields=["customer_since"])
    contact = factories.make_contact(account, by=by, source="rolodex", external_id=f"c-{account.pk}")
    earlier = factories.make_touchpoint(account, by=by, days_ago=400, type="check_in")
    factories.make_touchpoint(account, by=by, days_ago=300, type="check_in", direction="two_way")
    touchpoint = factories.make_touchpoint(
        account, by=by, days_ago=200, direction="two_way", type="check_in", contacts=[contact], staff=[by_user],
        sentiment_start=-1, sentiment_end=1, source="helpdesk", external_id=f"t-{account.pk}",
        episode="a matter",
    )  # fmt: skip
    appointment = factories.make_touchpoint(
        account, by=by, now=now - timedelta(days=9), days_ago=-4, type="business_review", staff=[by_user]
    )
    attachment = attach_file(by=by, now=now, touchpoint=touchpoint, name="a.txt", file=io.BytesIO(b"words"))
    earlier.contact_links.all().delete()
    AccountMember.objects.all_for_system(**WHY).get_or_create(account=account, user=member or by_user)
    note = Note(account=account, text="A note", author=by_user, created_at=now)
    note.save(force_insert=True)
    Note.objects.visible_to(by).filter(pk=note.pk).update(pinned=True)  # leaves history
    Favourite(account=account, user=by_user).save()
    Visit(account=account, user=by_user, opened_at=now).save()
    ExternalId(account=account, source="ledger", external_id=f"a-{account.pk}").save(force_insert=True)
    SensitiveRead(account=account, contact=contact, by=by_user, read_at=now, fields=["stance"], reason="tests").save(
        force_insert=True
    )
    doubles = _doubles(account, contact, by_user, member)
    AccountCadence(account=account, ideal_days=14, maximum_days=30).save(force_insert=True)
    CadenceState(account=account, purpose="executive").save(force_insert=True)
    HealthSnapshot(account=account, on=now.date() - timedelta(days=40), score=80, band="green", weight_present=1).save()
    recompute([account.pk], as_of=now)
    file = default_storage.save(f"imports/{account.pk}.csv", ContentFile(b"Name\nx\n"))
    upload: dict[str, Any] = {
        "kind": "accounts", "file": file, "original": file, "filename": "accounts.csv", "size_bytes": 7, "mapping": {},
        "created_at": now, "created_by": by_user,
    }  # fmt: skip
    job = ImportJob.objects.create(**upload, total=1, rejected=1)
    draft = ImportJob.objects.create(**upload, status="draft")
    kept = SavedMapping.objects.create(owner=by_user, name=str(account.pk), kind="accounts", mapping={}, changed_at=now)
    ImportIssue.objects.create(job=job, line=2, column="", code="name_missing", message="-", level="error")
    view = SavedView.objects.create(
        owner=by_user, name=str(account.pk), ordering="name", columns=["owner"], created_at=now, changed_at=now
    )  # fmt: skip
    export = request_export(by=by, request=ExportRequest("accounts"), now=now)
    export_step(job_id=export.pk, now=now)
    found: dict[str, models.QuerySet[Any]] = {
        "check_in": CheckIn.objects.all_for_system(**WHY).filter(account=account),
        "stale_flag": StaleFlag.objects.all_for_system(**WHY).filter(account=account, closed_at=None),
    }
    return {
        **doubles,
        **_references(account, contact.pk, touchpoint.pk),  # first: they hold the account's id
        "account": str(account.pk),
        "contact": str(contact.pk),
        "touchpoint": str(touchpoint.pk),
        "appointment": str(appointment.pk),
        "attachment": str(attachment.pk),
        "import_job": str(job.pk),
        "export_job": str(export.pk),
        "import_draft": str(draft.pk),
        "saved_mapping": str(kept.pk),
        "token": str(create_api_token(by=by, user=by_user, now=now, label=f"token of {by_user.email}")[0].pk),
        "member": str((member or by_user).pk),
        "note": str(note.pk),
        "view": str(view.pk),
        "bulk": _tag(account, by_user),
        **{kind: str(rows.order_by("-id").values_list("pk", flat=True)[0]) for kind, rows in found.items()},
    }


def _doubles(account: Account, contact: Contact, by_user: User, member: User | None) -> Ids:
    """Another account and another contact that look the same, and one that was merged into it."""
    twin, gone = (make_account(f"Twin {account.pk}", owner=by_user, team=account.team) for _ in range(2))
    AccountMember(account=twin, user=member or by_user).save(force_insert=True)
    merge = merge_accounts(by=Principal.system("tests"), survivor=account, absorbed=gone, now=clock.now())
    Account.objects.all_for_system(**WHY).filter(pk=account.pk).update(version=1)  # as the examples name it
    other = factories.make_contact(account, by=principal_for(by_user))
    first, second = sorted((account.pk, twin.pk))
    pair = AccountPair(account_id=first, other_id=second, score=90, reasons=["same_name"])
    pair.save(force_insert=True)
    first, second = sorted((contact.pk, other.pk))
    people = ContactPair(account=account, contact_id=first, other_id=second, score=90, reasons=["same_name"])
    people.save(force_insert=True)
    rows = {"twin": twin, "contact_twin": other, "pair": pair, "contact_pair": people, "merge": merge}
    return {kind: str(row.pk) for kind, row in rows.items()}


def _references(account: Account, contact_id: UUID | str, touchpoint_id: UUID | str) -> Ids:
    """What other systems call an account, its contact and its touchpoint: source and external id."""
    called = {
        "account": ExternalId.objects.all_for_system(**WHY).filter(account=account),
        "contact": Contact.objects.all_for_system(**WHY).filter(pk=contact_id),
        "touchpoint": Touchpoint.objects.all_for_system(**WHY).filter(pk=touchpoint_id),
    }
    found: Ids = {}
    for kind, rows in called.items():
        found[f"{kind}_source"], found[f"{kind}_ref"] = rows.values_list("source", "external_id").get()
    return found


def _delete(account: Account, by_user: User) -> Ids:
    """Ids of rows that were there and are gone, their history left behind."""
    ids = _furnish(account, by_user)
    for pair in (AccountPair, ContactPair):
        pair.objects.all_for_system(**WHY).filter(pk__in=[ids["pair"], ids["contact_pair"]]).delete()
    for model in (LifecycleEvent, StaleFlag, CheckIn, Touchpoint, Contact):
        rows_of(model, account.pk, "").delete()
    ImportJob.objects.filter(pk__in=[ids["import_job"], ids["import_draft"]]).delete()
    SavedMapping.objects.filter(pk=ids["saved_mapping"]).delete()
    ApiToken.objects.filter(pk=ids["token"]).delete()
    SavedView.objects.filter(pk=ids["view"]).delete()
    BulkLine.objects.all_for_system(**WHY).filter(change=ids["bulk"]).delete()
    BulkChange.objects.filter(pk=ids["bulk"]).delete()
    ExportJob.objects.filter(pk=ids["export_job"]).delete()
    remaining = [model for model in scoped_models() if model is not Account and not model.__name__.endswith("Event")]
    for model in remaining:
        rows_of(model, account.pk, "").delete()
        rows_of(model, UUID(ids["twin"]), "").delete()
    Account.objects.all_for_system(**WHY).filter(pk__in=[account.pk, ids["twin"]]).delete()
    return ids | {"member": str(uuid7())}


def _shared(people: People) -> Ids:
    """Ids of what everybody shares."""
    return {
        "team": str(people.north_one.pk),
        "user": str(people.teammate.pk),
        "colleague": str(people.outsider.pk),
        "segment": str(Segment.objects.create(name="Large").pk),
        "tag": str(Tag.objects.create(name="Shared", name_sort="shared", created_at=clock.now()).pk),
        "skill": str(Skill.objects.create(name="Welding").pk),
        "policy": str(CadencePolicy.objects.get(tier="A", purpose="operational").pk),
        "channel": str(Channel.objects.get(key="phone").pk),
        "reach": str(factories.make_reach(by=principal_for(people.admin)).pk),
        "type": str(TouchpointType.objects.get(key="sales_call").pk),
    }


def _plant(account: Account, job_id: str, word: str) -> Iterator[str]:
    """Overwrite every text of an account's rows, history included, with numbered canaries."""
    numbers = count(1)
    for model in [*scoped_models(), *IMPORTS]:
        rows = rows_of(model, account.pk, job_id)
        for row_number, pk in enumerate(rows.order_by("pk").values_list("pk", flat=True)):
            values = {f.name: _canary(f, f"{_word(f, word)}{next(numbers)}x{row_number}") for f in words_of(model)}
            if values:
                rows.filter(pk=pk).update(**values)
        yield from (f"{model.__name__}.{f.name}" for f in words_of(model))


def _word(column: Any, word: str) -> str:
    """What only few may read begins with a word of its own."""
    return word + SECRET if level_of(column.model, column.name) is Level.SENSITIVE else word


def words_of(model: type[models.Model]) -> list[Any]:
    """The columns of a model in which people or other systems write."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField)
        and not column.choices
        and not column.name.startswith("pgh_")
        and (column.max_length is None or column.max_length >= SHORTEST)
        and f"{model.__name__.removesuffix('Event')}.{column.name}" not in PRESCRIBED
    ]


def _canary(column: Any, text: str) -> str:
    """What the rules of the column allow: an address of mail or of the web, else the word alone."""
    if isinstance(column, models.EmailField):
        return f"{text}@kam.example"
    return f"{text}.example" if column.name == "website" else text


def reads_secrets(persona: str, relation: str) -> bool:
    """Who reads sensitive fields, written down by hand: owner, leader above, administrator; nobody on the team."""
    few = {OWN: {"owner", "leader", "admin"}, FOREIGN: {"outsider", "sibling_leader", "admin"}}
    return persona in few.get(relation, set())


def sees(persona: str, kind: str, relation: str) -> bool:
    """Who sees what, written down by hand: the oracle that no code of the product shares."""
    owners: Mapping[str, frozenset[str]]
    if kind in ("import_job", "export_job", "token"):
        owners = {OWN: frozenset({"owner", "admin"}), FOREIGN: frozenset({"outsider", "admin"})}
    elif kind in ("view", "bulk", "import_draft", "saved_mapping"):  # shared with nobody
        owners = {OWN: frozenset({"owner"}), FOREIGN: frozenset({"outsider"})}
    else:
        owners = {
            OWN: frozenset({"owner", "teammate", "leader", "admin", "integration"}),
            FOREIGN: frozenset({"outsider", "sibling_leader", "admin"}),
        }
    return persona in owners.get(relation, frozenset())
