"""Changes of the built graph: its own graphs stay as built, rules hold, what follows follows."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import RdfFormat, parse

from kg.namespaces import BASE, GRAPH, ID, ISTC, PREFIXES, RDFS, SH
from kg.store import changes, versions
from kg.store.truth import Truth
from tests.cli.conftest import run
from tests.serving import Reply

from .conftest import TURTLE, Desk

MINE = GRAPH + "desk/register"
HEAD = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("istc", "rdfs", "skos"))
NEW = f"""{HEAD}
<{ID}org/desk-institute> a istc:ResearchOrganization ;
  rdfs:label "台站研究所"@zh , "Desk Institute"@en ; istc:memberOf <{ID}org/desk-alliance> .
<{ID}org/desk-alliance> a istc:Alliance ; rdfs:label "台站联盟"@zh , "Desk Alliance"@en .
"""


def put(curated: Desk, text: str, graph: str = MINE, query: str = "", **headers: str) -> Reply:
    return curated.send(
        "PUT", f"/store?graph={quote(graph, safe='')}{query}", text, Content_Type=TURTLE, **headers
    )


def digest(home: Path) -> str:
    now = versions.current(home)
    assert now is not None
    return now.digest


def asks(curated: Desk, pattern: str) -> bool:
    """Whether the newest version says something; a command line may have made it just now."""
    until = time.monotonic() + 60
    while curated.service.get("/version").json()["data"]["digest"] != digest(curated.home):
        assert time.monotonic() < until
        time.sleep(0.1)
    reply = curated.service.sparql(f"PREFIX istc: <{ISTC}> ASK {{ {pattern} }}")
    return bool(reply.json()["boolean"])


def test_a_graph_of_people_lives_beside_the_built_ones(curated: Desk) -> None:
    assert put(curated, NEW).status in (200, 201)
    # What follows from it by the rules is there at once: superclasses, inverse properties.
    assert asks(curated, f"<{ID}org/desk-institute> a istc:Organization")
    assert asks(curated, f"<{ID}org/desk-alliance> istc:hasMember <{ID}org/desk-institute>")
    built = run(curated.home, "build", "--force", "--quiet", cwd=curated.home)
    assert built.returncode == 0, built.stderr
    assert asks(curated, f"GRAPH <{MINE}> {{ <{ID}org/desk-institute> ?p ?o }}")
    assert asks(curated, f"<{ID}org/desk-alliance> istc:hasMember <{ID}org/desk-institute>")
    # Removing it takes along what followed, and nothing else.
    assert curated.send("DELETE", f"/store?graph={quote(MINE, safe='')}").status == 204
    with Truth.open(curated.home) as truth:
        newest = truth.version
    removed = changes.read(curated.home, newest).removed
    assert {str(q.graph_name) for q in removed} <= {f"<{MINE}>", f"<{GRAPH}inferred>"}
    assert not asks(curated, f"<{ID}org/desk-alliance> ?p ?o")


@pytest.mark.parametrize(
    "name", ["ontology", "entities", "source/liu-2023", "truthy", "inferred", "journal"]
)
def test_graphs_that_a_build_makes_are_not_changed_from_outside(curated: Desk, name: str) -> None:
    before = digest(curated.home)
    reply = put(curated, NEW, GRAPH + name)
    assert reply.status == 403
    told = reply.json()
    assert told["type"].endswith("/built-graph")
    assert GRAPH + name in told["graphs"]
    assert "of your own" in told["hint"]
    assert digest(curated.home) == before


def test_what_breaks_a_rule_is_refused_whole_with_every_result(curated: Desk) -> None:
    before = digest(curated.home)
    wrong = NEW + "\n".join(
        f'<{ID}org/desk-{n}> a istc:Organization ; skos:altLabel "No name {n}"@en .'
        for n in range(60)
    )
    reply = put(curated, wrong)
    assert reply.status == 422
    told = reply.json()
    assert told["type"].endswith("/non-conforming")
    found = [r for r in told["results"] if r["rule"].endswith("#Named-label")]
    assert len(found) == 60
    assert all({"zh", "en"} <= set(r["messages"]) for r in found)
    assert {r["severity"] for r in found} == {"violation"}
    for query, headers in (("&report=ttl", {}), ("", {"Accept": TURTLE})):
        report = put(curated, wrong, query=query, **headers)
        assert (report.status, report.type) == (422, TURTLE)
        triples = list(parse(input=report.body, format=RdfFormat.TURTLE))
        results = [t for t in triples if t.predicate.value == SH + "result"]
        assert len(results) == len(told["results"])
    assert digest(curated.home) == before


def test_removing_what_others_need_is_refused_and_warnings_are_told(curated: Desk) -> None:
    graph = GRAPH + "desk/network"
    text = f"""{HEAD}
<{ID}platform/desk-lab> a istc:JointLaboratory ;
  rdfs:label "台站联合实验室"@zh , "Desk Joint Laboratory"@en .
"""
    reply = put(curated, text, graph)
    assert reply.status == 201
    # Nobody runs it, and no partners are named: doubtful, not wrong.
    warned = {w["rule"].rpartition("#")[2] for w in reply.json()["warnings"]}
    assert "CooperationPlatform-agent" in warned
    label = f"DELETE WHERE {{ GRAPH <{graph}> {{ <{ID}platform/desk-lab> <{RDFS}label> ?l }} }}"
    refused = curated.update(label)
    assert refused.status == 422
    assert curated.send("DELETE", f"/store?graph={quote(graph, safe='')}").status == 204


def test_undo_is_exact_and_guarded_and_has_a_command(curated: Desk) -> None:
    assert put(curated, NEW).status == 201
    with Truth.open(curated.home) as truth:
        first = truth.version
    other = GRAPH + "desk/other"
    assert put(curated, NEW.replace("desk-", "else-").replace("Desk", "Else"), other).status == 201
    between = digest(curated.home)
    # An earlier change, with a later one in between.
    done = run(curated.home, "undo", str(first), "--json", cwd=curated.home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["undone"] == first
    assert not asks(curated, f"<{ID}org/desk-alliance> ?p ?o")
    assert asks(curated, f"<{ID}org/else-alliance> istc:hasMember <{ID}org/else-institute>")
    assert run(curated.home, "undo", str(first + 2), cwd=curated.home).returncode == 0
    assert digest(curated.home) == between
    # Now its subject is changed since: refused, with the list.
    assert (
        curated.update(f"DELETE WHERE {{ GRAPH <{MINE}> {{ ?s <{ISTC}memberOf> ?o }} }}").status
        == 200
    )
    refused = run(curated.home, "undo", str(first), cwd=curated.home)
    assert refused.returncode == 7
    assert f"<{ISTC}memberOf>" in refused.stderr
    lines = json.loads(run(curated.home, "log", "--json", cwd=curated.home).stdout)
    assert [line["undoes"] for line in lines[:3]] == [None, first + 2, first]
    assert [line["stands"] for line in lines[1:5]] == [False, False, True, True]


def test_two_writers_at_once_lose_nothing(curated: Desk) -> None:
    replies: dict[int, Reply] = {}

    def write(number: int) -> None:
        text = f"INSERT DATA {{ GRAPH <{GRAPH}desk/race> {{ <{BASE}x> <{BASE}n> {number} }} }}"
        replies[number] = curated.update(text)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.status for reply in replies.values()} <= {200, 503}
    rows = curated.service.select(
        f"SELECT ?n {{ GRAPH <{GRAPH}desk/race> {{ <{BASE}x> <{BASE}n> ?n }} }}"
    )
    done = {str(n) for n, reply in replies.items() if reply.status == 200}
    assert done
    assert {row["n"] for row in rows} == done
