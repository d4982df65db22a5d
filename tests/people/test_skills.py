"""Skills: their list, their names, and who has them."""

import pytest

from kam.core.errors import DomainError
from kam.people.models import Skill
from kam.people.skills import create_skill, delete_skill, rename_skill, set_skills
from tests.personas import SYSTEM, People, client_for, principal

pytestmark = pytest.mark.django_db


def test_names_are_unique_whatever_their_case() -> None:
    create_skill(by=SYSTEM, name="  Cold   calls ")
    other = create_skill(by=SYSTEM, name="Welding")
    for call in (
        lambda: create_skill(by=SYSTEM, name="cold CALLS"),
        lambda: rename_skill(by=SYSTEM, skill=other, name="COLD calls"),
    ):
        with pytest.raises(DomainError) as caught:
            call()
        assert (caught.value.code, caught.value.field) == ("skill_taken", "name")
    assert sorted(Skill.objects.values_list("name", flat=True)) == ["Cold calls", "Welding"]


def test_name_must_say_something() -> None:
    with pytest.raises(DomainError) as caught:
        create_skill(by=SYSTEM, name="   ")
    assert caught.value.code == "name_missing"


def test_skills_of_a_person_are_exactly_those_set(people: People) -> None:
    first, second, third = (create_skill(by=SYSTEM, name=name) for name in ("a", "b", "c"))
    set_skills(by=SYSTEM, user=people.owner, skills=[first, second])
    set_skills(by=SYSTEM, user=people.teammate, skills=[first])
    set_skills(by=SYSTEM, user=people.owner, skills=[second, third])
    assert list(people.owner.skills.order_by("name")) == [second, third]
    assert list(people.teammate.skills.all()) == [first]


def test_only_an_unused_skill_is_deleted(people: People) -> None:
    skill = create_skill(by=SYSTEM, name="Welding")
    set_skills(by=SYSTEM, user=people.owner, skills=[skill])
    with pytest.raises(DomainError) as caught:
        delete_skill(by=SYSTEM, skill=skill)
    assert caught.value.code == "skill_in_use"
    set_skills(by=SYSTEM, user=people.owner, skills=[])
    delete_skill(by=SYSTEM, skill=skill)
    assert not Skill.objects.exists()


def test_only_administrators_write_skills(people: People) -> None:
    by, skill = principal(people.leader), create_skill(by=SYSTEM, name="Welding")
    for call in (
        lambda: create_skill(by=by, name="x"),
        lambda: rename_skill(by=by, skill=skill, name="x"),
        lambda: delete_skill(by=by, skill=skill),
        lambda: set_skills(by=by, user=people.leader, skills=[skill]),
    ):
        with pytest.raises(DomainError) as caught:
            call()
        assert caught.value.code == "not_allowed"


def test_page_counts_active_holders_in_constant_queries(people: People, django_assert_num_queries) -> None:
    client = client_for(people.admin)
    for number in (1, 3):
        for name in range(number):
            skill = Skill.objects.get_or_create(name=f"Skill {name}")[0]
            set_skills(by=SYSTEM, user=people.owner, skills=[skill])
        set_skills(by=SYSTEM, user=people.deactivated, skills=[skill])
        set_skills(by=SYSTEM, user=people.owner, skills=[skill])
        with django_assert_num_queries(4):
            page = client.get("/settings/skills/")
        assert [(s.name, s.people) for s in page.context["page"].rows][-1] == (f"Skill {number - 1}", 1)


def test_pages_add_rename_refuse_and_delete(people: People) -> None:
    client = client_for(people.admin)
    assert client.post("/settings/skills/", {"name": "Welding"}).status_code == 303
    refused = client.post("/settings/skills/", {"name": "welding"})
    assert (refused.status_code, "exists already" in refused.text) == (422, True)
    skill = Skill.objects.get()
    assert client.post(f"/settings/skills/{skill.pk}/", {"name": "Brazing"}).status_code == 303
    set_skills(by=SYSTEM, user=people.owner, skills=[skill])
    client.post(f"/settings/skills/{skill.pk}/delete/")
    kept = client.get(f"/settings/skills/{skill.pk}/")
    assert ("in use" in kept.text, Skill.objects.get().name) == (True, "Brazing")
    set_skills(by=SYSTEM, user=people.owner, skills=[])
    client.post(f"/settings/skills/{skill.pk}/delete/")
    assert not Skill.objects.exists()
