"""The index of names is made once for each data version, and nothing depends on keeping it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.register import Register
from kg.linking import kept
from kg.store.versions import current
from tests import homes
from tests.cli.conftest import run


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Path:
    """A home of one's own, without an index of names."""
    return homes.copy(built_home, tmp_path / "home", kept.FOLDER)


def imported(home: Path, *options: str) -> None:
    """Import a register of three bodies, one of which the graph has under another name."""
    file = home.parent / "office.nt"
    Register("office", 3).write(file)
    text = file.read_text("utf-8")
    assert "east institute office no. 0" in text
    file.write_text(text.replace("east institute office no. 0", "Zhejiang Univ."), "utf-8")
    done = run(home, "import", str(file), *options, cwd=home.parent)
    assert done.returncode == 0, done.stderr
    assert "org/zju" in done.stderr


def index(home: Path) -> Path:
    """The file of the index of the current version."""
    now = current(home)
    assert now is not None
    return kept.files().path(home, now.digest)


def test_it_is_found_by_the_next_import_and_made_anew_after_a_change(home: Path) -> None:
    imported(home, "--dry-run")
    first = index(home)
    made = first.stat().st_mtime_ns
    imported(home, "--yes")
    assert first.stat().st_mtime_ns == made
    assert not index(home).exists()
    imported(home, "--dry-run")
    assert index(home).exists()


@pytest.mark.parametrize("left", ["", "nothing that SQLite reads"])
def test_one_that_is_not_whole_or_of_another_form_is_made_anew(home: Path, left: str) -> None:
    file = index(home)
    file.parent.mkdir()
    file.write_text(left, encoding="utf-8")
    file.with_name(file.name + ".making").write_text("left by a crash", encoding="utf-8")
    (file.parent / "of-a-version-that-is-gone.sqlite").touch()
    imported(home, "--dry-run")
    assert kept.files().whole(file)
    assert [entry.name for entry in file.parent.glob("*.sqlite*")] == [file.name]


def test_where_it_cannot_be_kept_imports_go_on_without(home: Path) -> None:
    (home / kept.FOLDER).write_text("a file where a folder should be", encoding="utf-8")
    imported(home, "--dry-run")
