"""A query is answered whole or stopped; its worker is free again, and others go on."""

from __future__ import annotations

import contextvars
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.errors import (
    BudgetExceeded,
    Busy,
    Cancelled,
    InvalidInput,
    InvalidQuery,
    NoStore,
    OutsideAccess,
    TimeLimit,
    UpdateRefused,
)
from kg.querying import CLIENT, Engine
from kg.settings import Settings
from tests.serving import children

from .conftest import SIZE, A, MakeEngine, commit, quads

JSON = "application/sparql-results+json"
COUNT = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s <{A}p> ?o }}"
#: Endless in five ways: storage reads, joins, sorting, grouping, paths.
RUNAWAYS = {
    "count": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "filter": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c + ?f + ?i < 0) }",
    "group": "SELECT ?c (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?c",
    "values": "SELECT (SUM(?x*?y*?z) AS ?n) { "
    + " ".join(f"VALUES ?{v} {{ {' '.join(map(str, range(2000)))} }}" for v in "xyz")
    + " }",
    "path": f"SELECT (COUNT(*) AS ?n) {{ ?a (!<{A}q>|!^<{A}q>)* ?b . ?c (!<{A}q>|!^<{A}q>)* ?d }}",
}


def number(engine: Engine, text: str = COUNT) -> int:
    (row,) = engine.select(text)
    value = row["n"]
    assert isinstance(value, Literal)
    return int(value.value)


@contextmanager
def running_for_long(asking: Engine, query_id: str) -> Iterator[None]:
    """A query that holds a worker until it is cancelled."""

    def ask() -> None:
        with pytest.raises(Cancelled):
            asking.query(RUNAWAYS["count"], JSON, query_id=query_id)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        while not (asking.running() and asking.running()[0].seconds > 0.1):
            time.sleep(0.01)
        yield
    finally:
        asking.cancel(query_id)
        thread.join(10)


def cpu_ticks(processes: set[int]) -> int:
    """CPU that living processes have used, in clock ticks."""
    used = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        used += int(fields[11]) + int(fields[12])
    return used


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_query_is_stopped_at_its_limit_and_the_cpu_is_free(
    engine: MakeEngine, name: str
) -> None:
    others = children(os.getpid())
    asking = engine(query_seconds=1.0)
    with pytest.raises((TimeLimit, BudgetExceeded)):
        asking.query(RUNAWAYS[name], JSON)
    before = cpu_ticks(children(os.getpid()) - others)
    time.sleep(0.5)
    # A tick is a hundredth of a second; a query that went on would have used fifty.
    assert cpu_ticks(children(os.getpid()) - others) - before < 10
    assert number(asking) == SIZE


def test_a_query_that_takes_too_much_memory_is_stopped_and_others_go_on(engine: MakeEngine) -> None:
    asking = engine(query_bytes=200_000_000)
    with pytest.raises(BudgetExceeded) as caught:
        asking.query("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c", JSON)
    assert caught.value.extra["limitBytes"] == 200_000_000
    assert number(asking) == SIZE


def test_an_answer_that_is_too_large_is_an_error_and_not_a_part(
    engine: MakeEngine, home: Path
) -> None:
    asking = engine(result_bytes=100_000)
    with pytest.raises(BudgetExceeded, match="100000 bytes"):
        asking.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", JSON)
    assert [p for p in (home / "spool").rglob("*") if p.is_file()] == []


def test_a_caller_may_lower_the_limit_but_not_raise_it(engine: MakeEngine) -> None:
    asking = engine(query_seconds=1.0)
    for seconds, limit in ((0.3, 0.3), (60.0, 1.0)):
        with pytest.raises(TimeLimit) as caught:
            asking.query(RUNAWAYS["count"], JSON, seconds=seconds)
        assert caught.value.extra["limitSeconds"] == limit


def test_a_query_is_cancelled_by_its_id(engine: MakeEngine) -> None:
    asking = engine()
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            asking.query(RUNAWAYS["count"], JSON, query_id="mine")
        except Cancelled as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not asking.cancel("mine"):
        time.sleep(0.01)
    thread.join(10)
    assert len(caught) == 1
    assert asking.running() == []
    assert not asking.cancel("mine")


def test_two_queries_cannot_have_one_id(engine: MakeEngine) -> None:
    asking = engine(query_seconds=5.0)
    with running_for_long(asking, "mine"), pytest.raises(InvalidInput, match="mine"):
        asking.query(COUNT, JSON, query_id="mine")


def test_a_client_that_leaves_frees_its_worker(engine: MakeEngine) -> None:
    asking = engine(workers=1)
    with pytest.raises(Cancelled):
        asking.query(RUNAWAYS["count"], JSON, client_gone=lambda: True)
    assert number(asking) == SIZE


def test_a_query_waits_for_a_worker_and_is_told_when_there_is_none(engine: MakeEngine) -> None:
    asking = engine(workers=1, queue_seconds=0.3, query_seconds=20.0)
    with running_for_long(asking, "long"), pytest.raises(Busy):
        asking.query(COUNT, JSON)
    assert number(asking) == SIZE


def test_fewer_run_at_once_where_copies_of_the_graph_would_take_too_much(
    engine: MakeEngine,
) -> None:
    asking = engine(workers=16, worker_bytes=1, queue_seconds=0.3, query_seconds=20.0)
    with running_for_long(asking, "long"):
        # Two run at once, and one client has half of them.
        with pytest.raises(Busy, match="2 workers"):
            asking.query(COUNT, JSON)
        contextvars.copy_context().run(of_another_client, asking)


def of_another_client(asking: Engine) -> None:
    CLIENT.set("another")
    assert number(asking) == SIZE


def test_a_query_that_waits_for_a_worker_can_be_cancelled(engine: MakeEngine) -> None:
    asking = engine(workers=1, queue_seconds=20.0)
    with running_for_long(asking, "long"):
        threading.Timer(0.3, asking.cancel, ["waiting"]).start()
        with pytest.raises(Cancelled, match="was cancelled"):
            asking.query(COUNT, JSON, query_id="waiting")


def test_a_commit_is_seen_by_the_next_query_and_the_version_says_so(
    engine: MakeEngine, home: Path
) -> None:
    asking = engine()
    for round_ in range(5):
        assert number(asking) == SIZE + round_
        new = Quad(NamedNode(f"{A}new{round_}"), NamedNode(A + "p"), Literal(1), NamedNode(A + "g"))
        committed = commit(home, [new])
        assert number(asking) == SIZE + round_ + 1
        found = asking.version()
        assert found is not None
        assert (found.number, found.digest) == (committed.number, committed.digest)


def test_a_query_that_runs_ends_on_the_version_it_began_with(
    engine: MakeEngine, home: Path
) -> None:
    asking = engine(cache_bytes=0)
    slow = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s <{A}p> ?o . ?x <{A}p> ?y FILTER(?y < 200) }}"
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(number(asking, slow)))
    expected = number(asking, slow)
    thread.start()
    while not asking.running():
        time.sleep(0.001)
    for one in quads(SIZE)[:8]:
        commit(home, [], [one])
    thread.join(30)
    assert found == [expected]


def test_queries_that_fail_do_not_harm_those_that_follow(engine: MakeEngine) -> None:
    asking = engine(cache_bytes=0)

    def fail() -> None:
        for _ in range(60):
            with pytest.raises(InvalidQuery):
                asking.query("SELECT * WHERE { ?s ?p }", JSON)

    failing = [threading.Thread(target=fail) for _ in range(3)]
    for thread in failing:
        thread.start()
    while any(thread.is_alive() for thread in failing):
        assert number(asking) == SIZE
    for thread in failing:
        thread.join()


def test_a_graph_too_large_for_memory_is_read_from_disk(engine: MakeEngine, home: Path) -> None:
    asking = engine(memory_quads=10)
    assert number(asking) == SIZE
    with pytest.raises(TimeLimit):
        asking.query(RUNAWAYS["count"], JSON, seconds=0.5)
    commit(home, [], quads(10))
    assert number(asking) == SIZE - 10


def test_a_query_cannot_reach_the_network(engine: MakeEngine) -> None:
    before = children(os.getpid())
    asking = engine()
    number(asking)
    readers = children(os.getpid()) - before
    assert readers
    for process in readers:
        devices = Path(f"/proc/{process}/net/dev").read_text().splitlines()[2:]
        assert [d.split(":")[0].strip() for d in devices] in ([], ["lo"])
        states = Path(f"/proc/{process}/net/route").read_text().splitlines()[1:]
        assert states == []


@pytest.mark.parametrize(
    ("text", "kind", "line", "column"),
    [
        ("SELECT * {\n SERVICE <http://localhost/> { ?s ?p ?o } }", OutsideAccess, 2, 2),
        ("SELECT * { ?s ?p ?o\n\tservice silent ?x { } }", OutsideAccess, 2, 2),
        ("LOAD <http://localhost/>", OutsideAccess, 1, 1),
        ("PREFIX a: <b:> SELECT ?x WHERE { ?x rdfs:label ?y }", InvalidQuery, 1, 37),
        ("SELECT * WHERE { ?s ?p ", InvalidQuery, 1, 24),
        ("", InvalidQuery, 1, 1),
        ("SELEKT *", InvalidQuery, 1, 1),
    ],
)
def test_what_is_wrong_with_a_query_is_told_with_line_and_column(
    engine: MakeEngine, text: str, kind: type[InvalidInput], line: int, column: int
) -> None:
    with pytest.raises(kind) as caught:
        engine().query(text, JSON)
    assert (caught.value.extra["line"], caught.value.extra["column"]) == (line, column)
    assert caught.value.where == f"line {line}, column {column}"


def test_a_missing_prefix_is_offered_as_a_line(engine: MakeEngine) -> None:
    with pytest.raises(InvalidQuery) as caught:
        engine().query("SELECT * { ?s rdfs:label ?o }", JSON)
    assert "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>" in (caught.value.hint or "")


def test_a_slash_in_a_prefixed_name_is_explained(engine: MakeEngine) -> None:
    text = "PREFIX id: <https://w3id.org/istc-kg/id/> SELECT * { id:doc/liu-2023 ?p ?o }"
    with pytest.raises(InvalidQuery, match="slash") as caught:
        engine().query(text, JSON)
    assert "<https://w3id.org/istc-kg/id/doc/liu-2023>" in (caught.value.hint or "")
    assert caught.value.extra["column"] == text.index("id:doc") + 1


@pytest.mark.parametrize("word", ["INSERT DATA { }", "DELETE WHERE { }", "DROP ALL", "CLEAR ALL"])
def test_an_update_is_refused(engine: MakeEngine, word: str) -> None:
    with pytest.raises(UpdateRefused):
        engine().query(word, JSON)


def test_a_keyword_inside_a_name_a_string_or_a_comment_refuses_nothing(engine: MakeEngine) -> None:
    text = """PREFIX service: <http://example.org/SERVICE#> # SERVICE <x>
    SELECT ?service WHERE { ?service service:LOAD 'SERVICE', \"\"\"LOAD "SERVICE" \"\"\" @service
      , <http://example.org/#SERVICE> }""".replace(" @service", "")
    assert engine().select(text) == []


def test_the_dataset_of_the_query_or_of_the_request_is_honoured(
    engine: MakeEngine, home: Path
) -> None:
    commit(home, quads(7, "other"))
    asking = engine()
    assert number(asking) == SIZE  # the union: the seven are the same triples
    assert number(asking, f"SELECT (COUNT(*) AS ?n) FROM <{A}other> {{ ?s <{A}p> ?o }}") == 7
    inside = f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s <{A}p> ?o }} }}"
    assert number(asking, inside) == SIZE + 7
    for text, default, named, expected in (
        (COUNT, [A + "other"], [], "7"),
        (COUNT, [], [A + "other"], "0"),
        (inside, [], [A + "other"], "7"),
        (inside, [A + "other"], [], "0"),
    ):
        answer = asking.query(text, JSON, default_graphs=default, named_graphs=named)
        (row,) = json.loads(answer.read())["results"]["bindings"]
        answer.close()
        assert row["n"]["value"] == expected


def test_without_a_graph_it_says_how_to_build_one(tmp_path: Path) -> None:
    asking = Engine(Settings(home=tmp_path))
    assert asking.version() is None
    with pytest.raises(NoStore, match="istc build"):
        asking.query(COUNT, JSON)


def test_closing_leaves_no_process_and_no_file(engine: MakeEngine, home: Path) -> None:
    before = children(os.getpid())
    asking = engine()
    asking.query(COUNT, JSON)
    assert children(os.getpid()) - before
    asking.close()
    assert children(os.getpid()) - before == set()
    assert list((home / "spool").iterdir()) == []


def test_when_the_asking_process_is_killed_its_readers_end_and_its_spool_is_swept(
    engine: MakeEngine, home: Path
) -> None:
    child = os.fork()
    if child == 0:
        Engine(Settings(home=home)).query(COUNT, JSON)
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    left = list((home / "spool").iterdir())
    assert [p.name.split("-")[0] for p in left] == [str(child)]
    assert number(engine()) == SIZE
    assert not any(p.exists() for p in left)
    until = time.monotonic() + 5
    while str(home) in _command_lines(exclude=children(os.getpid())) and time.monotonic() < until:
        time.sleep(0.05)
    assert str(home) not in _command_lines(exclude=children(os.getpid()))


def _command_lines(exclude: set[int]) -> str:
    found = []
    for item in Path("/proc").glob("[0-9]*"):
        if int(item.name) not in exclude | {os.getpid()}:
            try:
                found.append((item / "cmdline").read_text())
            except OSError:
                continue
    return "\n".join(found)
