"""What holds for the files of the repository themselves."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400
_TEXT = {".py", ".md", ".ttl", ".rq", ".csv", ".toml", ".html", ".css", ".js", ".po", ".txt", ""}
#: Paths of one machine; a shebang and the usual folders of a Linux system are everybody's.
_MACHINE = re.compile(r"(?<![\w.])/(?:work|home/\w+|Users/\w+|root|opt/wheels)/[\w.-]+")


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("git: the files of a checkout are listed by git")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _own_text() -> list[Path]:
    return [
        p
        for p in _tracked()
        if p.suffix in _TEXT and "vendor" not in p.parts and p != Path(__file__)
    ]


def test_no_python_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in _tracked()
        if p.suffix == ".py" and (n := len(p.read_text("utf-8").splitlines())) >= LONGEST
    }
    assert long == {}


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in _own_text()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in [_MACHINE.search(line)]
        if match
    ]
    assert found == []


def test_every_text_file_is_utf_8_with_line_feeds_and_ends_with_one() -> None:
    wrong = []
    for path in _own_text():
        data = path.read_bytes()
        if b"\r" in data or (data and not data.endswith(b"\n")):
            wrong.append(str(path.relative_to(ROOT)))
        data.decode("utf-8")
    assert wrong == []


def test_the_constraints_name_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert [p for p in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", p)] == []


def test_every_package_we_need_is_pinned() -> None:
    def normal(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(name for extra in extras for name in extra)]
    names = {normal(re.split(r"[<>=!~;\[ ]", w)[0]) for w in wanted}
    pinned = {
        normal(line.split("==")[0])
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    assert names - pinned == set()
