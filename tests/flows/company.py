"""A small company in which every page has something to show."""

import io
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from accounts.days import reporting_day
from accounts.enums import Sharing
from accounts.list_state import ListState
from accounts.models import Account, Contact, Note, SavedView, Segment, Tag
from accounts.morning import token_of
from accounts.services.notes import add_note
from accounts.services.saved_views import Audience, save_view
from kam.core import clock
from kam.exchange.drafts import start_draft
from kam.exchange.enums import Missing
from kam.exchange.exports.models import ExportJob
from kam.exchange.exports.services import ExportRequest, request_export
from kam.exchange.models import ImportJob
from kam.exchange.services import Request, import_now
from kam.people.invitations import link_to, send_invitation
from kam.people.models import Invitation, Skill, User
from tests.exchange.runs import mapping
from tests.factories import make_account, make_contact, make_reach, make_touchpoint
from tests.flows.story import silent_account
from tests.personas import People, make_user, principal
from touchpoints.models import Reach, Touchpoint
from touchpoints.planner import WEEKEND
from touchpoints.services.check_ins import plan_check_in

ORDERS = b"Id,Date,CDs,Price\n1,2026-01-01,1,5\n2,never,1,5\n"


@dataclass(frozen=True)
class Full:
    account: Account
    contact: Contact
    touchpoint: Touchpoint
    job: ImportJob
    draft: ImportJob
    foreign: Account
    passwordless: User
    appointment: Touchpoint
    note: Note
    reach: Reach
    invitation: Invitation
    segment: Segment
    skill: Skill
    tag: Tag
    view: SavedView
    export: ExportJob

    def address(self, name: str) -> str:
        """Where a route is shown with rows of this company."""
        rows = {
            **dict.fromkeys(("account_detail", "account_edit", "account_health", "contact_new"), self.account),
            **dict.fromkeys(("account_reads", "check_in_plan", "account_merge"), self.account),
            **dict.fromkeys(("contact_edit", "contact_private", "contact_merge"), self.contact),
            **dict.fromkeys(("touchpoint_detail", "episode"), self.touchpoint),
            "touchpoint_complete": self.appointment,
            "import_detail": self.job,
            "import_map": self.draft,
            "export_detail": self.export,
            "note_edit": self.note,
            "reach_edit": self.reach,
            "segment_edit": self.segment,
            "tag_edit": self.tag,
            "skill_edit": self.skill,
            "view_edit": self.view,
            "person_leave": self.passwordless,
        }
        if name == "invitation":
            return urlsplit(link_to(self.invitation)).path
        if name == "morning_mail_off":
            return reverse(name, args=[token_of(self.passwordless)])
        return reverse(name, args=[rows[name].pk] if name in rows else [])

    def reset_address(self) -> str:
        """The link of a password mail."""
        user = self.passwordless
        return reverse(
            "account_reset_password_from_key", args=[user_pk_to_url_str(user), default_token_generator.make_token(user)]
        )


def day_of_planner() -> date:
    """A day of the week that the planner opens with: at weekends it is the coming one."""
    today = reporting_day(clock.now())
    return today + timedelta(days=7 - today.weekday() if today.weekday() in WEEKEND else 0)


def full_company(people: People) -> Full:
    """Accounts in every band: silent, lively with a long story, a prospect nobody called yet; and an import."""
    by = principal(people.owner)
    silent_account(people)
    lively = make_account(
        by, name="Lively Logistics International Holding", tier="B", lifecycle="active", account_revenue="1250000.00",
        currency="EUR", website="https://lively.example", industry="Logistics", country="Italy", employees=1200,
    )  # fmt: skip
    contact = make_contact(
        lively, by, first_name="Kenji", last_name="Mori", job_title="COO", email="k@lively.example", phone="+39 02 1234"
    )
    for age, end in ((200, -2), (120, 0), (45, 1)):
        make_touchpoint(lively, by, days_ago=age, sentiment_start=0, sentiment_end=end, notes="What was said. " * 25)
    touchpoint = make_touchpoint(
        lively, by, days_ago=2, type="business_review", channel="meeting", contacts=[contact], sentiment_start=1,
        sentiment_end=2, expectation="exceeded", subject="Yearly review", next_step="Send the offer",
        episode="Renewal 2027",
    )  # fmt: skip
    make_account(by, name="Quiet Prospect", lifecycle="prospect")
    make_account(by, name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2)
    make_account(by, name="Watched GmbH", tier="A", lifecycle="active", account_revenue="400000", currency="USD")
    watched = Account.objects.all_for_system(reason="tests").get(name="Watched GmbH")
    make_touchpoint(watched, by, days_ago=21, sentiment_end=0)
    upload = Request(
        kind="touchpoints", file=io.BytesIO(ORDERS), filename="orders.csv", mapping=mapping("cdnow"),
        missing_accounts=Missing.CREATE,
    )  # fmt: skip
    job = import_now(by=by, request=upload, clock=clock.now)
    draft = start_draft(by=by, now=clock.now(), kind="touchpoints", file=io.BytesIO(ORDERS), filename="open.csv")
    passwordless = make_user("Paula Passwordless", team=people.north_one)
    passwordless.set_unusable_password()
    passwordless.save()
    note = add_note(by=by, account=lively, text="They decide in March. " * 20, pinned=True, now=clock.now())
    plan_check_in(by=by, now=clock.now(), account=lively, due_on=day_of_planner(), purpose="executive")
    appointment = make_touchpoint(lively, by, days_ago=-3, subject="The offer, line by line", contacts=[contact])
    reach = make_reach(by, campaign="Spring fair", count=1200)
    guest = make_user("Gina Guest", team=people.north_one)
    guest.set_unusable_password()
    guest.save()
    invitation = send_invitation(by=principal(people.admin), user=guest, site="http://localhost", now=clock.now())
    view = save_view(
        by=principal(people.admin), name="Key accounts", state=ListState({"tier": "A"}), now=clock.now(),
        audience=Audience(Sharing.EVERYBODY),
    )  # fmt: skip
    export = request_export(by=by, request=ExportRequest("accounts"), now=clock.now())
    named = (
        Segment.objects.create(name="Public sector"),
        Skill.objects.create(name="Tenders"),
        Tag.objects.create(name="Pilot", name_sort="pilot", created_at=clock.now()),
    )
    foreign = make_account(principal(people.outsider), name="Canary Foreign GmbH", lifecycle="active")
    return Full(
        lively,
        contact,
        touchpoint,
        job,
        draft,
        foreign,
        passwordless,
        appointment,
        note,
        reach,
        invitation,
        *named,
        view,
        export,
    )
