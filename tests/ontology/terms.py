"""The ontology and the vocabularies as the tests read them: from the files, nothing inferred."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import cast

from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple, parse, serialize

from kg.namespaces import PREFIXES

ROOT = Path(__file__).parents[2]
ONTOLOGY = PREFIXES["istc"].removesuffix("#")

MODULES = sorted((ROOT / "ontology").glob("*.ttl"))
VOCABULARIES = sorted((ROOT / "ontology" / "vocabularies").glob("*.ttl"))
ALIGNMENTS = sorted((ROOT / "ontology" / "alignments").glob("*.sssom.tsv"))

CLASS = PREFIXES["owl"] + "Class"
OBJECT_PROPERTY = PREFIXES["owl"] + "ObjectProperty"
DATATYPE_PROPERTY = PREFIXES["owl"] + "DatatypeProperty"
ANNOTATION_PROPERTY = PREFIXES["owl"] + "AnnotationProperty"
KINDS = (CLASS, OBJECT_PROPERTY, DATATYPE_PROPERTY, ANNOTATION_PROPERTY)

_PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


@cache
def triples(path: Path) -> tuple[Triple, ...]:
    """The triples of one Turtle file; its blank nodes are its own."""
    found = parse(input=path.read_bytes(), format=RdfFormat.TURTLE, rename_blank_nodes=True)
    return tuple(quad.triple for quad in found)


def store_of(*paths: Path) -> Store:
    """A store with the triples of these Turtle files."""
    store = Store()
    for path in paths:
        store.extend(Quad(t.subject, t.predicate, t.object) for t in triples(path))
    return store


@cache
def ontology() -> Store:
    """All modules of the ontology."""
    return store_of(*MODULES)


@cache
def vocabularies() -> Store:
    """All vocabularies."""
    return store_of(*VOCABULARIES)


def ntriples(found: Iterable[Triple]) -> bytes:
    """Triples as N-Triples."""
    return serialize(set(found), format=RdfFormat.N_TRIPLES) or b""


def select(text: str, store: Store) -> list[tuple[str, ...]]:
    """Rows of a SELECT query as plain text: IRIs, lexical forms, `_:…`, "" where unbound."""
    rows = cast(QuerySolutions, store.query(_PROLOGUE + text))
    return [tuple("" if term is None else getattr(term, "value", "") for term in r) for r in rows]


@cache
def declared() -> dict[str, str]:
    """Kind of every declared term: IRI → IRI of its OWL type."""
    kinds = " ".join(f"<{kind}>" for kind in KINDS)
    query = f"SELECT ?t ?k {{ VALUES ?k {{ {kinds} }} ?t a ?k FILTER(isIRI(?t)) }}"
    return {term: kind for term, kind in select(query, ontology())}  # noqa: C416


def own(path: Path) -> dict[str, str]:
    """The terms of our namespace that a module declares, with their kinds."""
    here = {t.subject.value for t in triples(path) if isinstance(t.subject, NamedNode)}
    return {
        iri: kind
        for iri, kind in declared().items()
        if iri in here and iri.startswith(PREFIXES["istc"])
    }


def short(iri: str) -> str:
    """An IRI with its prefix, for messages."""
    for prefix, base in PREFIXES.items():
        if iri.startswith(base):
            return f"{prefix}:{iri.removeprefix(base)}"
    return iri
