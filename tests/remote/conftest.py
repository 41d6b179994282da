"""One engine for a module of tests, loaded by `istc build`, and the service in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store as Local

from kg import open_graph
from kg.querying import Engine
from kg.settings import Settings
from service import remote
from tests.cli.conftest import Done, run
from tests.remote.engines import STORES, Store
from tests.serving import Service, serving


@pytest.fixture(scope="module")
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """The engine that the module names."""
    engine = request.module.ENGINE
    with STORES[engine](tmp_path_factory.mktemp(engine) / "store") as store:
        yield store


@pytest.fixture(scope="module")
def istc(home: Path, store: Store) -> Callable[..., Done]:
    def call(*arguments: str) -> Done:
        return run(home, *arguments, cwd=home.parent, ISTC_REMOTE=store.remote)

    return call


@pytest.fixture(scope="module")
def loaded(store: Store, istc: Callable[..., Done]) -> Store:
    done = istc("build", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "the remote store holds data version 1" in done.stderr
    return store


@pytest.fixture(scope="module")
def service(home: Path, loaded: Store) -> Iterator[Service]:
    with serving(home, remote=loaded.remote, result_bytes="5000000") as service:
        yield service


@pytest.fixture(scope="module")
def local(home: Path) -> Local:
    return open_graph(home).store()


@pytest.fixture(scope="module")
def far(home: Path, loaded: Store) -> Iterator[Engine]:
    settings = Settings(home=home, remote=loaded.remote)
    engine = Engine(settings, remote.connect(settings))
    yield engine
    engine.close()
