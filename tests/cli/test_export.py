"""`istc export` and `istc diff` on dumps: the bytes of the service, bounded memory, exit codes."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from kg.store.versions import content_digest
from tests.cli.conftest import ROOT, Istc
from tests.serving import Service


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("out.trig.gz",), "istc-kg.trig.gz"),
        (("out.ttl.gz", "--graph", "source/liu-2023"), "source/liu-2023.ttl.gz"),
        (("out.nq.gz", "--class", "University"), "class/University.nq.gz"),
        (("out.csv", "--class", "University"), "class/University.csv"),
        (("out.zh-en.csv", "--class", "University"), "class/University.zh-en.csv"),
    ],
)
def test_the_bytes_are_those_of_the_service(
    istc: Istc, service: Service, tmp_path: Path, arguments: tuple[str, ...], name: str
) -> None:
    done = istc("export", *arguments)
    assert done.returncode == 0, done.stderr
    number = service.get("/version").json()["data"]["version"]
    assert (tmp_path / arguments[0]).read_bytes() == service.get(f"/dumps/{number}/{name}").body


def test_all_files_come_at_once_with_their_checksums(
    istc: Istc, tmp_path: Path, service: Service
) -> None:
    done = istc("export", "dumps", "--all")
    assert done.returncode == 0, done.stderr
    names = [
        line.partition("  ")[2]
        for line in (tmp_path / "dumps" / "SHA256SUMS").read_text().splitlines()
    ]
    files = {
        str(path.relative_to(tmp_path / "dumps"))
        for path in (tmp_path / "dumps").rglob("*")
        if path.is_file() and path.suffix != ".sha256" and path.name != "SHA256SUMS"
    }
    assert files == set(names)
    checked = subprocess.run(
        ["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "dumps", check=False
    )
    assert checked.returncode == 0
    told = service.get("/version").json()["data"]
    lines = gzip.decompress((tmp_path / "dumps" / "istc-kg.nq.gz").read_bytes())
    assert content_digest(lines.splitlines()) == told["digest"]
    again = istc("export", "dumps", "--all")
    assert again.returncode == 2
    assert "not empty" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("x.ttl", "--class", "Nothing"), 3, "University"),
        (("x.csv",), 3, "--class"),
        (("x.csv", "--graph", "ontology"), 3, "--class"),
        (("x.ttl", "--class", "University", "--graph", "ontology"), 3, "not both"),
        (("x", "--all", "--graph", "ontology"), 2, "--all"),
    ],
)
def test_what_cannot_be_exported_is_told(
    istc: Istc, tmp_path: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    done = istc("export", *arguments)
    assert done.returncode == code
    assert word in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_diff_ends_with_1_where_dumps_differ_in_whatever_syntax(istc: Istc, tmp_path: Path) -> None:
    assert istc("export", "a.nq.gz", "--graph", "ontology").returncode == 0
    assert istc("export", "b.trig", "--graph", "ontology").returncode == 0
    same = istc("diff", "a.nq.gz", "b.trig", "--format", "json")
    assert (same.returncode, json.loads(same.stdout)["added"]) == (0, 0)
    lines = gzip.decompress((tmp_path / "a.nq.gz").read_bytes()).splitlines()
    (tmp_path / "c.nq").write_bytes(b"\n".join([*lines[1:], lines[1]]) + b"\n")
    other = istc("diff", "a.nq.gz", "c.nq", "--format", "patch")
    assert other.returncode == 1
    assert other.stdout.splitlines() == ["TX .", f"D {lines[0].decode()}", "TC ."]
    assert other.stderr == ""
    assert istc("diff", "a.nq.gz", "missing.nq").returncode == 2


def test_dumps_of_any_size_are_compared_in_bounded_memory(tmp_path: Path) -> None:
    peaks = []
    for size in (60_000, 600_000):
        for dump, start in (("a.nq", 0), ("b.nq", 10)):
            with (tmp_path / dump).open("w") as file:
                for number in range(start, start + size):
                    name = number * 7919 % 1_000_003  # in no order
                    file.write(f'<http://a.example/{name}> <http://p> "{number}" .\n')
        code = """
import resource, sys
import kg.store.sorting
kg.store.sorting._RUN = 20_000
from service.cli import run
code = run(["diff", "a.nq", "b.nq", "--format", "json"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert json.loads(done.stdout)["added"] == 10
        peaks.append(int(done.stderr.split()[-1]))
    assert peaks[1] < 1.3 * peaks[0], peaks


def test_progress_is_shown_on_a_terminal_and_nowhere_else(
    istc: Istc, built_home: Path, tmp_path: Path
) -> None:
    piped = istc("export", "a.nq")
    assert len(piped.stderr.splitlines()) == 1
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "export", "b.nq"],
        cwd=tmp_path,
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "ISTC_HOME": str(built_home),
            "TERM": "xterm",
            "COLUMNS": "120",
        },
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:
            break
        if not read:
            break
        shown += read
    os.close(ours)
    assert process.wait(timeout=60) == 0
    text = shown.decode("utf-8", "replace")
    assert "b.nq" in text
    assert "/s" in text
    assert "%" in text
    assert (tmp_path / "a.nq").read_bytes() == (tmp_path / "b.nq").read_bytes()
