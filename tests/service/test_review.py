"""Links are listed with both sides, decided with a token, in one change, and taken back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kg.linking import links
from kg.settings import Settings
from kg.tokens import Tokens
from tests import homes
from tests.linking import waiting
from tests.serving import FORM, Reply, Service, serving

JSON, N_TRIPLES = "application/json", "application/n-triples"


class Desk:
    """A service with links to decide on, and a token that may.

    Args:
        service: The service.
        home: Its home.
    """

    def __init__(self, service: Service, home: Path) -> None:
        self.service = service
        tokens = Tokens(Settings(home=home))
        self.token = tokens.create("officer", ["import"])
        self.writer = tokens.create("writer", ["write"])

    def post(self, body: Any, token: str = "", kind: str = JSON, **headers: str) -> Reply:
        """POST /review; without a body of bytes it is JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Authorization": f"Bearer {token or self.token}", "Content-Type": kind} | named
        text = body if isinstance(body, str) else json.dumps(body)
        return self.service.send("POST", "/review", text, given)

    def decide(self, *decisions: dict[str, str], **headers: str) -> Reply:
        """Send decisions."""
        return self.post({"decisions": decisions}, **headers)

    def statuses(self) -> dict[str, str]:
        """Status of each link by its id."""
        found = self.service.get("/review.json?status=all").json()["links"]
        return {link["id"]: link["status"] for link in found}

    def graph(self) -> list[str]:
        """What the graph says of links, line by line."""
        name = quote(links.LINKS.value, safe="")
        return sorted(self.service.get(f"/store?graph={name}", N_TRIPLES).text.splitlines())


@pytest.fixture(scope="module")
def desk(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = homes.copy(built_home, tmp_path_factory.mktemp("review") / "home")
    waiting.put(home)
    with serving(home) as service:
        yield Desk(service, home)


def test_the_list_shows_both_sides_the_surest_first(desk: Desk) -> None:
    reply = desk.service.page("/review")
    assert reply.status == 200
    likely, less = reply.text.index(waiting.LIKELY.number), reply.text.index(waiting.LESS.number)
    assert likely < less < reply.text.index(waiting.COUNTRY.number)
    assert waiting.LINKED.number not in reply.text
    assert "likely the same" in reply.text
    assert "the same country: CHN" in reply.text
    for said in ("national academy", "Beijing", "https://ror.org/034t30j35"):
        assert said in reply.text
    assert waiting.HOSTILE not in reply.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Academy" in reply.text
    chinese = desk.service.page("/review", "zh").text
    assert "国家相同：CHN" in chinese
    assert "国家科学院" in chinese
    assert "很可能是同一对象" not in chinese


def test_filters_pages_and_wrong_values(desk: Desk) -> None:
    get = desk.service.get
    everything = get("/review.json?status=all").json()
    assert everything["counts"]["open"] == 3
    assert everything["counts"]["linked"] == 1
    assert everything["total"] == 3
    assert everything["things"]["org/cas"]["label"]["zh"] == "中国科学院"
    for query, ids in (
        ("status=linked", {waiting.LINKED.number}),
        ("kind=country", {waiting.COUNTRY.number}),
        ("source=doc/zhao-2022", {waiting.LIKELY.number, waiting.LESS.number}),
        ("source=doc/zhao-2022&kind=country", set()),
    ):
        assert {link["id"] for link in get(f"/review.json?{query}").json()["links"]} == ids, query
    assert get("/review.json?status=perhaps").status == 422
    assert get("/review.json?page=2").status == 422
    assert get("/review", "image/png").status == 406
    tag = get("/review.json").header("ETag")
    assert get("/review.json", If_None_Match=tag).status == 304


def test_what_is_linked_is_taken_out_as_sssom_and_rdf(desk: Desk) -> None:
    table = desk.service.get("/review", "text/tab-separated-values")
    assert table.type == "text/tab-separated-values"
    lines = [line for line in table.text.splitlines() if not line.startswith("#")]
    (row,) = csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t")
    assert (row["subject_id"], row["object_id"]) == ("id:org/x-pumc", "id:org/cams")
    graph = desk.service.graph("/review.ttl")
    assert any("ror.org" in str(o) for _, p, o in graph if str(p).endswith("sameAs"))


def test_deciding_needs_a_token_that_may_import(desk: Desk) -> None:
    body = json.dumps({"decisions": [{"id": waiting.LIKELY.number, "verb": "accept"}]})
    none = desk.service.send("POST", "/review", body, {"Content-Type": JSON})
    assert none.status == 401
    assert none.header("WWW-Authenticate") == "Bearer"
    assert desk.post(body, "istc_wrong").status == 401
    assert desk.post(body, desk.writer).status == 403
    assert desk.statuses()[waiting.LIKELY.number] == "open"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", JSON, 400),
        ("[]", JSON, 422),
        ('{"decisions": []}', JSON, 422),
        ('{"decisions": [3]}', JSON, 422),
        ('{"decisions": [{"id": "5a", "verb": "perhaps"}]}', JSON, 422),
        ('{"decisions": [{"id": "5a", "verb": "accept", "colour": "blue"}]}', JSON, 422),
        ('{"decisions": [{"id": 5, "verb": "accept"}]}', JSON, 422),
        ('{"decisions": [{"verb": "accept"}]}', JSON, 422),
        ('{"decisions": [{"id": "5a", "verb": "reject", "as": "org/cas"}]}', JSON, 422),
        ('{"decisions": [{"id": "ffffffffff", "verb": "accept"}]}', JSON, 404),
        ("id=ffffffffff&verb=accept", FORM, 404),
        ("id=5a&verb=perhaps", FORM, 422),
        ("verb accept", "text/plain", 415),
    ],
)
def test_what_is_no_decision_is_told(desk: Desk, body: str, kind: str, status: int) -> None:
    reply = desk.post(body, kind=kind, Accept_Language="zh")
    assert reply.status == status, reply.text
    problem = reply.json()
    for member in ("title", "detail", "hint"):
        assert re.search(r"[\u4e00-\u9fff]", problem[member]), problem
    assert all(re.search(r"[\u4e00-\u9fff]", e["expected"]) for e in problem.get("errors", ()))


def test_a_decision_is_one_change_and_is_taken_back_exactly(desk: Desk) -> None:
    likely, less = waiting.LIKELY.number, waiting.LESS.number
    before = desk.graph()
    tag = desk.service.get("/review.json").header("ETag")
    done = desk.decide({"id": likely, "verb": "accept", "seen": "open"}, If_Match=tag)
    assert done.status == 200, done.text
    told = done.json()
    assert {link["id"]: link["status"] for link in told["links"]} == {
        likely: "accepted",
        less: "rejected",
    }
    assert desk.statuses()[likely] == "accepted"
    change = desk.service.get(f"/changes/{told['version']}").json()
    assert (change["activity"], change["agent"]) == ("review", "officer")

    # Somebody who still sees the list as it was is told, and changes nothing.
    late = desk.decide({"id": less, "verb": "accept", "seen": "open"})
    assert late.status == 409
    assert late.json()["changed"][0]["status"] == "rejected"
    assert desk.decide({"id": less, "verb": "later"}, If_Match=tag).status == 412

    path = f"/changes/{told['version']}/undo"
    assert desk.service.send("POST", path).status == 401
    undone = desk.service.send("POST", path, headers={"Authorization": f"Bearer {desk.token}"})
    assert undone.status == 200, undone.text
    assert desk.graph() == before


def test_many_decisions_are_one_change(desk: Desk) -> None:
    first = desk.service.get("/review.json").json()["data"]["version"]
    done = desk.decide(
        {"id": waiting.COUNTRY.number, "verb": "accept", "as": "country/KGZ"},
        {"id": waiting.LIKELY.number, "verb": "later"},
        {"id": waiting.LESS.number, "verb": "reject"},
    )
    assert done.status == 200, done.text
    assert done.json()["version"] == first + 1
    now = desk.statuses()
    assert now[waiting.LIKELY.number] == "later"
    assert now[waiting.LESS.number] == "rejected"
    accepted = [link for link in done.json()["links"] if link["status"] == "accepted"]
    assert [(link["target"], link["reviewer"]) for link in accepted] == [("country/KGZ", "officer")]
    again = desk.post(f"id={waiting.LIKELY.number}&id={waiting.LESS.number}&verb=reopen", kind=FORM)
    assert again.status == 200, again.text
    assert desk.statuses()[waiting.LESS.number] == "open"
