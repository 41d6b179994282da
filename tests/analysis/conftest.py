"""What tests of tools share: a graph with people."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from tests.analysis.peopled import peopled


@pytest.fixture(scope="session")
def peopled_home(
    request: pytest.FixtureRequest, built_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The built graph with people from three data sets; copy it before you change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    home = shared / "peopled" / "home"
    with FileLock(shared / "peopled.lock"):
        done = home.parent / "done"
        if not done.exists():
            home.parent.mkdir()
            peopled(built_home, home)
            done.touch()
    return home
