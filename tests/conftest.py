"""What many tests share: a graph that is built once a run, and a service that answers from it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests import homes
from tests.analysis import beijing
from tests.serving import ROOT, Service, serving


@pytest.fixture(scope="session")
def built_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the packaged tables have been built; copy it before you change the graph.

    The workers of pytest-xdist share it: whoever comes first builds, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    home = shared / "built"
    with FileLock(shared / "built.lock"):
        if not (home / "current").exists():
            kept = {k: v for k, v in os.environ.items() if not k.startswith("ISTC_")}
            done = subprocess.run(
                [sys.executable, "-m", "service.cli", "build"],
                cwd=shared,
                env=kept | {"PYTHONPATH": str(ROOT), "ISTC_HOME": str(home)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="module")
def home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it that the tests of one module have for themselves."""
    home = tmp_path_factory.mktemp("own") / "home"
    homes.copy(built_home, home)
    return home


@pytest.fixture(scope="session")
def register_home(built_home: Path) -> Path:
    """A copy of it with a made-up register that has the totals of the paper on Beijing.

    Its files are in the folder `register` beside it; it is brought in once a run.
    """
    home, files = built_home.with_name("monitored"), built_home.with_name("register")
    with FileLock(built_home.with_name("monitored.lock")):
        if not (home / "current").exists():
            homes.copy(built_home, home)
            files.mkdir()
            command = ["import", *map(str, beijing.write(files))]
            done = subprocess.run(
                [sys.executable, "-m", "service.cli", *command, "--source", "register", "--yes"],
                cwd=files,
                env=os.environ | {"PYTHONPATH": str(ROOT), "ISTC_HOME": str(home)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="session")
def service(built_home: Path) -> Iterator[Service]:
    """The service on the built graph, with the settings of a user who has set nothing."""
    with serving(built_home) as running:
        yield running
