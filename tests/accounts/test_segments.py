"""Settings › Segments: added, renamed, and deleted only where nothing needs them."""

import pytest

from accounts.models import Account, Segment
from tests.personas import Company, client_for

pytestmark = pytest.mark.django_db
URL = "/settings/segments/"


def names() -> list[str]:
    return list(Segment.objects.order_by("name").values_list("name", flat=True))


def test_segments_are_added_renamed_and_deleted(company: Company) -> None:
    client = client_for(company.people.admin)
    assert [client.post(URL, {"name": name}).status_code for name in ("Large", " Small ", "Large", "")] == [
        303, 303, 422, 422,
    ]  # fmt: skip
    assert names() == ["Large", "Small"]
    large = Segment.objects.get(name="Large")
    edit = f"{URL}{large.pk}/"
    assert client.post(edit, {"name": "Small"}).status_code == 422
    assert client.post(edit, {"name": "Huge"}).status_code == 303
    Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(segment=large)
    assert [(s.name, s.accounts) for s in client.get(URL).context["segments"]] == [("Huge", 1), ("Small", 0)]
    assert client.post(f"{edit}delete/").headers["Location"] == edit
    assert names() == ["Huge", "Small"]
    Account.objects.all_for_system(reason="tests").update(segment=None)
    assert client.post(f"{edit}delete/").headers["Location"] == URL
    assert names() == ["Small"]
    assert client_for(company.people.leader).get(URL).status_code == 403
