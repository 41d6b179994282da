"""The W3C test suites as they describe themselves: manifests read into cases.

Vocabularies: test-manifest (mf:), test-query (qt:), test-update (ut:), and HTTP in RDF (ht:, cnt:).
A case is named `sparql11/add#add01`: the folder of its suite and the local name of its IRI.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import IdentifiedNode, Node

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
DAWGT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")

FOLDER = "conformance/w3c-rdf-tests/sparql"
#: Base IRI of the files of the suites.
BASE = "https://w3c.github.io/rdf-tests/sparql/"
VERSIONS = ("sparql10", "sparql11")


@dataclass(frozen=True)
class Data:
    """A dataset: files of the default graph, and files by the IRI of their named graph."""

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Expected:
    """What an HTTP answer must be.

    Attributes:
        statuses: Local names of the status, one of which must fit: `OK`, `StatusCode4xx` …
        media: `boolean`, `tabular` or `RDF`, when the kind of answer is tested.
        boolean: The answer to an ASK query.
        location: Name by which later requests call the Location header.
        content_type: Value of the header Content-Type.
        body: RDF in the type of the header.
    """

    statuses: frozenset[str]
    media: str | None = None
    boolean: bool | None = None
    location: str | None = None
    content_type: str | None = None
    body: str | None = None


@dataclass(frozen=True)
class Exchange:
    """An HTTP request, and what must come back."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    expected: Expected


@dataclass(frozen=True)
class Case:
    """One test.

    Attributes:
        name: `sparql11/add#add01`.
        kind: Local name of its class, e.g. `QueryEvaluationTest`.
        title: Its name for people.
        text: File of the query or update request.
        data: The dataset before.
        result: File of the expected results of a query.
        after: The dataset after an update.
        lax: Whether the number of equal rows is free (REDUCED).
        exchanges: The HTTP requests of a protocol test, in their order.
        comment: The exchange in words, for suites that describe it so.
    """

    name: str
    kind: str
    title: str
    text: Path | None = None
    data: Data = Data()
    result: Path | None = None
    after: Data = Data()
    lax: bool = False
    exchanges: tuple[Exchange, ...] = ()
    comment: str = ""

    @property
    def suite(self) -> str:
        """Folder of the suite, e.g. `sparql11/add`."""
        return self.name.partition("#")[0]


def iri(path: Path) -> str:
    """The IRI of a file of the suites."""
    root = next(p for p in path.parents if p.name == "sparql")
    return BASE + path.relative_to(root).as_posix()


def read(root: Path) -> list[Case]:
    """All cases of SPARQL 1.0 and 1.1.

    Args:
        root: The folder that `FOLDER` names.

    Returns:
        The cases, suite by suite, in the order of their manifests.
    """
    found = (path for version in VERSIONS for path in root.glob(f"{version}/*/manifest*.ttl"))
    return [case for path in sorted(found) for case in _manifest(path)]


@cache
def _manifest(path: Path) -> tuple[Case, ...]:
    graph = Graph()
    graph.parse(path, publicID=path.as_uri())
    suite = f"{path.parent.parent.name}/{path.parent.name}"
    entries = (node for head in graph.objects(None, MF.entries) for node in _list(graph, head))
    return tuple(_case(graph, node, suite) for node in entries)


def _list(graph: Graph, head: Node | None) -> Iterator[IdentifiedNode]:
    yield from Collection(graph, head) if head is not None else ()


def _case(graph: Graph, node: IdentifiedNode, suite: str) -> Case:
    action, result = graph.value(node, MF.action), graph.value(node, MF.result)
    kind = next(o for o in graph.objects(node, RDF.type) if str(o).startswith(str(MF)))
    # A syntax test names its file, and nothing else.
    alone = action if isinstance(action, URIRef) else None
    asked = alone or graph.value(action, QT.query) or graph.value(action, UT.request)
    return Case(
        name=f"{suite}#{_local(node)}",
        kind=_local(kind),
        title=str(graph.value(node, MF.name)),
        text=None if asked is None else _file(asked),
        data=_data(graph, node, action),
        result=_file(result) if isinstance(result, URIRef) else None,
        after=_data(graph, result),
        lax=(node, MF.resultCardinality, MF.LaxCardinality) in graph,
        exchanges=tuple(
            _exchange(graph, item) for item in _list(graph, graph.value(action, HT.requests))
        ),
        comment=max((str(o) for o in graph.objects(node, RDFS.comment)), key=len, default=""),
    )


def _local(node: Node) -> str:
    return str(node).rpartition("#")[2]


def _file(node: Node) -> Path:
    return Path(unquote(urlsplit(str(node)).path))


def _data(graph: Graph, *nodes: Node | None) -> Data:
    default, named = set(), set()
    for predicate, item in (pair for node in nodes for pair in _facts(graph, node)):
        if predicate in (QT.data, UT.data):
            default.add(_file(item))
        elif predicate in (QT.graphData, UT.graphData):
            file = _file(graph.value(item, UT.graph) or item)
            label = graph.value(item, RDFS.label)
            named.add((iri(file) if label is None else str(label), file))
    return Data(tuple(sorted(default)), tuple(sorted(named)))


def _facts(graph: Graph, node: Node | None) -> Iterator[tuple[Node, Node]]:
    yield from graph.predicate_objects(node) if node is not None else ()


def _exchange(graph: Graph, node: Node) -> Exchange:
    answer = graph.value(node, HT.resp)
    statuses = frozenset(_local(item) for item in graph.objects(answer, MF.expectedStatus))
    boolean = graph.value(answer, MF.expectedBoolean)
    return Exchange(
        method=str(graph.value(node, HT.methodName)),
        path=str(graph.value(node, HT.absolutePath)),
        headers=tuple(_headers(graph, node)),
        body=_body(graph, node),
        expected=Expected(
            statuses,
            media=_text(graph.value(answer, MF.expectedFormat)),
            boolean=boolean.toPython() if isinstance(boolean, Literal) else None,
            location=_text(graph.value(answer, MF.expectedLocation)),
            content_type=dict(_headers(graph, answer)).get("content-type"),
            body=(_body(graph, answer) or b"").decode() or None,
        ),
    )


def _text(node: Node | None) -> str | None:
    return None if node is None else str(node)


def _headers(graph: Graph, node: Node | None) -> Iterator[tuple[str, str]]:
    for item in _list(graph, graph.value(node, HT.headers)):
        yield str(graph.value(item, HT.fieldName)), str(graph.value(item, HT.fieldValue))


def _body(graph: Graph, node: Node | None) -> bytes | None:
    body = graph.value(node, HT.body)
    if body is None:
        return None
    return str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding)))
