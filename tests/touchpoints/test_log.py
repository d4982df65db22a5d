"""The log dialog: over a page, as a page, saved once, taken back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from kam.core import clock
from tests.factories import make_contact, make_touchpoint
from tests.personas import SYSTEM, Company, client_for, make_account, principal
from tests.touchpoints.build import check_ins, open_check_in, open_flag
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
LOG = "/touchpoints/log/"


@pytest.fixture
def web(company: Company) -> Client:
    return client_for(company.people.owner)


def fields(account: Account, **changes: Any) -> dict[str, Any]:
    return {
        "token": str(uuid.uuid4()),
        "account": str(account.pk),
        "type": "check_in",
        "channel": "phone",
        "when": "now",
        **changes,
    }


def touchpoints() -> list[Touchpoint]:
    return list(Touchpoint.objects.all_for_system(reason="tests").order_by("id"))


def test_get_is_a_page_without_scripts_and_a_piece_for_htmx(web: Client, company: Company) -> None:
    address = f"{LOG}?account={company.account.pk}"
    page, piece = web.get(address), web.get(address, headers=HTMX)
    assert (page.status_code, piece.status_code) == (200, 200)
    assert "<html" in page.text
    assert "<html" not in piece.text
    assert "hx-post" not in page.text.split('id="log-form"')[1].split(">")[0]
    for text in (page.text, piece.text):
        assert 'id="log-form"' in text
        assert "Alpha Works" in text


def test_type_and_channel_may_be_filled_in_by_the_address(web: Client, company: Company) -> None:
    by = principal(company.people.owner)
    make_touchpoint(company.account, by=by, type="complaint", channel="email")
    text = web.get(f"{LOG}?account={company.account.pk}&type=check_in&channel=phone", headers=HTMX).text
    assert '<input type="radio" name="type" value="check_in" checked' in text
    assert '<input type="radio" name="channel" value="phone" checked' in text
    for odd in ("no_such", "x" * 3000, "%F0%9F%98%80"):
        assert web.get(f"{LOG}?type={odd}&channel={odd}", headers=HTMX).status_code == 200


def test_a_call_from_my_day_is_filled_in_as_one(web: Client, company: Company) -> None:
    make_touchpoint(company.account, days_ago=400)
    make_contact(company.account, phone="+39 1")
    filled = f"{LOG}?account={company.account.pk}&amp;type=check_in&amp;channel=phone"
    text = web.get("/my-day/").text
    assert f'href="{filled}" data-log' in text
    assert f'href="tel:+39 1" data-log-after="{filled}"' in text
    assert f'data-log-after="{filled}"' in web.get(f"/accounts/{company.account.pk}/").text


def test_saving_without_scripts_goes_to_the_account(web: Client, company: Company) -> None:
    answer = web.post(LOG, fields(company.account, notes="All fine", sentiment_end="1"))
    assert answer.status_code == 302
    assert answer.url == reverse("account_detail", args=[company.account.pk])
    (logged,) = touchpoints()
    assert (logged.notes, logged.sentiment_end, logged.direction, logged.created_by) == (
        *("All fine", 1, "two_way"),
        company.people.owner,
    )
    assert list(logged.staff.all()) == [company.people.owner]


def test_saving_by_htmx_offers_undo_and_tells_the_page(web: Client, company: Company) -> None:
    answer = web.post(LOG, fields(company.account), headers=HTMX)
    (logged,) = touchpoints()
    assert answer.status_code == 200
    assert "kam:saved" in answer.headers["HX-Trigger"]
    assert reverse("touchpoint_undo", args=[logged.pk]) in answer.text


def test_everything_typed_is_recorded(web: Client, company: Company) -> None:
    contact = make_contact(company.account)
    web.post(
        LOG,
        fields(
            company.account,
            type="complaint",
            channel="email",
            direction="inbound",
            when="2026-03-02 09:15",
            contacts=[str(contact.pk)],
            staff=[str(company.people.teammate.pk)],
            sentiment_start="-2",
            sentiment_end="0",
            expectation="missed",
            subject="Late delivery",
            notes="Words",
            next_step="Call back",
        ),
    )
    (one,) = touchpoints()
    assert (one.type.key, one.channel.key, one.direction, one.initiative) == (
        "complaint",
        "email",
        "inbound",
        "indirect",
    )
    assert (one.sentiment_start, one.sentiment_end, one.expectation) == (-2, 0, "missed")
    assert (one.subject, one.notes, one.next_step) == ("Late delivery", "Words", "Call back")
    assert f"{one.occurred_at:%Y-%m-%d %H:%M}" == "2026-03-02 09:15"
    assert (list(one.contacts.all()), list(one.staff.all())) == ([contact], [company.people.teammate])


def test_clock_times_are_of_the_persons_zone(web: Client, company: Company) -> None:
    company.people.owner.timezone = "America/New_York"
    company.people.owner.save()
    web.post(LOG, fields(company.account, when="2026-03-02 09:15"))
    assert f"{touchpoints()[0].occurred_at:%H:%M}" == "14:15"


def test_what_the_browser_echoed_is_what_is_stored(web: Client, company: Company) -> None:
    web.post(LOG, fields(company.account, when="mon 9:15", occurred_at="2026-03-02T08:15:00.000Z"))
    assert f"{touchpoints()[0].occurred_at:%Y-%m-%d %H:%M}" == "2026-03-02 08:15"


def test_now_is_the_servers_now_whatever_the_browsers_clock(web: Client, company: Company) -> None:
    web.post(LOG, fields(company.account, when="now", occurred_at="2031-01-01T00:00:00.000Z"))
    assert abs(touchpoints()[0].occurred_at - clock.now()) < timedelta(minutes=1)


def test_repeated_save_is_the_same_save(web: Client, company: Company) -> None:
    once = fields(company.account)
    answers = [web.post(LOG, once, headers=HTMX) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(touchpoints()) == 1


def test_repeated_save_with_other_words_is_refused_and_keeps_them(web: Client, company: Company) -> None:
    once = fields(company.account)
    web.post(LOG, once)
    answer = web.post(LOG, {**once, "notes": "Second thoughts"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Second thoughts" in answer.text
    assert [one.notes for one in touchpoints()] == [""]


def test_undo_and_log_again_with_the_same_token(web: Client, company: Company) -> None:
    once = fields(company.account)
    web.post(LOG, once)
    web.post(reverse("touchpoint_undo", args=[touchpoints()[0].pk]))
    web.post(LOG, once)
    assert len(touchpoints()) == 1


def test_undo_reverses_flag_check_in_and_pulse(web: Client, company: Company) -> None:
    account = company.account
    account.tier = "A"
    account.save()
    make_touchpoint(account, days_ago=40)
    check_in, flag = open_check_in(account), open_flag(account)
    web.post(LOG, fields(account))
    assert (open_flag(account), len(check_ins(account))) == (None, 2)
    answer = web.post(reverse("touchpoint_undo", args=[touchpoints()[-1].pk]), headers=HTMX)
    assert "kam:undone" in answer.headers["HX-Trigger"]
    assert [c.pk for c in check_ins(account)] == [check_in.pk]
    assert open_flag(account).pk == flag.pk
    assert web.post(reverse("touchpoint_undo", args=[uuid.uuid4()])).status_code == 404


def test_type_and_channel_default_to_the_last_ones_logged_in_the_dialog(web: Client, company: Company) -> None:
    web.post(LOG, fields(company.account, type="demo", channel="video"))
    web_of_another = client_for(company.people.teammate)
    web_of_another.post(LOG, fields(company.account, type="repair", channel="post"))
    form = web.get(LOG).context["form"]
    assert (form.type_chosen.key, form.channel_chosen.key) == ("demo", "video")
    assert [entry.key for entry in form.catalogue.types.chips] == [
        *("demo", "check_in", "support_case", "sales_call", "business_review")
    ]
    assert "repair" in [entry.key for entry in form.catalogue.types.others]


def test_without_habits_a_check_in_by_phone_ends_the_silence(web: Client, company: Company) -> None:
    """What an import or the API wrote in somebody's name is not their habit."""
    account, by = company.account, principal(company.people.owner)
    account.tier = "A"
    account.save()
    make_touchpoint(account, by=by, days_ago=40)
    make_touchpoint(account, by=by, days_ago=35, type="advertising", channel="email", source="crm", external_id="7")
    assert open_flag(account)
    form = web.get(f"{LOG}?account={account.pk}").context["form"]
    assert [entry.key for entry in form.catalogue.types.chips] == [
        *("check_in", "support_case", "sales_call", "business_review", "complaint")
    ]
    assert [entry.key for entry in form.catalogue.channels.chips] == ["phone", "email", "meeting", "video", "visit"]
    web.post(LOG, fields(account, type=form.type_chosen.key, channel=form.channel_chosen.key, sentiment_end="1"))
    assert open_flag(account) is None


def test_choice_of_the_list_wins_over_the_chip(web: Client, company: Company) -> None:
    web.post(LOG, fields(company.account, other_type="repair", other_channel="email"))
    (one,) = touchpoints()
    assert (one.type.key, one.channel.key, one.direction) == ("repair", "email", "outbound")


def test_choice_from_the_list_becomes_the_chosen_chip(web: Client) -> None:
    answer = web.get(reverse("touchpoint_choice"), {"of": "type", "other_type": "repair"}, headers=HTMX)
    assert answer.text.index('value="repair" checked') < answer.text.index('value="check_in"')
    assert web.get(reverse("touchpoint_choice"), {"of": "everything"}).status_code == 400


WRONG: dict[str, dict[str, Any]] = {
    "no account": {"account": ""},
    "account of nonsense": {"account": "nonsense"},
    "missing account": {"account": str(uuid.uuid4())},
    "unknown type": {"type": "nonsense"},
    "no type": {"type": ""},
    "type of symbols": {"type": "🙂"},
    "unknown channel": {"other_channel": "nonsense"},
    "unclear time": {"when": "some day"},
    "judged before it took place": {"when": "tomorrow 15:00", "sentiment_end": "1"},
    "before our time": {"when": "9999 weeks ago"},
    "long time": {"when": "x" * 61},
    "unclear instant": {"when": "mon", "occurred_at": "nonsense"},
    "sixth face": {"sentiment_end": "3"},
    "no number": {"sentiment_start": "happy"},
    "unknown direction": {"direction": "sideways"},
    "unknown expectation": {"expectation": "nonsense"},
    "long subject": {"subject": "x" * 301},
    "long notes": {"notes": "x" * 20_001},
    "unknown contact": {"contacts": [str(uuid.uuid4())]},
    "contact of nonsense": {"contacts": ["nonsense"]},
    "unknown colleague": {"staff": [str(uuid.uuid4())]},
    "no token": {"token": ""},
    "token of nonsense": {"token": "nonsense"},
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_told_and_everything_typed_stays(web: Client, company: Company, case: str) -> None:
    answer = web.post(LOG, fields(company.account, next_step="Send the offer") | WRONG[case], headers=HTMX)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert 'class="kam-error' in answer.text
    assert 'value="Send the offer"' in answer.text
    assert touchpoints() == []


@pytest.mark.parametrize("text", ["\x00", "\u202e", "a\u2066b"])
def test_forbidden_characters_are_refused(web: Client, company: Company, text: str) -> None:
    assert web.post(LOG, fields(company.account, notes=text)).status_code == 400
    assert touchpoints() == []


def test_account_of_others_is_not_there(web: Client, company: Company) -> None:
    foreign = company.foreign_account
    contact = make_contact(foreign, first_name="Canary")
    assert web.get(f"{LOG}?account={foreign.pk}").status_code == 404
    assert web.get(f"{LOG}?account=nonsense").status_code == 400
    assert web.post(LOG, fields(foreign)).status_code == 422
    assert web.post(LOG, fields(company.account, contacts=[str(contact.pk)])).status_code == 422
    for name in ("touchpoint_preview", "touchpoint_people"):
        answer = web.get(reverse(name), {"account": str(foreign.pk)})
        assert answer.status_code == 200
        assert "Canary" not in answer.text
    assert touchpoints() == []


def test_other_peoples_touchpoints_are_not_there(company: Company) -> None:
    one = make_touchpoint(company.account)
    outsider = client_for(company.people.outsider)
    assert outsider.get(reverse("touchpoint_detail", args=[one.pk])).status_code == 404
    assert outsider.post(reverse("touchpoint_undo", args=[one.pk])).status_code == 404
    assert len(touchpoints()) == 1


def test_teammate_may_read_but_not_remove_what_another_logged(company: Company) -> None:
    one = make_touchpoint(company.account, by=principal(company.people.owner))
    teammate = client_for(company.people.teammate)
    page = teammate.get(reverse("touchpoint_detail", args=[one.pk]))
    assert page.status_code == 200
    assert "Delete" not in page.text
    assert teammate.post(reverse("touchpoint_undo", args=[one.pk])).status_code == 422
    assert len(touchpoints()) == 1
    leader = client_for(company.people.leader)
    assert "Delete" in leader.get(reverse("touchpoint_detail", args=[one.pk])).text
    assert leader.post(reverse("touchpoint_undo", args=[one.pk])).status_code == 302
    assert touchpoints() == []


def test_undo_needs_a_post(web: Client, company: Company) -> None:
    one = make_touchpoint(company.account, by=principal(company.people.owner))
    assert web.get(reverse("touchpoint_undo", args=[one.pk])).status_code == 405


def test_search_finds_only_what_one_sees(web: Client, company: Company) -> None:
    make_account("Beta Alpine", owner=company.people.owner, team=company.people.north_one)
    make_account("Canary Alp", owner=company.people.outsider, team=company.people.south_one)
    search = reverse("account_search")
    assert [row["text"] for row in web.get(search, {"search": "ALP"}).json()] == ["Alpha Works", "Beta Alpine"]
    assert web.get(search, {"search": "%"}).json() == []
    assert web.get(search, {"search": "x" * 201}).status_code == 400


def _queries(web: Client, method: str, address: str, data: dict[str, Any] | None = None) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(web, method)(address, data or {}, headers=HTMX)
    assert answer.status_code == 200
    return len(queries)


def test_query_counts_are_constant(web: Client, company: Company) -> None:
    account = company.account
    reads, writes, details = [], [], []
    for _ in range(2):
        one = make_touchpoint(account, by=principal(company.people.owner), contacts=[make_contact(account)])
        reads.append(_queries(web, "get", f"{LOG}?account={account.pk}"))
        details.append(_queries(web, "get", reverse("touchpoint_detail", args=[one.pk])))
        many = [str(make_contact(account).pk) for _ in range(3)]
        writes.append(_queries(web, "post", LOG, fields(account, contacts=many)))
    assert (reads[0], details[0], writes[0]) == (reads[1], details[1], writes[1])
    assert reads[0] <= 12
    assert details[0] <= 12
    assert writes[0] <= 30


def test_a_leader_of_nothing_sees_no_dialog(company: Company) -> None:
    assert client_for(company.people.newcomer).get(LOG).status_code == 403
    assert client_for(None).get(LOG).status_code == 302
    assert Account.objects.visible_to(SYSTEM).count() == 2
