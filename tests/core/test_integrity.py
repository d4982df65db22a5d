"""A constraint's name becomes the registered sentence; an unknown one stays an error of ours."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse

from kam.api.errors import problem_response
from kam.core import integrity
from kam.core.domain_errors import DomainErrorMiddleware
from kam.core.errors import Conflict
from kam.core.ids import uuid7
from kam.core.integrity import constraint_of, gone_meanwhile, register_constraint, translating_integrity
from kam.people.models import Membership, Team, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_rules(monkeypatch):
    monkeypatch.setattr(integrity, "_rules", {})


def test_registered_constraint_raises_its_domain_error():
    register_constraint("user_email_once", lambda: Conflict("email_taken", "Taken.", field="email"))
    User.objects.create(email="a@example.org", name="A")
    with pytest.raises(Conflict) as refusal, transaction.atomic(), translating_integrity():
        User.objects.create(email="A@EXAMPLE.ORG", name="B")
    assert (refusal.value.code, refusal.value.field, refusal.value.status) == ("email_taken", "email", 409)
    assert User.objects.count() == 1


def test_unregistered_constraint_passes_as_it_is():
    with pytest.raises(IntegrityError) as error, transaction.atomic(), translating_integrity():
        Team.objects.bulk_create([Team(name="One"), Team(name="One")])
    assert constraint_of(error.value) == "team_name_once"


@pytest.mark.django_db(transaction=True)
def test_row_deleted_in_the_same_moment_is_a_conflict_at_both_doors(rf, caplog):
    """The foreign key is looked at when the transaction ends: no service can ask before that."""
    nobody = uuid7()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Membership.objects.create(user=User.objects.create(email="a@example.org", name="A"), team_id=nobody)
    page = DomainErrorMiddleware(lambda request: HttpResponse()).process_exception(rf.get("/"), refusal.value)
    answer = problem_response(refusal.value, {"request": rf.get("/api/v1/accounts")})
    assert (page.status_code, answer.status_code, json.loads(answer.content)["code"]) == (409, 409, "gone_meanwhile")
    assert str(nobody) not in page.content.decode() + answer.content.decode()


def test_other_refusals_of_the_database_stay_ours():
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Team.objects.bulk_create([Team(name="One"), Team(name="One")])
    assert gone_meanwhile(refusal.value) is None
    assert gone_meanwhile(ValueError()) is None
