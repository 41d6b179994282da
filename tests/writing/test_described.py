"""Changes over HTTP do what the description of the interface says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.serving import Reply
from tests.writing.conftest import TURTLE, UPDATE, Desk, desk, small

TRIPLE = "<http://example.org/s> <http://example.org/p> 1 ."


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A service that others may write to."""
    with desk(small(tmp_path_factory.mktemp("described") / "home")) as running:
        yield running


@pytest.fixture(scope="module")
def paths(one: Desk) -> dict[str, Any]:
    """The operations that are described."""
    return dict(one.service.get("/openapi.json").json()["paths"])


def told(operation: dict[str, Any], reply: Reply) -> int:
    """The status of an answer; it is described, with its members."""
    response = operation["responses"][str(reply.status)]
    for media_type, kind in response.get("content", {}).items():
        assert reply.type == media_type
        assert set(kind["schema"]["required"]) == set(reply.json())
    assert all(name in reply.headers for name in response.get("headers", {}))
    return reply.status


def example(operation: dict[str, Any], name: str) -> str:
    """The example of a parameter."""
    return str(next(e["example"] for e in operation["parameters"] if e["name"] == name))


@pytest.mark.parametrize(("path", "name"), [("/store", "graph"), ("/store/{name}", "name")])
def test_a_graph_is_made_read_and_removed(
    one: Desk, paths: dict[str, Any], path: str, name: str
) -> None:
    operations = paths[path]
    value = example(operations["put"], name)
    address = path.format(name=value) if "{" in path else f"{path}?{urlencode({name: value})}"
    for method, statuses in (("PUT", (201, 204)), ("POST", (204, 204))):
        operation = operations[method.lower()]
        assert TURTLE in operation["requestBody"]["content"]
        for status in statuses:
            reply = one.send(method, address, TRIPLE, Content_Type=TURTLE)
            assert told(operation, reply) == status
    for media_type in operations["get"]["responses"]["200"]["content"]:
        where = address
        if media_type in ("application/trig", "application/n-quads"):
            where = "/store"
        reply = one.service.get(where, media_type)
        assert (reply.status, reply.type) == (200, media_type)
    assert told(operations["delete"], one.send("DELETE", address)) == 204
    missing = one.send("DELETE", address)
    assert str(missing.status) in operations["delete"]["responses"]
    assert one.service.send("PUT", address, TRIPLE, {"Content-Type": TURTLE}).status == 401


def test_an_update_and_its_undoing(one: Desk, paths: dict[str, Any]) -> None:
    update, undo = paths["/update"]["post"], paths["/changes/{number}/undo"]["post"]
    assert UPDATE in update["requestBody"]["content"]
    done = one.update(f"INSERT DATA {{ GRAPH <http://example.org/u> {{ {TRIPLE} }} }}")
    assert told(update, done) == 200
    path = f"/changes/{done.json()['version']}/undo"
    assert told(undo, one.send("POST", path)) == 200
    again = one.send("POST", path)
    assert (again.status, "409" in undo["responses"]) == (409, True)
