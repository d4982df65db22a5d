"""What people knew of their accounts when they last looked."""

from django.db import models
from django.db.models import F, Q

from kam.people.models import User


class DayVisit(models.Model):
    """What somebody knew of their accounts when they looked at My day: what differs now is news.

    `opened_at` began the present visit; one that begins half an hour later starts the next. `since` is when the
    visit before began. `seen` and `seen_before` hold, for each, the own accounts as {id: [health, band]}; band
    None where it is not known. It is read only for accounts that are visible at the time.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    seen_before = models.JSONField()
    seen = models.JSONField()
    site = models.CharField(max_length=300)  # the address they used, to which links in mail lead

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(since__lt=F("opened_at")), name="day_visit_in_order")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.opened_at}"
