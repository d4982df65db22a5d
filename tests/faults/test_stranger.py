"""A script written from docs/api.md alone, over a network that loses one answer in five, does everything once."""

import os
import subprocess
import sys

import pytest

from kam.embedded.home import CHECKOUT
from tests.faults.house import House
from tests.faults.proxy import lossy_proxy

pytestmark = pytest.mark.faults
SCRIPT = CHECKOUT / "docs" / "examples" / "sync.py"


def test_script_of_the_docs_makes_50_accounts_and_200_touchpoints(house: House) -> None:
    email = "stranger@faults.example"
    house.manage(
        *("create_user", email, "--role", "integration", "--team", "Strangers", "--create-team"),
        *("--password-env", "FIRST_PASSWORD"),
        FIRST_PASSWORD="correct horse battery staple",
    )
    token = house.manage("create_api_token", email, "--scopes", "accounts:write,touchpoints:write").split()[-1]
    with lossy_proxy(house.address, lose_each=5) as proxy:
        told = subprocess.run(
            [sys.executable, str(SCRIPT)],
            env={"PATH": os.environ["PATH"], "KAM_URL": proxy.address, "KAM_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert told.returncode == 0, told.stderr
    assert proxy.lost >= 60, "the network was not bad enough"
    assert told.stdout.split(";")[1].split()[0] == str(proxy.lost)
    ours = "SELECT account_id FROM accounts_externalid WHERE source = 'crm'"
    [(accounts,)] = house.rows("SELECT count(*) FROM accounts_account WHERE name LIKE 'Customer %%'")
    [(touchpoints, subjects)] = house.rows(
        f"SELECT count(*), count(DISTINCT subject) FROM touchpoints_touchpoint WHERE account_id IN ({ours})"
    )
    assert (accounts, touchpoints, subjects) == (50, 200, 200)
    [(replayed,)] = house.rows("SELECT count(*) FROM api_idempotencykey WHERE key LIKE 'crm-call-%%'")
    assert replayed == 200
