"""Who signs in, and the team tree they work in."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from kam.core.ids import uuid_key
from kam.core.tracking import tracked
from kam.people.enums import MembershipRole


def reporting_zone() -> str:
    """The zone of new users, until they have one of their own: that of the installation."""
    return settings.REPORTING_ZONE


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@tracked(exclude=["last_login"], omit=["password", "last_login"])
class User(AbstractBaseUser):
    """A person or integration that signs in by email."""

    id = uuid_key()
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)
    is_integration = models.BooleanField(default=False)
    timezone = models.CharField(max_length=64, default=reporting_zone)
    morning_mail = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    first_steps_done = models.BooleanField(default=False)  # they said so: home leads there no more
    skills: "models.ManyToManyField[Any, Any]" = models.ManyToManyField("Skill", through="UserSkill", related_name="+")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=~models.Q(is_admin=True, is_integration=True), name="user_admin_or_integration"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


@tracked()
class Team(models.Model):
    """A node of the team tree: region → team."""

    id = uuid_key()
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Membership(models.Model):
    """Makes a user manager or leader of a team; for an integration it grants the team."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=MembershipRole, default=MembershipRole.MANAGER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=MembershipRole.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role} of {self.team}"


@tracked()
class Skill(models.Model):
    """What somebody can do. Whatever else names skills protects them, so that only unused ones are deleted."""

    id = uuid_key()
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="skill_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="skill_name_given"),
        ]

    def __str__(self) -> str:
        return self.name


class UserSkill(models.Model):
    """A user has a skill."""

    user = models.ForeignKey(User, models.CASCADE, related_name="skill_links")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="holders")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "skill"], name="user_skill_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.skill}"


@tracked()
class Invitation(models.Model):
    """A mailed link with which a user sets the first password. Open until it is accepted, withdrawn or replaced."""

    id = uuid_key()
    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    site = models.CharField(max_length=300)  # where the link leads: the address its sender used
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at__isnull=True), name="invitation_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.user}"


@tracked(exclude=["last_used_at"], omit=["digest", "last_used_at"])
class ApiToken(models.Model):
    """A bearer token: shown once, kept as prefix and SHA-256. Never sees more than its user."""

    id = uuid_key()
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=100, blank=True)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(null=True, blank=True)  # null: all that the user may
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"kam_{self.prefix}…"


class FactorRemoval(models.Model):
    """An administrator removed somebody's second factor, and why; never changed."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["-removed_at", "-id"], name="factor_removal_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.removed_at:%Y-%m-%d %H:%M}"
