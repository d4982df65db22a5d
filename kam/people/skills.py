"""Skills: what people can do and touchpoint types may ask for."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from kam.core.errors import Conflict
from kam.core.integrity import register_constraint, translating_integrity
from kam.people.models import Skill, User, UserSkill
from kam.people.principal import Principal
from kam.people.rules import administrators_only, clean_name

register_constraint(
    "skill_name_once", lambda: Conflict("skill_taken", _("A skill with this name exists already."), field="name")
)


def create_skill(*, by: Principal, name: str) -> Skill:
    """A new skill. Raises: Conflict `skill_taken`, whatever the case of its letters."""
    administrators_only(by)
    with translating_integrity(), transaction.atomic():
        return Skill.objects.create(name=clean_name(name))


def rename_skill(*, by: Principal, skill: Skill, name: str) -> None:
    """Everybody who has it keeps it. Raises: Conflict `skill_taken`."""
    administrators_only(by)
    name = clean_name(name)
    with translating_integrity(), transaction.atomic():
        Skill.objects.filter(pk=skill.pk).update(name=name)
    skill.name = name


@transaction.atomic
def delete_skill(*, by: Principal, skill: Skill) -> None:
    """A skill that nobody has and nothing asks for. Raises: Conflict `skill_in_use`."""
    administrators_only(by)
    locked = Skill.objects.select_for_update().filter(pk=skill.pk).first()
    if locked is None:
        return
    try:
        locked.delete()
    except ProtectedError as error:
        raise Conflict("skill_in_use", _("This skill is in use. Take it from everybody first.")) from error


@transaction.atomic
def set_skills(*, by: Principal, user: User, skills: Iterable[Skill]) -> None:
    """`user` has exactly these skills afterwards."""
    administrators_only(by)
    wanted = {skill.pk for skill in skills}
    # Held until the end, so that none is deleted meanwhile.
    kept = list(Skill.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
    UserSkill.objects.filter(user=user).exclude(skill_id__in=wanted).delete()
    UserSkill.objects.bulk_create([UserSkill(user=user, skill=skill) for skill in kept], ignore_conflicts=True)
