"""ISTC_REMOTE: what it takes, and what is said when nobody answers there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Done, Istc, run
from tests.serving import Service, serving


@pytest.fixture
def istc(built_home: Path, tmp_path: Path) -> Istc:
    def call(*arguments: str, **environ: str) -> Done:
        return run(built_home, *arguments, cwd=tmp_path, **environ)

    return call


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address of this machine where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("http://127.0.0.1:3030/istc", "dialect+http://host/"),
        ("oracle+http://127.0.0.1/", "fuseki, virtuoso"),
        ("fuseki+http://me:secret@/istc", "dialect+http://host/"),
        ("fuseki+http://me:secret@host:port/istc", "cannot be read"),
        ("sparql+http://me:secret@host/sparql#upload=/x", "“update” only"),
    ],
)
def test_a_wrong_address_is_told_without_the_password(istc: Istc, value: str, said: str) -> None:
    done = istc("push", ISTC_REMOTE=value)
    assert done.returncode == 3
    assert said in done.stderr
    assert "ISTC_REMOTE" in done.stderr
    assert "secret" not in done.stderr


def test_push_without_a_store_says_what_to_set(istc: Istc) -> None:
    done = istc("push")
    assert done.returncode == 3
    assert "ISTC_REMOTE=fuseki+http" in done.stderr


def test_a_store_that_is_down_is_told_and_the_password_is_not(istc: Istc, nobody: str) -> None:
    done = istc("push", ISTC_REMOTE=f"fuseki+http://me:secret@{nobody}/istc")
    assert done.returncode == 5
    assert f"http://{nobody}/istc/query" in done.stderr
    assert "secret" not in done.stderr


def test_the_service_says_that_its_store_is_down(built_home: Path, nobody: str) -> None:
    with serving(built_home, remote=f"virtuoso+http://me:secret@{nobody}") as service:
        _is_down(service)


def _is_down(service: Service) -> None:
    reply = service.sparql("ASK {}")
    assert (reply.status, reply.type) == (503, "application/problem+json")
    assert reply.json()["type"].endswith("/problems/store-unavailable")
    assert reply.header("Retry-After")
    assert "secret" not in reply.text
    assert service.get("/healthz").status == 200
    assert service.get("/readyz").status == 503
