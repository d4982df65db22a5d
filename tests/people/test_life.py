"""A whole working life: invited by mail, signed up, at work by page and API, gone; and nothing hangs on the leaver."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from accounts.models import Account, AccountMember
from kam.core import clock
from kam.people.enums import Role
from kam.people.models import User
from kam.people.principal import principal_for
from tests.people.mailed import link_in, sent_mail
from tests.personas import PASSWORD, Company, api_client, client_for, make_account, make_token
from touchpoints.models import Channel, CheckIn, Touchpoint, TouchpointType

pytestmark = pytest.mark.django_db
WHY = {"reason": "tests"}
OURS = {"people", "audit", "outbox", "exchange", "api", "accounts", "touchpoints", "feedback", "journeys"}
# Relations to a user that tell what somebody did or is; every other one makes them responsible for something.
DEEDS = {"author", "by", "created_by", "closed_by", "deleted_by", "read_by", "tagged_by"}
THEIR_OWN = {
    "people.ApiToken.user",  # revoked, kept as a record of who could
    "people.Invitation.user",
    "people.UserSkill.user",
    "accounts.Favourite.user",
    "accounts.Visit.user",
    "accounts.SavedView.owner",  # a shared one goes on, and an administrator may delete it
    "accounts.StartView.user",
    "accounts.BulkChange.owner",  # whom accounts were given to, until that can no longer be taken back
    "accounts.BulkLine.before",
    "api.IdempotencyKey.user",
    "exchange.SavedMapping.owner",
}
PAST = {"touchpoints.TouchpointStaff.user": {"touchpoint__status__in": ["completed", "no_show", "cancelled"]}}
PAST_STATES = {"touchpoints.CheckIn.assigned_to": {"status__in": ["done", "skipped", "cancelled"]}}


def responsible_for(user: User) -> dict[str, int]:
    """Every row of ours that names `user` as the one who has to do something, by model and field."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in OURS or hasattr(model, "pgh_tracked_model"):
            continue
        for field in model._meta.local_fields:
            name = f"{model._meta.label}.{field.name}"
            if field.related_model is not User or field.name in DEEDS or name in THEIR_OWN:
                continue
            rows: models.QuerySet[Any] = model.objects.all()  # type: ignore[attr-defined]
            if hasattr(rows, "all_for_system"):
                rows = rows.all_for_system(**WHY)
            past = {**PAST, **PAST_STATES}.get(name)
            rows = rows.filter(**{field.name: user})
            found[name] = (rows.exclude(**past) if past else rows).count()
    return found


def sign_up(company: Company) -> tuple[Client, User]:
    """Invited on the page, mailed by the dispatcher, signed up through the link."""
    people = company.people
    sent = {"email": "nora@kam.example", "name": "Nora", "role": Role.LEADER.value, "team": people.south_one.pk}
    assert client_for(people.admin).post("/settings/people/invite/", sent).status_code == 303
    (letter,) = sent_mail()
    browser = Client()
    assert browser.post(link_in(letter), {"name": "Nora New", "password": PASSWORD}).status_code == 302
    return browser, User.objects.get(email="nora@kam.example")


def log_call(program: Client, account: Account, **more: Any) -> int:
    body = {
        "account": str(account.pk),
        "type": str(TouchpointType.objects.get(key="sales_call").key),
        "channel": Channel.objects.get(key="phone").key,
        "occurred_at": (clock.now() - timedelta(hours=1)).isoformat(),
        **more,
    }
    return program.post("/api/v1/touchpoints", body, content_type="application/json").status_code


def test_invited_person_works_and_leaves_and_nothing_is_orphaned(company: Company) -> None:
    people = company.people
    browser, nora = sign_up(company)
    assert principal_for(nora).role == Role.LEADER
    account = make_account("Nora's", owner=nora, team=people.south_one)
    AccountMember(account=company.account, user=nora).save(force_insert=True)
    program = api_client(make_token(nora))
    assert log_call(program, account) == 201
    later = (clock.now() + timedelta(days=3)).isoformat()
    assert log_call(program, account, occurred_at=later, status="planned") == 201
    on = clock.now().date()
    CheckIn.objects.all_for_system(**WHY).delete()
    CheckIn.objects.create(account=account, source_id="operational", period_on=on, due_on=on, assigned_to=nora)
    assert browser.get(f"/accounts/{account.pk}/").status_code == 200
    held = responsible_for(nora)
    assert {name for name, number in held.items() if number} == {
        "accounts.Account.owner",
        "accounts.AccountMember.user",
        "people.Membership.user",
        "touchpoints.CheckIn.assigned_to",
        "touchpoints.TouchpointStaff.user",
    }

    left = client_for(people.admin).post(f"/settings/people/{nora.pk}/leave/", {"everything": people.outsider.pk})

    assert left.status_code == 303
    assert (browser.get("/accounts/").status_code, program.get("/api/v1/me").status_code) == (302, 401)
    assert sum(responsible_for(nora).values()) == 0
    account = Account.objects.all_for_system(**WHY).get(pk=account.pk)
    assert (account.owner, account.team) == (people.outsider, people.south_one)
    assert CheckIn.objects.all_for_system(**WHY).get().assigned_to is None  # the owner does it
    done = Touchpoint.objects.all_for_system(**WHY).get(account=account, status="completed")
    assert done.created_by == nora
    assert Client().login(email="nora@kam.example", password=PASSWORD) is False
