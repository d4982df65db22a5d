"""What the demo company's administrator set up: skills, how some touchpoints are done, a segment's own cadence."""

from collections.abc import Callable
from uuid import UUID

from accounts.models import Segment
from kam.demo.meetings import PUBLIC_SECTOR_REVIEW_DAYS
from kam.people.models import Skill, User, UserSkill
from touchpoints.enums import Purpose
from touchpoints.models import CadencePolicy, TouchpointType, TypeGroup, TypeInGroup, TypeSkill

# Skill → every which person (in the order they were hired) has it.
SKILLS = {"Negotiation": 2, "Root-cause analysis": 4, "Training": 3, "Public tenders": 5}
# Type → the skills whoever does it should have.
NEEDS = {"negotiation": ["Negotiation"], "complaint": ["Root-cause analysis"], "training": ["Training"]}
GROUPS = {
    "Something went wrong": ["complaint", "support_case", "repair"],
    "About money": ["negotiation", "renewal", "proposal", "contract"],
}
PROCEDURES = {
    "complaint": {
        "customer_expects": "That somebody takes it seriously today and is there until it is settled.",
        "promise": "An answer by name within four hours, a cause in writing within five working days.",
        "procedure": "Listen to the end.\nSay what happens next, and by when.\nName who is in charge.\n"
        "Write the cause down.\nCall again two weeks after it was settled.",
        "decides_alone": "Credits up to 2,000 EUR.",
        "escalates_to": "Leader of the region",
    },
    "business_review": {
        "customer_expects": "What they got for their money, and a plan for the next period.",
        "promise": "Minutes within two working days.",
        "procedure": "Send the figures three days before.\nGoals of the last period first.\n"
        "Their wishes.\nGoals of the next period.\nDate of the next review.",
    },
    "renewal": {
        "promise": "An offer two months before the contract ends.",
        "procedure": "Ask how it went before talking about price.\nOffer two options.\nAgree on a date for the answer.",
        "decides_alone": "Prices within five percent of the last contract.",
        "escalates_to": "Leader of the region",
    },
}


def set_up_house(new_id: Callable[[], UUID], users: list[User], segments: dict[str, Segment]) -> None:
    """Write what an administrator would click together in the settings in a first week."""
    types = {row.key: row for row in TouchpointType.objects.all()}
    skills = {name: Skill(id=new_id(), name=name) for name in SKILLS}
    Skill.objects.bulk_create(skills.values())
    UserSkill.objects.bulk_create(
        UserSkill(user=user, skill=skills[name]) for name, every in SKILLS.items() for user in users[::every]
    )
    TypeSkill.objects.bulk_create(
        TypeSkill(type=types[key], skill=skills[name]) for key, names in NEEDS.items() for name in names
    )
    groups = {name: TypeGroup(id=new_id(), name=name) for name in GROUPS}
    TypeGroup.objects.bulk_create(groups.values())
    TypeInGroup.objects.bulk_create(
        TypeInGroup(type=types[key], group=groups[name]) for name, keys in GROUPS.items() for key in keys
    )
    for key, words in PROCEDURES.items():
        TouchpointType.objects.filter(key=key).update(**words)
    ideal, maximum = PUBLIC_SECTOR_REVIEW_DAYS
    CadencePolicy.objects.create(
        id=new_id(),
        purpose=Purpose.BUSINESS_REVIEW,
        segment=segments["Public sector"],
        ideal_days=ideal,
        maximum_days=maximum,
    )
