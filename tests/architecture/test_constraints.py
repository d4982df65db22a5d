"""Every constraint of every table refuses what it is there to refuse; none goes without a test."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts.models import (
    AccountMember,
    AccountPair,
    AccountTag,
    BulkChange,
    BulkLine,
    ContactPair,
    DayVisit,
    ExternalId,
    Favourite,
    HealthProfile,
    HealthSnapshot,
    LifecycleEvent,
    Merge,
    Note,
    SavedView,
    Segment,
    SensitiveRead,
    Tag,
    TagChange,
    Visit,
)
from kam.api.models import IdempotencyKey, Tombstone
from kam.core.clock import now
from kam.exchange.exports.models import ExportJob
from kam.exchange.models import ImportIssue, ImportJob, SavedMapping
from kam.outbox.models import OutboxMessage
from kam.people.models import Invitation, Membership, Skill, UserSkill
from tests.factories import make_account, make_contact, make_team, make_user
from tests.touchpoints.test_constraints import REFUSED as REFUSED_OF_TOUCHPOINTS

# Constraint → a statement over the rows of `rows` that it refuses.
REFUSED = {
    "account_name_given": "UPDATE accounts_account SET name = ''",
    "account_tier_known": "UPDATE accounts_account SET tier = 'Z'",
    "account_lifecycle_known": "UPDATE accounts_account SET lifecycle = 'gone'",
    "account_band_known": "UPDATE accounts_account SET health = 1, health_band = 'pink'",
    "account_band_goes_with_health": "UPDATE accounts_account SET health = NULL, health_band = 'red'",
    "account_health_range": "UPDATE accounts_account SET health = 101, health_band = 'green'",
    "account_not_own_parent": "UPDATE accounts_account SET parent_id = id",
    "account_revenue_not_negative": "UPDATE accounts_account SET account_revenue = -1",
    "member_role_known": "UPDATE accounts_accountmember SET role = 'fun'",
    "member_once": "INSERT INTO accounts_accountmember (account_id, user_id, role) "
    "SELECT account_id, user_id, role FROM accounts_accountmember",
    "note_text_length": "UPDATE accounts_note SET text = repeat('x', 5001)",
    "favourite_once": "INSERT INTO accounts_favourite (account_id, user_id) "
    "SELECT account_id, user_id FROM accounts_favourite",
    "visit_once": "INSERT INTO accounts_visit (account_id, user_id, opened_at) "
    "SELECT account_id, user_id, opened_at FROM accounts_visit",
    "day_visit_in_order": "UPDATE accounts_dayvisit SET since = opened_at",
    "external_id_given": "UPDATE accounts_externalid SET external_id = ''",
    "external_id_once": "INSERT INTO accounts_externalid (account_id, source, external_id) "
    "SELECT account_id, source, external_id FROM accounts_externalid",
    "segment_name_once": "INSERT INTO accounts_segment (name) SELECT name FROM accounts_segment",
    "lifecycle_event_kind_known": "UPDATE accounts_lifecycleevent SET kind = 'fun'",
    "merge_kind_known": "UPDATE accounts_merge SET kind = 'fun'",
    "merge_of_two": "UPDATE accounts_merge SET survivor_id = absorbed_id",
    "merge_undone_has_time": "UPDATE accounts_merge SET undone_by_id = (SELECT id FROM people_user LIMIT 1)",
    "merge_absorbed_once": "INSERT INTO accounts_merge (account_id, kind, survivor_id, absorbed_id, absorbed_name, "
    "source, external_id, merged_at, journal) "
    "SELECT account_id, kind, survivor_id, absorbed_id, '', '', '', merged_at, '{}' FROM accounts_merge",
    **{
        f"{kind}_pair_{rule}": f"{statement} accounts_{kind}pair {rest}".format(first=first)
        for kind, first in (("account", "account_id"), ("contact", "contact_id"))
        for rule, statement, rest in (
            ("in_order", "UPDATE", "SET {first} = other_id"),
            ("score_range", "UPDATE", "SET score = 0"),
            ("dismissed_has_time", "UPDATE", "SET dismissed_by_id = (SELECT id FROM people_user LIMIT 1)"),
        )
    },
    "account_pair_once": "INSERT INTO accounts_accountpair (account_id, other_id, score, reasons) "
    "SELECT account_id, other_id, score, reasons FROM accounts_accountpair",
    "contact_pair_once": "INSERT INTO accounts_contactpair (account_id, contact_id, other_id, score, reasons) "
    "SELECT account_id, contact_id, other_id, score, reasons FROM accounts_contactpair",
    "health_snapshot_once": 'INSERT INTO accounts_healthsnapshot (account_id, "on", score, band, weight_present) '
    'SELECT account_id, "on", score, band, weight_present FROM accounts_healthsnapshot',
    "health_profile_tier_known": "UPDATE accounts_healthprofile SET tier = 'Z'",
    "health_profile_tier_once": "INSERT INTO accounts_healthprofile (tier, weights) "
    "SELECT tier, weights FROM accounts_healthprofile",
    "health_rules_once": "INSERT INTO accounts_healthrules (id, vital_cap) VALUES (2, true)",
    "view_name_once": "UPDATE accounts_savedview SET name = 'same'",
    "view_name_given": "UPDATE accounts_savedview SET name = ''",
    "view_sharing_known": "UPDATE accounts_savedview SET sharing = 'fun'",
    "view_team_goes_with_sharing": "UPDATE accounts_savedview SET sharing = 'team'",
    "tag_once": "UPDATE accounts_tag SET name_sort = 'same'",
    "tag_named": "UPDATE accounts_tag SET name = ''",
    "tag_change_tells": "UPDATE accounts_tagchange SET added = '{}'",
    "account_tag_once": "INSERT INTO accounts_accounttag (account_id, tag_id, created_at) "
    "SELECT account_id, tag_id, created_at FROM accounts_accounttag",
    "bulk_kind_known": "UPDATE accounts_bulkchange SET kind = 'fun'",
    "bulk_status_known": "UPDATE accounts_bulkchange SET status = 'fun'",
    "bulk_kind_goes_with_what": "UPDATE accounts_bulkchange SET tag_id = NULL",
    "bulk_line_once": "INSERT INTO accounts_bulkline (account_id, change_id) "
    "SELECT account_id, change_id FROM accounts_bulkline",
    "contact_name_given": "UPDATE accounts_contact SET first_name = '', last_name = ''",
    "contact_relation_known": "UPDATE accounts_contact SET relation = 'fun'",
    "contact_roles_known": "UPDATE accounts_contact SET buying_roles = '{fun}'",
    "sensitive_read_reason_given": "UPDATE accounts_sensitiveread SET reason = ''",
    "contact_stance_range": "UPDATE accounts_contact SET stance = 3",
    "contact_influence_range": "UPDATE accounts_contact SET influence = 0",
    "contact_external_id_once": "UPDATE accounts_contact SET source = 'crm', external_id = '1'",
    "user_email_once": "UPDATE people_user SET email = 'Same@test.example'",
    "user_admin_or_integration": "UPDATE people_user SET is_admin = true, is_integration = true",
    "team_name_once": "UPDATE people_team SET name = 'same'",
    "membership_once": "INSERT INTO people_membership (user_id, team_id, role) "
    "SELECT user_id, team_id, role FROM people_membership",
    "membership_role_known": "UPDATE people_membership SET role = 'fun'",
    "skill_name_once": "UPDATE people_skill SET name = 'same'",
    "skill_name_given": "UPDATE people_skill SET name = ''",
    "user_skill_once": "INSERT INTO people_userskill (user_id, skill_id) "
    "SELECT user_id, skill_id FROM people_userskill",
    "invitation_one_open": "INSERT INTO people_invitation (user_id, site, created_at, expires_at) "
    "SELECT user_id, site, created_at, expires_at FROM people_invitation",
    "outbox_lane_known": "UPDATE outbox_outboxmessage SET lane = 'fun'",
    "outbox_done_or_dead": "UPDATE outbox_outboxmessage SET done_at = now(), dead_at = now()",
    "outbox_lease_is_paired": "UPDATE outbox_outboxmessage SET lease_until = now()",
    "import_status_known": "UPDATE exchange_importjob SET status = 'fun'",
    "import_missing_known": "UPDATE exchange_importjob SET missing_accounts = 'fun'",
    "import_rows_add_up": "UPDATE exchange_importjob SET total = 1",
    "import_ended_has_time": "UPDATE exchange_importjob SET status = 'done'",
    "export_status_known": "UPDATE exchange_exportjob SET status = 'fun'",
    "export_format_known": "UPDATE exchange_exportjob SET format = 'doc'",
    "export_ended_has_time": "UPDATE exchange_exportjob SET status = 'done'",
    "import_issue_level_known": "UPDATE exchange_importissue SET level = 'fun'",
    "idempotency_key_once": "INSERT INTO api_idempotencykey (user_id, key, fingerprint, status, headers, body, "
    "created_at) SELECT user_id, key, fingerprint, status, headers, body, created_at FROM api_idempotencykey",
    "tombstone_once": "INSERT INTO api_tombstone (kind, object_id, account_id, deleted_at) "
    "SELECT kind, object_id, account_id, deleted_at FROM api_tombstone",
    "saved_mapping_named_once": "INSERT INTO exchange_savedmapping (owner_id, name, kind, is_shared, mapping, "
    "defaults, options, fingerprint, changed_at) SELECT owner_id, name, kind, is_shared, mapping, defaults, options, "
    "fingerprint, changed_at FROM exchange_savedmapping",
    "seen_identity_once": "INSERT INTO exchange_seenidentity (job_id, digest, times, line) "
    "SELECT id, 'x'::bytea, 1, n FROM exchange_importjob, generate_series(1, 2) n",
}
# What a composite foreign key points at: the primary key alone makes it unique, so nothing can break it.
UNBREAKABLE = {"contact_account_id", "touchpoint_account_id"}


@pytest.fixture
def rows(db: None) -> None:
    """Two accounts and contacts, and one row of everything else."""
    team, user = make_team("one"), make_user(is_active=True)
    make_team("two")
    make_user()
    Membership.objects.create(user=user, team=team)
    skill = Skill.objects.create(name="one")
    Skill.objects.create(name="two")
    UserSkill.objects.create(user=user, skill=skill)
    Invitation.objects.create(user=user, site="http://x", created_at=now(), expires_at=now())
    account, other = make_account(), make_account()
    contact = make_contact(account)
    person = make_contact(other)
    first, second = sorted((account.pk, other.pk))
    AccountPair.objects.create(account_id=first, other_id=second, score=50)
    first, second = sorted((contact.pk, person.pk))
    ContactPair.objects.create(account=account, contact_id=first, other_id=second, score=50)
    Merge.objects.create(
        account=account, kind="account", survivor_id=account.pk, absorbed_id=other.pk, merged_at=now(), journal={}
    )
    SensitiveRead.objects.create(account=account, contact=contact, by=user, read_at=now(), fields=[], reason="x")
    AccountMember.objects.create(account=account, user=user)
    Note.objects.create(account=account, text="x", author=user, created_at=now())
    Favourite.objects.create(account=account, user=user)
    Visit.objects.create(account=account, user=user, opened_at=now())
    DayVisit.objects.create(
        user=user, since=now() - timedelta(days=1), opened_at=now(), seen_before={}, seen={}, site="http://x"
    )
    ExternalId.objects.create(account=account, source="crm", external_id="1")
    Segment.objects.create(name="one")
    for name in ("one", "two"):
        SavedView.objects.create(
            owner=user, name=name, ordering="name", columns=["owner"], created_at=now(), changed_at=now()
        )
        tag = Tag.objects.create(name=name, name_sort=name, created_at=now())
    AccountTag.objects.create(account=account, tag=tag, created_at=now())
    TagChange.objects.create(account=account, tagged_at=now(), added=["one"])
    deed = BulkChange.objects.create(kind="tag", tag=tag, created_at=now(), created_by=user)
    BulkLine.objects.create(account=account, change=deed)
    LifecycleEvent.objects.create(account=account, kind="won", occurred_on=now().date())
    HealthSnapshot.objects.create(account=account, on=now().date(), score=1, band="red", weight_present=1)
    HealthProfile.objects.create(tier="A")
    OutboxMessage.objects.create(topic="test", payload={})
    IdempotencyKey.objects.create(
        user=user, key="k", fingerprint=b"", status=201, headers={}, body=b"", created_at=now()
    )
    Tombstone.objects.create(kind="contact", object_id=account.pk, account_id=account.pk, deleted_at=now())
    job = ImportJob.objects.create(
        kind="accounts", file="f", filename="f", size_bytes=1, mapping={}, created_at=now(), created_by=user
    )
    SavedMapping.objects.create(owner=user, name="x", kind="accounts", mapping={}, changed_at=now())
    ExportJob.objects.create(kind="accounts", columns=[], format="csv", sight="x", created_at=now(), created_by=user)
    ImportIssue.objects.create(job=job, line=1, level="error", code="x", message="x")


@pytest.mark.parametrize("constraint", REFUSED)
def test_the_database_refuses(constraint: str, rows: None) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REFUSED[constraint])
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_no_constraint_goes_without_a_test() -> None:
    ours = {"core", "people", "audit", "outbox", "exchange", "api", "accounts", "touchpoints", "feedback", "journeys"}
    named = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in ours
        for constraint in model._meta.constraints
    }
    assert named - set(REFUSED) - set(REFUSED_OF_TOUCHPOINTS) - UNBREAKABLE == set()
