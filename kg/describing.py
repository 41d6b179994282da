"""What is in the graph, said in the graph: DCAT, VoID and the catalogue of questions, and counts.

The queries stand in `kg/queries/describe`; the result goes to graph/catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryTriples, Store, Triple

from kg import asking, catalogue, rq, skolem
from kg.asking import Selecting
from kg.catalogue import Bilingual, Parameter, Question
from kg.citing import text_of
from kg.description import Thing
from kg.namespaces import (
    BASE,
    DCTERMS,
    ID,
    OWL,
    PREFIXES,
    RDF,
    RDF_TYPE,
    RDFS,
    SH,
    SKOS,
    VOCAB,
    XSD,
    graph,
)
from kg.store import union

DCAT = PREFIXES["dcat"]
_TYPE = RDF + "type"

#: Runs a CONSTRUCT query.
Construct = Callable[[str], Iterable[Triple]]
Statement = tuple[NamedNode, str, NamedNode | Literal]

#: The query whose numbers count the description as well.
COUNTING = "statistics"
#: The queries that describe the graph, in this order.
QUERIES = ("datasets", "linksets", "service", "partitions", COUNTING)
#: What declares our prefixes.
PREFIX_SET = BASE + "prefixes"
#: How often at most the graph is counted; the third time usually finds nothing new.
_ROUNDS = 8
#: In a large graph what the catalogue adds to its own numbers is not worth the time.
_ROUNDS_OF_LARGE = 2


@dataclass(frozen=True)
class Count:
    """How many things or facts there are of one kind, or from one document."""

    iri: str
    label: Bilingual
    number: int


@dataclass(frozen=True)
class Summary:
    """What is in the graph.

    Attributes:
        triples: Distinct triples in the union of all graphs.
        things: Things by their most specific class.
        facts: Facts by kind.
        documents: Facts by the document that states them.
    """

    triples: int
    things: tuple[Count, ...]
    facts: tuple[Count, ...]
    documents: tuple[Count, ...]


@dataclass(frozen=True)
class DataSet:
    """A data set: the whole graph, or a named graph of it.

    Attributes:
        thing: Its IRI and name.
        triples: How many triples it holds.
        graph: The named graph; None for the whole.
        document: IRI of the document whose facts it holds, if it holds those of one.
    """

    thing: Thing
    triples: int
    graph: str | None = None
    document: str | None = None


def stated_sizes(engine: Selecting, base_iri: str = BASE) -> dict[str, int]:
    """How many triples each named graph holds, as the catalogue in the graph tells.

    For graphs that are too large to be counted while somebody waits; what was changed since the
    last build is not counted.

    Args:
        engine: Where to ask.
        base_iri: Base of the IRIs in the graph.

    Returns:
        IRI of a named graph → its triples.
    """
    text = rq.rebase(rq.load("kg", "queries", "describe", "stated-sizes").text, base_iri)
    return {
        text_of(row["dataset"]).replace("/dataset/", "/graph/"): int(text_of(row["number"]))
        for row in engine.select(text)
    }


def data_sets(engine: Selecting, sizes: Mapping[str, int], base_iri: str) -> tuple[DataSet, ...]:
    """The data sets that there are now.

    Args:
        engine: Where to ask.
        sizes: Triples of each named graph.
        base_iri: Base of the IRIs in the graph.

    Returns:
        The whole graph first, then its parts, largest first.
    """
    text = rq.rebase(rq.load("kg", "queries", "browse", "datasets").text, base_iri)
    text = rq.bind(text, ["graph"], [[NamedNode(iri)] for iri in sorted(sizes)])
    rows = [{name: text_of(term) for name, term in row.items()} for row in engine.select(text)]
    whole = f"{base_iri}dataset/istc-kg"
    known = {row[name] for row in rows for name in ("dataset", "document") if name in row}
    names = asking.labels(engine, [whole, *known])
    parts = [
        DataSet(
            Thing(row["dataset"], names.get(row["dataset"]) or names.get(document or "", {})),
            sizes.get(row["graph"], 0),
            row["graph"],
            document,
        )
        for row in rows
        for document in [row.get("document")]
    ]
    parts.sort(key=lambda part: (-part.triples, part.thing.iri))
    return DataSet(Thing(whole, names.get(whole, {})), _triples(engine)), *parts


def located(engine: Selecting, base_iri: str) -> dict[str, tuple[int, int]]:
    """How many facts each named graph states, and how many of them name a place in a document.

    Args:
        engine: Where to ask.
        base_iri: Base of the IRIs in the graph.

    Returns:
        IRI of a graph that states facts → facts, and those with a locator.
    """
    text = rq.rebase(rq.load("kg", "queries", "describe", "located").text, base_iri)
    return {
        text_of(row["graph"]): (int(text_of(row["facts"])), int(text_of(row["located"])))
        for row in engine.select(text)
        if "graph" in row
    }


def changed(engine: Selecting, base_iri: str) -> str | None:
    """When the graph was last changed, as xsd:dateTime; None where no journal is kept."""
    text = rq.rebase(rq.load("kg", "queries", "describe", "changed").text, base_iri)
    return next((text_of(row["changed"]) for row in engine.select(text) if row), None)


def described(
    construct: Construct, names: Sequence[str] = QUERIES, base_iri: str = BASE
) -> set[Triple]:
    """What some of the describing queries say of a graph.

    Args:
        construct: Runs a CONSTRUCT query on the graph.
        names: Names of queries in `kg/queries/describe`.
        base_iri: Base of the IRIs in the graph.

    Returns:
        Their triples.
    """
    found: set[Triple] = set()
    for name in names:
        text = rq.load("kg", "queries", "describe", name).text
        found.update(construct(rq.rebase(text, base_iri)))
    return found


def catalogue_quads(store: Store, most: int | None = None) -> set[Quad]:
    """The quads of graph/catalogue.

    It is a part of the graph that it counts, so its numbers are counted again until they hold.

    Args:
        store: The staged graph.
        most: Quads up to which a graph is held in memory to be asked. In a larger one, which is
            read from disk, the default graph repeats a triple for each graph that states it, and
            so do the numbers; the store itself is asked, and holds the catalogue afterwards.

    Returns:
        DCAT and VoID descriptions, prefixes, and the questions as `sh:SPARQLExecutable`.
    """
    target = graph("catalogue")
    large = most is not None and len(store) > most
    whole = store if large else union.filled(store)
    places = (target,) if large else (target, DefaultGraph())

    def put(triples: Iterable[Triple]) -> set[Quad]:
        held = list(triples)
        for place in places:
            whole.extend(_quads(held, place))
        return _quads(held, target)

    def construct(text: str) -> Iterable[Triple]:
        return cast(QueryTriples, whole.query(text, use_default_graph_as_union=large))

    questions = (said for question in catalogue.questions() for said in _about(question))
    quads = put({*declared_prefixes(), *(Triple(s, NamedNode(p), o) for s, p, o in questions)})
    for name in QUERIES:
        if name != COUNTING:
            quads |= put(described(construct, [name]))
    counted: set[Triple] = set()
    for _ in range(_ROUNDS_OF_LARGE if large else _ROUNDS):
        found = described(construct, [COUNTING])
        if found == counted:
            break
        for place in places:
            for quad in _quads(counted - found, place):
                whole.remove(quad)
        put(found - counted)
        counted = found
    return quads | _quads(counted, target)


def _quads(triples: Iterable[Triple], place: NamedNode | DefaultGraph) -> set[Quad]:
    return {Quad(t.subject, t.predicate, t.object, place) for t in triples}


def declared_prefixes() -> Iterator[Triple]:
    """The prefixes of our queries as declarations (SHACL, section 5.2.1: sh:declare)."""
    node = NamedNode(PREFIX_SET)
    yield Triple(node, RDF_TYPE, NamedNode(OWL + "Ontology"))
    for prefix, namespace in PREFIXES.items():
        declared = NamedNode(f"{skolem.GENID}prefix-{prefix}")
        text = Literal(namespace, datatype=NamedNode(XSD + "anyURI"))
        yield Triple(node, NamedNode(SH + "declare"), declared)
        yield Triple(declared, NamedNode(SH + "prefix"), Literal(prefix))
        yield Triple(declared, NamedNode(SH + "namespace"), text)


def _about(question: Question) -> Iterator[Statement]:
    """What the catalogue says of a question (SHACL-SPARQL executables, sections 5 and 6)."""
    node = NamedNode(f"{ID}question/{question.id}")
    yield node, _TYPE, NamedNode(SH + "SPARQLExecutable")
    yield node, _TYPE, NamedNode(SH + "SPARQLSelectExecutable")
    yield node, SH + "select", Literal(question.text)
    yield node, DCTERMS + "identifier", Literal(question.id)
    for language in asking.LANGUAGES:
        for predicate, text in (
            (RDFS + "label", question.title),
            # What editors show beside an example.
            (RDFS + "comment", question.title),
            (DCTERMS + "description", question.rationale),
            (DCTERMS + "subject", question.theme),
        ):
            yield node, predicate, Literal(text[language], language=language)
        for word in question.keywords.get(language, ()):
            yield node, DCAT + "keyword", Literal(word, language=language)
    for number, parameter in enumerate(question.parameters, 1):
        yield from _about_parameter(question, parameter, number)


def _about_parameter(question: Question, parameter: Parameter, number: int) -> Iterator[Statement]:
    """What the catalogue says of a parameter (SHACL, section 6.2: sh:Parameter)."""
    node = NamedNode(f"{skolem.GENID}question-{question.id}-{parameter.name}")
    yield NamedNode(f"{ID}question/{question.id}"), SH + "parameter", node
    yield node, _TYPE, NamedNode(SH + "Parameter")
    # The variable is the local name of the path.
    yield node, SH + "path", NamedNode(f"{BASE}parameter#{parameter.name}")
    yield node, SH + "optional", Literal(True)
    yield node, SH + "order", Literal(number)
    yield node, SH + "maxCount", Literal(1)
    for language, text in parameter.label.items():
        yield node, SH + "name", Literal(text, language=language)
    if parameter.type == "thing":
        yield node, SH + "class", NamedNode(str(parameter.kind))
    elif parameter.type == "concept":
        yield node, SH + "class", NamedNode(SKOS + "Concept")
        yield node, SKOS + "inScheme", NamedNode(VOCAB + parameter.of)
    else:
        kinds = {"year": XSD + "integer", "number": XSD + "decimal"}
        yield node, SH + "datatype", NamedNode(kinds.get(parameter.type, XSD + "string"))
    if parameter.type == "range":
        yield node, DCTERMS + "format", Literal(f"{parameter.of}..{parameter.of}")
    for predicate, limit in (
        ("minInclusive", parameter.minimum),
        ("maxInclusive", parameter.maximum),
    ):
        if limit is not None and parameter.type != "range":
            yield node, SH + predicate, Literal(limit)
    if parameter.default is not None:
        yield node, SH + "defaultValue", _default(parameter, parameter.default)


def _default(parameter: Parameter, value: str) -> NamedNode | Literal:
    if parameter.type == "thing":
        return NamedNode(ID + value.removeprefix(ID))
    if parameter.type == "concept":
        key = value.removeprefix(VOCAB)
        return NamedNode(VOCAB + (key if "/" in key else f"{parameter.of}/{key}"))
    kinds = {"year": XSD + "integer", "number": XSD + "decimal"}
    return Literal(value, datatype=NamedNode(kinds.get(parameter.type, XSD + "string")))


def _counts(engine: Selecting, name: str) -> tuple[Count, ...]:
    rows = engine.select(rq.load("kg", "queries", "describe", name).text)
    iris = [str(getattr(row["kind"], "value", "")) for row in rows]
    named = asking.labels(engine, iris)
    return tuple(
        Count(iri, named.get(iri, {}), int(str(getattr(row["number"], "value", "0"))))
        for iri, row in zip(iris, rows, strict=True)
    )


def _triples(engine: Selecting) -> int:
    (row,) = engine.select(rq.load("kg", "queries", "describe", "count-triples").text)
    return int(text_of(row["number"]))


def summary(engine: Selecting) -> Summary:
    """Count what is in the graph.

    Args:
        engine: Where to ask.

    Returns:
        The counts, largest first.
    """
    return Summary(
        _triples(engine),
        _counts(engine, "count-things"),
        _counts(engine, "count-facts"),
        _counts(engine, "count-documents"),
    )
