"""A person at an account. Somebody at two accounts is two contacts."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.enums import BuyingRole, Relation
from accounts.history import keep_history
from accounts.scoped import AccountScoped
from kam.api.tombstones import buried
from kam.core.ids import uuid_key
from kam.people.models import User

MOST_PRIVATE_NOTES = 4000


def digits_of(phone: Any) -> Func:
    """+49 (30) 123 is 4930123; duplicates/sql.py says the same."""
    return Func(phone, Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=models.CharField())


@keep_history(exclude=["changed_at"], omit=["stance", "private_notes"])
class Contact(AccountScoped):
    """Name, how to reach them, and their part in the buying decision.

    `stance` −2…+2 is their attitude to us, `influence` 1–5 their weight; None means not known.
    Stance and private notes are sensitive: accounts/sensitive.py says who reads them.
    """

    id = uuid_key()
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    name_sort = models.CharField(max_length=201, editable=False)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    email = models.EmailField(_("email"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    relation = models.CharField(_("relation"), max_length=16, choices=Relation, default=Relation.CUSTOMER)
    buying_roles = ArrayField(
        models.CharField(max_length=16, choices=BuyingRole), verbose_name=_("buying roles"), default=list, blank=True
    )
    stance = models.SmallIntegerField(_("stance"), null=True, blank=True)
    influence = models.SmallIntegerField(_("influence"), null=True, blank=True)
    private_notes = models.TextField(_("private notes"), max_length=MOST_PRIVATE_NOTES, blank=True, db_default="")
    communication_style = models.CharField(_("communication style"), max_length=100, blank=True)
    source = models.CharField(max_length=50, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # What the composite foreign key of a touchpoint's contacts points at.
            models.UniqueConstraint(fields=["account", "id"], name="contact_account_id"),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="contact_external_id_once"
            ),
            models.CheckConstraint(condition=~Q(first_name="", last_name=""), name="contact_name_given"),
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="contact_relation_known"),
            models.CheckConstraint(
                condition=Q(buying_roles__contained_by=BuyingRole.values), name="contact_roles_known"
            ),
            models.CheckConstraint(
                condition=Q(stance__isnull=True) | Q(stance__range=(-2, 2)), name="contact_stance_range"
            ),
            models.CheckConstraint(
                condition=Q(influence__isnull=True) | Q(influence__range=(1, 5)), name="contact_influence_range"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "name_sort", "id"], name="contact_account_name"),
            models.Index(fields=["name_sort", "id"], name="contact_name"),
            models.Index(fields=["changed_at", "id"], name="contact_changed"),
            GinIndex(OpClass("name_sort", "gin_trgm_ops"), name="contact_name_trigram"),
            GinIndex(OpClass(Lower("email"), "gin_trgm_ops"), name="contact_email_trigram", condition=~Q(email="")),
            models.Index(Lower("email"), name="contact_email", condition=~Q(email="")),
            models.Index(digits_of(F("phone")), name="contact_digits", condition=~Q(phone="")),
        ]
        triggers = [buried("contact")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
