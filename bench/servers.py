"""PostgreSQL and Valkey for the measurement: those that DATABASE_URL and REDIS_URL name, or our own.

Our own cluster lies in KAM_HOME/bench and is kept, so that a company is seeded once and measured often. It syncs to
disk as `make run` does: commits cost here what they cost there.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import environ
import psycopg2

from kam.embedded.binaries import postgres_user
from kam.embedded.folders import socket_folder
from kam.embedded.home import CHECKOUT, Home
from kam.embedded.postgres import Postgres
from kam.embedded.valkey import Valkey


class Servers:
    """`with Servers() as servers: servers.environment(database)`."""

    def __init__(self) -> None:
        self.own: list[Postgres | Valkey] = []
        self.database_url = os.environ.get("DATABASE_URL", "")
        self.redis_url = os.environ.get("REDIS_URL", "")
        self.home = Home(Path(os.environ.get("KAM_HOME") or CHECKOUT / "var") / "bench")

    def __enter__(self) -> Self:
        self.home.lock()
        if self.database_url and self.redis_url:
            return self
        self.home.end_leftovers()
        user = postgres_user()
        postgres = Postgres(
            self.home.data_folder(user),
            sockets=socket_folder(self.home.path, owner=user.uid),
            place=self.home.readable_place,
            password=self.home.secret("database-password", length=24),
            log=self.home.log("postgres"),
            record=self.home.record("postgres"),
            user=user,
        )
        valkey = Valkey(socket_folder(self.home.path), log=self.home.log("valkey"), record=self.home.record("valkey"))
        self.own = [valkey, postgres]
        postgres.start()
        valkey.start()
        postgres.wait_ready()
        valkey.wait_ready()
        self.database_url, self.redis_url = postgres.url(), valkey.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self.own:
            server.stop()

    def url(self, database: str) -> str:
        return f"{self.database_url.rpartition('/')[0]}/{database}"

    def environment(self, database: str) -> dict[str, str]:
        """The settings of a production server for this database, reached over plain http.

        Its modules are compiled once and kept, as a server's are: otherwise every start would compile ours again.
        """
        unlike = {"PYTHONDONTWRITEBYTECODE"} | {name for name in os.environ if name.startswith("KAM_")}
        kept = {name: value for name, value in os.environ.items() if name not in unlike}
        return kept | {
            "DATABASE_URL": self.url(database),
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.home.secret("secret-key", length=48),
            "ALLOWED_HOSTS": "*",
            "KAM_HTTPS": "off",
            "KAM_HOME": str(self.home.path),
            "KAM_API_RATE": "10000000",  # counted, as always, but never reached
            "KAM_DEMO_PASSWORD": self.home.secret("demo-password"),
        }

    def create(self, database: str) -> None:
        """Make the database unless it is there."""
        connection = connect(self.database_url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{database}"')
        connection.close()


def connect(url: str) -> "psycopg2.extensions.connection":
    given = environ.Env.db_url_config(url)
    return psycopg2.connect(
        dbname=given["NAME"], user=given["USER"] or None, password=given["PASSWORD"] or None,
        host=given["HOST"] or None, port=given["PORT"] or None,
    )  # fmt: skip
