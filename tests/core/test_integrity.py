"""A constraint's name becomes the registered sentence; an unknown one stays an error of ours."""

import pytest
from django.db import IntegrityError, transaction

from kam.core import integrity
from kam.core.errors import Conflict
from kam.core.integrity import constraint_of, register_constraint, translating_integrity
from kam.people.models import Team, User

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
