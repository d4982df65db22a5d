"""A seeded company with its site, its floor, and who asks: what every row works with."""

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.scales import Scale
from bench.servers import Servers, connect
from bench.site import Site
from kam.embedded.home import CHECKOUT


@dataclass
class Company:
    """`app` and `floor` serve the same database; `people` holds the tokens and ids of manager, leader, admin."""

    scale: Scale
    environment: dict[str, str]
    people: dict[str, Any]
    app: Site
    floor: Site

    def token(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.people['tokens'][who]}"}

    def signed_in(self, who: str) -> dict[str, str]:
        return self.app.sign_in(f"{who}@demo.example", self.environment["KAM_DEMO_PASSWORD"])

    @property
    def account(self) -> str:
        """The manager's busiest account."""
        return self.people["account"]["id"]

    def inside(self, *command: str) -> Any:
        return inside(self.environment, *command)

    def connect(self) -> Any:
        return connect(self.environment["DATABASE_URL"])


class Opened:
    """`with Opened(servers, scale) as company`: seeded if need be, served, and cleaned of what was measured."""

    def __init__(self, servers: Servers, scale: Scale) -> None:
        self.servers, self.scale, self.open = servers, scale, ExitStack()

    def __enter__(self) -> Company:
        environment = self.servers.environment(self.scale.database)
        self.servers.create(self.scale.database)
        people = inside(environment, "setup", str(self.scale.accounts), str(self.scale.touchpoints))
        folder = self.open.enter_context(tempfile.TemporaryDirectory(prefix="kam-bench-"))
        recording = Path(folder) / "recording"
        inside(environment, "record", people["account"]["id"], str(recording))
        app = self.open.enter_context(Site("kam.wsgi", environment))
        floor = self.open.enter_context(Site("bench.floor", {**environment, "BENCH_RECORDING": str(recording)}))
        company = Company(self.scale, environment, people, app, floor)
        self.open.callback(company.inside, "clean", company.account)
        return company

    def __exit__(self, *error: Any) -> None:
        self.open.__exit__(*error)


def inside(environment: dict[str, str], *command: str) -> Any:
    """The answer of a command of bench/inside.py for this database."""
    argv = [sys.executable, "-m", "bench.inside", *command]
    done = subprocess.run(argv, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])
