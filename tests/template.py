"""A migrated database that the processes of a test run copy, which takes a second; migrating takes each of them thirty.

    python -m tests.template make NAME
    python -m tests.template drop NAME

`.ci/tests` makes it, tests/conftest.py reads its name from TEST_TEMPLATE.
"""

import os
import sys

import django
from django.db import connection


def make(name: str) -> None:
    """As pytest-django makes a test database; one of this name is made anew."""
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def drop(name: str) -> None:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kam.settings")
    django.setup()
    {"make": make, "drop": drop}[sys.argv[1]](sys.argv[2])
