"""Run a case of the W3C suites against the real service over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

from pyoxigraph import DefaultGraph, NamedNode, Quad

from tests.conformance import comparing, describing, exchanges
from tests.conformance.comparing import Result
from tests.conformance.exchanges import Mismatch
from tests.conformance.manifests import Case, Data, iri
from tests.serving import Reply, Service

NOTHING = Data()
PROBLEM = "application/problem+json"
QUERY_TYPE = "application/sparql-query"
#: What is asked for, by the format of the expected results.
ACCEPT = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}
#: What is told of a text that is no SPARQL; of one with LOAD, that this is refused.
REFUSED = ("sparql-syntax", "no-outside-access")
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)
_ALL = "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


class Runner:
    """Runs cases on one service, whose data it replaces as it needs.

    Args:
        service: The service, with the dataset `plain` and nothing that bars a write.
        headers: Sent with each request that may write, e.g. a token.
        cases: All cases, of which some build on others.
    """

    def __init__(self, service: Service, headers: Mapping[str, str], cases: list[Case]) -> None:
        self._service = service
        self._headers = dict(headers)
        self._cases = cases
        self._loaded: Data | None = None
        self._played: dict[str, str] = {}
        self._doing: dict[str, Callable[[Case], None]] = {
            "QueryEvaluationTest": self._query,
            "CSVResultFormatTest": self._query,
            "UpdateEvaluationTest": self._update,
            "PositiveSyntaxTest": self._good,
            "PositiveSyntaxTest11": self._good,
            "PositiveUpdateSyntaxTest11": self._good,
            "NegativeSyntaxTest": self._bad,
            "NegativeSyntaxTest11": self._bad,
            "NegativeUpdateSyntaxTest11": self._bad,
            "ProtocolTest": self._exchange,
            "GraphStoreProtocolTest": self._exchange,
            "ServiceDescriptionTest": self._description,
        }

    def run(self, case: Case) -> None:
        """Run a case.

        Raises:
            Mismatch: The service does not do what the case expects.
        """
        self._doing[case.kind](case)

    # --- data -------------------------------------------------------------------------------------

    def load(self, data: Data) -> None:
        """Replace all that the store holds, unless it holds just this."""
        if data == self._loaded:
            return
        reply = self._change(f"CLEAR ALL ; INSERT DATA {{ {_block(data)} }}")
        assert reply.status == 200, f"{reply.status} {reply.text}"
        self._loaded = data

    def _graphs(self, suite: str) -> Data:
        """All files of a suite's queries, each as a graph of its name, to be put together."""
        found: set[tuple[str, Path]] = set()
        for case in self._cases:
            if case.suite == suite and case.result is not None:
                found |= {(iri(file), file) for file in case.data.default} | {*case.data.named}
                found |= set(_named_in(case.text))
        return Data(named=tuple(sorted(found)))

    def _held(self) -> frozenset[Quad]:
        """All that the store holds, asked by SPARQL."""
        found = comparing.rows(self._ask(_ALL, ACCEPT[".srj"]).body, ACCEPT[".srj"])
        assert isinstance(found, comparing.Table)
        return frozenset(
            Quad(row["s"], row["p"], row["o"], row.get("g", DefaultGraph())) for row in found.rows
        )

    # --- requests ---------------------------------------------------------------------------------

    def _ask(self, query: str | bytes, accept: str, dataset: Data = NOTHING) -> Reply:
        """Ask, with the dataset in the request (SPARQL 1.1 Protocol, section 2.1.4)."""
        fields = [("default-graph-uri", iri(file)) for file in dataset.default]
        fields += [("named-graph-uri", name) for name, _ in dataset.named]
        headers = {"Content-Type": QUERY_TYPE, "Accept": accept}
        return self._service.send("POST", f"/sparql?{urlencode(fields)}", query, headers)

    def _change(self, text: str | bytes) -> Reply:
        self._loaded = None
        headers = self._headers | {"Content-Type": exchanges.UPDATE_TYPE}
        return self._service.send("POST", "/update", text, headers)

    # --- kinds of cases ---------------------------------------------------------------------------

    def _query(self, case: Case) -> None:
        assert case.text is not None
        assert case.result is not None
        self.load(self._graphs(case.suite))
        wanted = comparing.expected(case.result)
        rows = "text/turtle" if isinstance(wanted, frozenset) else ACCEPT[".srj"]
        accept = ACCEPT.get(case.result.suffix, rows)
        query = _with_base(case.text)
        # A dataset in the request would beat FROM.
        reply = self._ask(query, accept, NOTHING if _FROM.search(query) else case.data)
        if reply.status != 200:
            raise Mismatch(f"{reply.status} {reply.text}")
        got: Result = (
            comparing.quads(reply.body, reply.type, iri(case.text))
            if isinstance(wanted, frozenset)
            else comparing.rows(reply.body, reply.type)
        )
        found = comparing.difference(wanted, got, lax=case.lax)
        if found is not None:
            raise Mismatch(found)

    def _update(self, case: Case) -> None:
        assert case.text is not None
        self.load(case.data)
        reply = self._change(_with_base(case.text))
        if reply.status not in (200, 204):
            raise Mismatch(f"{reply.status} {reply.text}")
        found = comparing.difference(frozenset(_quads(case.after)), self._held())
        if found is not None:
            raise Mismatch(found)

    def _good(self, case: Case) -> None:
        reply = self._parse(case)
        if reply.status not in (200, 204) and not _read(reply):
            raise Mismatch(f"{reply.status} {reply.text}")

    def _bad(self, case: Case) -> None:
        reply = self._parse(case)
        if _problem(reply) not in REFUSED:
            raise Mismatch(f"{reply.status}, expected one of {REFUSED}\n{reply.text}")

    def _parse(self, case: Case) -> Reply:
        """Let the service parse a file as it stands; what it does is done to an empty store."""
        assert case.text is not None
        text = case.text.read_bytes()
        if case.text.suffix == ".rq":
            return self._ask(text, "*/*")
        self.load(NOTHING)
        return self._change(text)

    def _exchange(self, case: Case) -> None:
        if not case.exchanges:
            self._told(case)
            return
        self.load(case.data)
        self._loaded = None
        exchanges.replay(self._service, case.exchanges, self._headers)

    def _told(self, case: Case) -> None:
        """A case of a suite in words: its cases build on each other, so all are played at once."""
        if case.name not in self._played:
            suite = [other for other in self._cases if other.suite == case.suite]
            self.load(NOTHING)
            self._loaded = None
            played = exchanges.play(self._service, suite, self._headers)
            self._played |= zip((other.name for other in suite), played, strict=True)
        if self._played[case.name]:
            raise Mismatch(self._played[case.name])

    def _description(self, case: Case) -> None:
        describing.check(self._service, case.name.partition("#")[2])


def _with_base(path: Path) -> str:
    """A request whose relative IRIs are resolved against its own file, as the suites mean it."""
    return f"BASE <{iri(path)}>\n{path.read_text(encoding='utf-8')}"


def _named_in(path: Path | None) -> Iterator[tuple[str, Path]]:
    """The graphs that a query itself names, in FROM, when there is such a file."""
    for name in () if path is None else _FROM.findall(path.read_text(encoding="utf-8")):
        file = path.parent / name
        if file.exists():
            yield iri(file), file


def _block(data: Data) -> str:
    """A dataset as the inside of INSERT DATA."""
    return "\n".join(
        f"{quad.triple} ."
        if isinstance(quad.graph_name, DefaultGraph)
        else f"GRAPH {quad.graph_name} {{ {quad.triple} }}"
        for quad in _quads(data)
    )


def _quads(data: Data) -> Iterator[Quad]:
    for graph, file in (*((None, file) for file in data.default), *data.named):
        name = DefaultGraph() if graph is None else NamedNode(graph)
        for quad in comparing.load(file):
            yield Quad(quad.subject, quad.predicate, quad.object, name)


def _read(reply: Reply) -> bool:
    """Whether a text was read, but asks for what there is not: a function, or a graph."""
    return _problem(reply) == "unknown-function" or "does not exist" in reply.json()["detail"]


def _problem(reply: Reply) -> str:
    """The slug of the problem that came back; empty when it is none."""
    return str(reply.json()["type"]).rpartition("/")[2] if reply.type == PROBLEM else ""
