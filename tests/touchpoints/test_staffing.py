"""What the log dialog says of the chosen type: how it is done, and what nobody chosen can do."""

import pytest

from kam.people.models import Skill, UserSkill
from kam.people.principal import Principal
from tests.personas import Company, client_for
from touchpoints.models import TouchpointType
from touchpoints.services.catalogue import edit_type
from touchpoints.staffing import procedure_of

pytestmark = pytest.mark.django_db
ADMIN = Principal.system("test")


def demo(*skills: Skill) -> TouchpointType:
    changes = {"procedure": "Prepare\n\n  Show ", "promise": "On time", "escalates_to": "Head of sales"}
    return edit_type(by=ADMIN, type=TouchpointType.objects.get(key="demo"), changes=changes, skills=skills)


def test_skill_is_lacking_where_none_of_the_chosen_has_it(company: Company) -> None:
    people = company.people
    talking, drawing, singing = (Skill.objects.create(name=name) for name in ("Talking", "Drawing", "Singing"))
    UserSkill.objects.create(user=people.owner, skill=talking)
    UserSkill.objects.create(user=people.teammate, skill=drawing)
    type_ = demo(talking, drawing, singing)
    assert procedure_of(type_, []).lacking == []  # nobody is chosen yet
    assert procedure_of(type_, [str(people.owner.pk), "x"]).lacking == ["Drawing", "Singing"]
    assert procedure_of(type_, [people.owner.pk, people.teammate.pk]).lacking == ["Singing"]
    assert procedure_of(type_, []).steps == ["Prepare", "Show"]


def test_dialog_shows_how_the_chosen_type_is_done(company: Company) -> None:
    demo(Skill.objects.create(name="Talking"))
    client = client_for(company.people.owner)
    shown = client.get("/touchpoints/log/", {"account": company.account.pk, "type": "demo"}).content.decode()
    assert "<li>Prepare</li><li>Show</li>" in shown
    assert "Nobody of us chosen here has: Talking." in shown
    query = {"account": company.account.pk, "when": "now", "staff": company.people.owner.pk}
    answer = client.get("/touchpoints/log/follows/", query | {"type": "demo"}).content.decode()
    assert 'id="log-procedure" hx-swap-oob="true"' in answer
    assert "Head of sales" in answer
    assert "Nobody of us chosen here has: Talking." in answer
    other = client.get("/touchpoints/log/follows/", query | {"type": "check_in"}).content.decode()
    assert ("Head of sales" in other, "Nobody of us" in other) == (False, False)
