"""`istc serve` from start to end, as a process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serving import children

from .conftest import ROOT


@contextmanager
def _serving(home: Path, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A serving process and what it has said until it told its last address."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ISTC_") and k != "PORT"}
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve"],
        env=kept
        | {"ISTC_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PORT": "0"}
        | environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if "/sparql" in line:
                break
        yield process, said
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def test_serve_builds_when_there_is_no_graph_and_says_where_to_look(tmp_path: Path) -> None:
    with _serving(tmp_path / "home") as (process, said):
        assert "data version 1" in said
        home = re.search(r"home:\s+(http://127\.0\.0\.1:\d+/)", said)
        assert home is not None, said
        with urllib.request.urlopen(home[1], timeout=30) as answer:
            assert answer.status == 200
            assert "<html" in answer.read().decode("utf-8")
        with urllib.request.urlopen(
            home[1] + "sparql?query=ASK%20%7B%7D&format=json", timeout=30
        ) as answer:
            assert b'"boolean"' in answer.read()
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="/proc: Linux lists processes there")
def test_serve_ends_with_the_processes_it_started(built_home: Path) -> None:
    with _serving(built_home) as (process, said):
        (address,) = re.findall(r"SPARQL.*(http://\S+/sparql)", said)
        with urllib.request.urlopen(f"{address}?query=ASK%20%7B%7D&format=json", timeout=30):
            started = children(process.pid)
    assert process.returncode == 0
    until = time.monotonic() + 5
    while left := [pid for pid in started if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < until, left
        time.sleep(0.05)
