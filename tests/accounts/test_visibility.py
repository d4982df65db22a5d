"""The one rule of visibility: who sees which accounts, and that it stays an index scan at 100,000 of them."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import Account, AccountMember, Contact
from kam.people.enums import MembershipRole, Role
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from tests.factories import make_account, make_contact, make_team, make_user
from touchpoints.models import Touchpoint


def seen(user: User) -> set[str]:
    return set(Account.objects.visible_to(principal_for(user)).values_list("name", flat=True))


@pytest.mark.django_db
def test_rule_for_everybody() -> None:
    north, south = make_team("north"), make_team("south")
    north_one = make_team("north one", parent=north)
    deep = make_team("deep", parent=north_one)
    owner, mate, colleague = make_user(team=north_one), make_user(team=north_one), make_user(team=north_one)
    leader = make_user(team=north, role=MembershipRole.LEADER)
    team_leader = make_user(team=north_one, role=MembershipRole.LEADER)
    sibling = make_user(team=south, role=MembershipRole.LEADER)
    integration = make_user(team=north_one, is_integration=True)
    admin, nobody = make_user(is_admin=True), make_user()
    gone = make_user(team=north, role=MembershipRole.LEADER, is_active=False)
    mine = make_account(name="mine", owner=owner, team=north_one)
    make_account(name="deep", team=deep)
    make_account(name="top", team=north)
    make_account(name="south", team=south)
    make_account(name="homeless")
    AccountMember.objects.create(account=mine, user=mate)

    assert seen(owner) == {"mine"}
    assert seen(mate) == {"mine"}
    assert seen(colleague) == set()
    assert seen(leader) == {"mine", "deep", "top"}
    assert seen(team_leader) == {"mine", "deep"}
    assert seen(sibling) == {"south"}
    assert seen(integration) == {"mine", "deep"}
    assert seen(admin) == {"mine", "deep", "top", "south", "homeless"}
    assert seen(nobody) == set()
    assert seen(gone) == set()
    assert Account.objects.visible_to(Principal.nobody()).count() == 0
    assert Account.objects.visible_to(Principal.system("planner")).count() == 5


@pytest.mark.django_db
def test_rows_of_an_account_are_seen_with_it() -> None:
    team = make_team()
    owner, other = make_user(team=team), make_user(team=team)
    contact = make_contact(make_account(owner=owner, team=team))
    make_contact(make_account(owner=other, team=team))
    assert list(Contact.objects.visible_to(principal_for(owner))) == [contact]


@pytest.mark.django_db
def test_leader_of_two_teams_sees_both_subtrees_and_own_accounts() -> None:
    one, two, elsewhere = make_team(), make_team(), make_team()
    leader = make_user(team=one, role=MembershipRole.LEADER)
    leader.memberships.create(team=two, role=MembershipRole.LEADER)
    names = {make_account(name=f"of {t}", team=t).name for t in (one, two)}
    make_account(name="own", owner=leader, team=elsewhere)
    make_account(name="foreign", team=elsewhere)
    assert seen(leader) == names | {"own"}


HUNDRED_THOUSAND = """
    INSERT INTO accounts_account (name, name_sort, owner_id, team_id, tier, lifecycle, industry, country, website,
                                  currency, acquired_via, health, health_band, created_at, changed_at)
    SELECT 'Account ' || md5(n::text), md5(n::text),
           (%(owners)s::uuid[])[1 + n %% 1000], (%(teams)s::uuid[])[1 + n %% 50], 'C', 'active', '', '', '', 'EUR', '',
           n %% 101, CASE WHEN n %% 101 < 50 THEN 'red' ELSE 'green' END, now(), now()
    FROM generate_series(1, 100000) n
"""


@pytest.fixture
def big_company(db: None) -> Iterator[dict[str, Principal]]:
    """100,000 accounts of 1,000 managers in 50 teams; the principals that look at them."""
    teams = [make_team(f"big {n}") for n in range(50)]
    managers = User.objects.bulk_create(User(email=f"m{n}@big.example", name=f"M{n}") for n in range(1000))
    small = make_user("small")
    with connection.cursor() as cursor:
        cursor.execute(HUNDRED_THOUSAND, {"owners": [m.pk for m in managers], "teams": [t.pk for t in teams]})
        cursor.execute(
            "INSERT INTO accounts_accountmember (account_id, user_id, role) "
            "SELECT id, %s, 'service' FROM accounts_account ORDER BY name_sort LIMIT 20",
            [small.pk],
        )
        cursor.execute("ANALYZE accounts_account")
        cursor.execute("ANALYZE accounts_accountmember")
    leads: tuple[UUID, ...] = tuple(t.pk for t in teams[:10])
    yield {
        "small": Principal(user_id=small.pk, role=Role.MANAGER),
        "manager": Principal(user_id=managers[0].pk, role=Role.MANAGER),
        "leader": Principal(user_id=managers[1].pk, role=Role.LEADER, team_ids=leads),
        "admin": Principal(user_id=managers[2].pk, role=Role.ADMIN),
    }


@pytest.mark.django_db
def test_plan_at_100k_accounts_reads_no_table_whole(big_company: dict[str, Principal]) -> None:
    counts = {}
    for who, principal in big_company.items():
        accounts = Account.objects.visible_to(principal)
        counts[who] = accounts.count()
        pages = {
            "accounts": accounts.order_by("name_sort", "id")[:50],
            "touchpoints": Touchpoint.objects.visible_to(principal).order_by("-occurred_at", "-id")[:50],
        }
        for page, queryset in pages.items():
            plan = queryset.explain()
            assert "Seq Scan on accounts_account " not in plan, f"{page} for {who}:\n{plan}"
            assert "SubPlan" not in plan, f"{page} for {who} asks the rule row by row:\n{plan}"
    assert counts == {"small": 20, "manager": 100, "leader": 20_000, "admin": 100_000}
