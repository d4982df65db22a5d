"""Times of day on pages are those of whoever looks."""

import re
import uuid
from datetime import UTC

import pytest
from django.conf import LazySettings
from django.utils import timezone

from kam.people.enums import Role
from kam.people.models import User
from tests.personas import Company, api_client, client_for, make_token, make_user
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db


def test_time_typed_is_the_time_shown(company: Company) -> None:
    """In January Rome is an hour ahead of UTC."""
    owner = company.people.owner
    User.objects.filter(pk=owner.pk).update(timezone="Europe/Rome")
    client = client_for(owner)
    form = {"token": str(uuid.uuid4()), "account": str(company.account.pk), "type": "check_in", "channel": "phone"}
    assert client.post("/touchpoints/log/", form | {"when": "2026-01-14 15:00"}).status_code == 302
    touchpoint = Touchpoint.objects.all_for_system(reason="tests").get()
    assert touchpoint.occurred_at.astimezone(UTC).hour == 14
    page = re.sub("<[^>]*>", " ", client.get(f"/touchpoints/{touchpoint.pk}/").content.decode())
    assert ("15:00" in page, "14:00" in page) == (True, False)
    assert timezone.get_current_timezone_name() == "UTC"  # the next request on this thread is somebody else's
    answer = api_client(make_token(owner)).get(f"/api/v1/touchpoints/{touchpoint.pk}").json()
    assert (answer["occurred_at"], client.get(f"/api/v1/touchpoints/{touchpoint.pk}").json()) == (
        "2026-01-14T14:00:00Z",
        answer,
    )


def test_new_people_live_in_the_zone_of_the_installation(db: None, settings: LazySettings) -> None:
    settings.REPORTING_ZONE = "Europe/Rome"
    assert make_user("Rita Roman", role=Role.ADMIN).timezone == "Europe/Rome"
