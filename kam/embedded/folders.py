"""Folders and secrets that only their owner reads."""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from kam.embedded.errors import CannotStart


def private_folder(path: Path, *, owner: int | None = None) -> Path:
    """Make `path` a folder that only `owner` (default: we) can enter, or refuse.

    An existing one is taken only if it is a real folder, owned by `owner` and closed to everyone else: in /tmp
    somebody else may have made it first. Its mode is never changed.
    Raises: CannotStart.
    """
    uid = os.geteuid() if owner is None else owner
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) & 0o077:
            raise CannotStart(
                f"{path} is not a folder that only user {uid} can enter. Remove it and try again."
            ) from None
        return path
    if uid != os.geteuid():
        os.chown(path, uid, -1)
    return path


def socket_folder(home: Path, *, owner: int | None = None) -> Path:
    """A short private folder for the sockets of `home`: PostgreSQL refuses paths over about 100 bytes.

    Folders of root lie in /run, where only root makes names; others in the user's own runtime folder or /tmp.
    """
    uid = os.geteuid() if owner is None else owner
    name = f"kam-{uid}-{hashlib.sha256(bytes(home.absolute())).hexdigest()[:10]}"
    runtime = Path("/run") if os.geteuid() == 0 else Path(f"/run/user/{uid}")
    parent = runtime if os.access(runtime, os.W_OK | os.X_OK) else Path("/tmp")  # noqa: S108 (ownership is verified)
    return private_folder(parent / name, owner=uid)


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text`, readable by us alone, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def kept_secret(path: Path, *, length: int = 32) -> str:
    """The secret kept in `path`; made at first use. Letters, digits, `-` and `_` only."""
    if not path.is_file():
        write_private(path, secrets.token_urlsafe(length) + "\n")
    return path.read_text(encoding="utf-8").strip()
