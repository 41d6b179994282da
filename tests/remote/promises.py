"""What the service promises whichever store answers; `test_fuseki` and `test_virtuoso` run it.

Each engine is started once and loaded by `istc build`; the tests run in the order of this file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat
from pyoxigraph import Store as Local

from kg import asking, catalogue
from kg.namespaces import GRAPH
from kg.querying import Engine
from kg.settings import Settings
from kg.store.inprocess import InProcess
from kg.store.journal import Entry
from kg.store.truth import Truth
from service import remote
from tests.cli.conftest import Done
from tests.needs import sample
from tests.remote import comparing, relay
from tests.remote.engines import Store
from tests.serving import Service

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
NEW = Quad(
    NamedNode("http://example.org/s"),
    NamedNode("http://example.org/p"),
    Literal("新"),
    NamedNode(GRAPH + "source/liu-2023"),
)
JOURNAL = GRAPH + "journal"


def commit(home: Path, added: list[Quad], removed: list[Quad]) -> int:
    with Truth.open(home) as truth:
        return truth.commit(added, removed, Entry(agent="test", activity="import")).number


def forget(home: Path, store: Store) -> None:
    """Leave a store as a load that was cut off leaves it: it does not say what it holds."""
    backend = remote.connect(Settings(home=home, remote=store.remote))
    assert backend is not None
    backend.replica.forget()
    backend.close()


def becomes_idle(store: Store, seconds: float) -> bool:
    """Whether a store stops working within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = store.cpu_seconds()
        time.sleep(0.5)
        if store.cpu_seconds() - before < 0.2:
            return True
    return False


class Alone:
    """Before a service runs: one that does would load again what a test has made a store forget.

    Attributes:
        refuses_others: Whether data of others are replaced only when that is asked for.
    """

    refuses_others = False

    def test_a_store_that_is_not_loaded_to_the_end_is_noticed_and_loaded_again(
        self, istc: Callable[..., Done], loaded: Store, home: Path
    ) -> None:
        forget(home, loaded)
        asked = istc("ask", "joint-papers-by-field")
        assert asked.returncode == 5
        assert "istc push" in asked.stderr
        if self.refuses_others:
            refused = istc("push")
            assert refused.returncode == 5
            assert "istc push --replace" in refused.stderr
        pushed = istc("push", "--replace")
        assert pushed.returncode == 0, pushed.stderr
        assert "holds data version" in pushed.stderr
        assert istc("ask", "joint-papers-by-field").returncode == 0


class Promises:
    """The tests; the module of a subclass names the engine, as ENGINE."""

    # --- answers ----------------------------------------------------------------------------------

    @pytest.mark.parametrize("question", sample(sorted(q.id for q in catalogue.questions())))
    def test_each_question_has_the_answer_of_our_own_readers(
        self, question: str, local: Local, far: Engine, request: pytest.FixtureRequest
    ) -> None:
        reason = comparing.known_differences(request.module.ENGINE).get(question)
        if reason:
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
        wanted = comparing.rows(asking.ask(InProcess(local), question))
        assert comparing.rows(asking.ask(far, question)) == wanted

    def test_the_default_graph_holds_each_triple_of_all_graphs_once(
        self, service: Service, local: Local
    ) -> None:
        wanted = int(next(iter(local.query(COUNT)))["n"].value)  # type: ignore[arg-type,index,union-attr]
        assert service.select(COUNT) == [{"n": str(wanted)}]

    def test_named_graphs_are_ours_and_no_others(self, service: Service, local: Local) -> None:
        wanted = sorted({JOURNAL, *(str(name).strip("<>") for name in local.named_graphs())})
        assert [row["g"] for row in service.select(GRAPHS)] == wanted

    def test_a_request_may_name_its_graphs(self, service: Service, local: Local) -> None:
        entities = GRAPH + "entities"
        count = sum(1 for _ in local.quads_for_pattern(None, None, None, NamedNode(entities)))
        named = {"default-graph-uri": entities}
        counted = [{"n": str(count)}]
        assert service.select(COUNT, **named) == counted
        assert service.select(GRAPHS, **named) == []
        assert service.select(COUNT.replace("{", f"FROM <{entities}> {{", 1)) == counted

    @pytest.mark.parametrize(
        ("media_type", "yes", "no"),
        [
            ("application/sparql-results+json", '"boolean":true', '"boolean":false'),
            ("application/sparql-results+xml", "<boolean>true", "<boolean>false"),
        ],
    )
    def test_ask_is_a_boolean(self, service: Service, media_type: str, yes: str, no: str) -> None:
        assert yes in service.sparql("ASK { ?s ?p ?o }", media_type).text
        assert no in service.sparql("ASK { ?s <http://example.org/no> ?o }", media_type).text

    @pytest.mark.parametrize("media_type", ["text/turtle", "application/n-triples"])
    def test_construct_gives_the_same_graph(
        self, service: Service, local: Local, media_type: str
    ) -> None:
        query = "CONSTRUCT { ?s ?p ?o } { GRAPH <%s> { ?s ?p ?o } }" % (GRAPH + "vocabularies")
        reply = service.sparql(query, media_type)
        assert reply.status == 200, reply.text
        form = RdfFormat.from_media_type(media_type)
        found = {quad.triple for quad in pyoxigraph.parse(reply.body, format=form)}
        assert found == set(local.query(query))  # type: ignore[arg-type]

    def test_a_kept_connection_that_the_store_closes_costs_no_answer(
        self, home: Path, loaded: Store
    ) -> None:
        with relay.hasty(loaded) as remote_name:
            settings = Settings(home=home, remote=remote_name)
            engine = Engine(settings, remote.connect(settings))
            try:
                for _ in range(3):
                    assert asking.ask(engine, "joint-papers-by-field").rows
            finally:
                engine.close()

    # --- what goes wrong --------------------------------------------------------------------------

    def test_a_syntax_error_is_told_with_its_place(self, service: Service) -> None:
        reply = service.sparql("SELECT * {\n  ?s foaf:name ?o }")
        assert reply.status == 400
        problem = reply.json()
        assert problem["type"].endswith("/problems/sparql-syntax")
        assert (problem["line"], problem["column"]) == (2, 6)
        assert "PREFIX foaf: <http://xmlns.com/foaf/0.1/>" in reply.text

    def test_a_query_is_stopped_at_its_limit_in_the_store_as_well(
        self, service: Service, loaded: Store
    ) -> None:
        reply = service.sparql(ENDLESS, timeout="2")
        assert reply.status == 504, reply.text
        assert reply.json()["type"].endswith("/problems/query-timeout")
        assert reply.json()["limitSeconds"] == 2
        assert becomes_idle(loaded, 10)

    def test_a_query_is_cancelled_while_others_go_on(self, service: Service, loaded: Store) -> None:
        with ThreadPoolExecutor(1) as pool:
            path = f"/sparql?query={ENDLESS.replace(' ', '%20').replace('?', '%3F')}&timeout=12"
            path = path.replace("{", "%7B").replace("}", "%7D").replace("&&", "%26%26")
            waiting = pool.submit(service.get, path, None, Query_Id="endless")
            until = time.monotonic() + 10
            while service.get("/sparql/running/endless").status != 200:
                assert time.monotonic() < until
                time.sleep(0.05)
            assert service.sparql("ASK {}").status == 200
            assert service.send("DELETE", "/sparql/running/endless").status == 204
            reply = waiting.result(timeout=20)
        assert reply.status == 409
        assert reply.json()["type"].endswith("/problems/query-cancelled")
        # The store goes on to the limit that it was told.
        assert becomes_idle(loaded, 30)

    def test_an_answer_that_is_too_large_is_an_error(self, service: Service) -> None:
        reply = service.sparql("SELECT * { ?s ?p ?o }")
        assert reply.status == 422, reply.text[:300]
        assert reply.json()["type"].endswith("/problems/query-too-expensive")

    # --- following the truth ----------------------------------------------------------------------

    def test_a_commit_is_seen_in_the_next_answer_and_so_is_its_undoing(
        self, service: Service, home: Path, loaded: Store, istc: Callable[..., Done]
    ) -> None:
        ask = f"ASK {{ {NEW.subject} {NEW.predicate} ?o }}"
        before = service.sparql(ask)
        assert before.json()["boolean"] is False
        version = commit(home, [NEW], [])
        after = service.sparql(ask)
        assert after.json()["boolean"] is True
        assert after.header("ETag") != before.header("ETag")
        assert istc("push").stdout == f"{version}\n"
        commit(home, [], [NEW])
        assert service.sparql(ask).json()["boolean"] is False

    def test_readers_never_see_half_a_commit(
        self, service: Service, home: Path, local: Local
    ) -> None:
        """A commit replaces every value of a property at once; an answer has one value for all."""
        subjects = [NamedNode(f"http://example.org/half/{n}") for n in range(400)]
        name = NamedNode("http://example.org/turn")
        graphs = [NamedNode(GRAPH + "entities"), NamedNode(GRAPH + "reference")]

        def turn(value: int) -> list[Quad]:
            return [Quad(s, name, Literal(value), g) for s in subjects for g in graphs]

        seen: list[set[str]] = []
        ended = threading.Event()

        def read() -> None:
            while not ended.is_set():
                reply = service.sparql(f"SELECT DISTINCT ?v {{ ?s {name} ?v }} #{time.time()}")
                if reply.status == 200:
                    rows = reply.json()["results"]["bindings"]
                    seen.append({row["v"]["value"] for row in rows})
                else:
                    assert reply.json()["type"].endswith("/problems/store-unavailable")

        reader = threading.Thread(target=read)
        reader.start()
        try:
            for value in range(1, 4):
                commit(home, turn(value), turn(value - 1))
                time.sleep(1)
        finally:
            ended.set()
            reader.join()
        commit(home, [], turn(3))
        assert len(seen) > 3
        assert max(len(values) for values in seen) == 1
