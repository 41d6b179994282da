"""The real command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]
Istc = Callable[..., Done]


def run(home: Path, *arguments: str, cwd: Path, stdin: str = "", **environ: str) -> Done:
    """Run `istc` with this home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ISTC_", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        cwd=cwd,
        env=kept | {"PYTHONPATH": str(ROOT), "ISTC_HOME": str(home), "LANG": "C.UTF-8"} | environ,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def istc(built_home: Path, tmp_path: Path) -> Istc:
    """`istc(…)` on the built graph, in an empty working folder."""

    def call(*arguments: str, stdin: str = "", **environ: str) -> Done:
        return run(built_home, *arguments, cwd=tmp_path, stdin=stdin, **environ)

    return call


@pytest.fixture
def bare(tmp_path: Path) -> Istc:
    """`bare(…)` where nothing has been built."""

    def call(*arguments: str, stdin: str = "", **environ: str) -> Done:
        return run(tmp_path / "home", *arguments, cwd=tmp_path, stdin=stdin, **environ)

    return call
