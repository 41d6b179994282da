"""What our inference rules derive is what OWL 2 RL prescribes: owlrl, a second engine, agrees."""

from __future__ import annotations

from collections.abc import Callable

import owlrl
import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from kg import assembling, mapping, reasoning
from kg.namespaces import ID, ISTC, RDF_TYPE, graph
from tests.ontology.terms import CLASS, MODULES, ROOT, declared, ntriples, triples

#: Rows of every table; owlrl needs seconds for a thousand triples.
ROWS = 4
SCHEMA = [
    triple
    for path in MODULES
    for triple in triples(path)
    if triple.predicate.value.startswith(("http://www.w3.org/1999/", "http://www.w3.org/2002/"))
    or triple.predicate.value.rpartition("#")[2]
    in {"subClassOf", "subPropertyOf", "domain", "range"}
]


def _sample() -> list[Triple]:
    return list(triples(ROOT / "tests" / "ontology" / "sample.ttl"))


def _curated() -> list[Triple]:
    mappings = mapping.mappings()
    return [
        quad.triple
        for table in assembling.fact_tables()
        for quad in mappings[table.name].quads(
            type(table)(table.name, table.source, table.columns, table.rows[:ROWS])
        )
    ]


def _told(found: set[Triple]) -> set[tuple[str, str, str]]:
    """What is said of things: relations and types of our terms, not the ontology itself."""
    terms = declared()
    return {
        (t.subject.value, t.predicate.value, getattr(t.object, "value", ""))
        for t in found
        if isinstance(t.subject, NamedNode) and t.subject.value not in terms
        if t.predicate.value.startswith(ISTC)
        or (t.predicate == RDF_TYPE and terms.get(getattr(t.object, "value", "")) == CLASS)
    }


def _ours(data: list[Triple]) -> set[Triple]:
    store = Store()
    for name, found in (("ontology", SCHEMA), ("entities", data)):
        store.extend(Quad(t.subject, t.predicate, t.object, graph(name)) for t in found)
    reasoning.materialise(store)
    return {quad.triple for quad in store}


def _owlrl(data: list[Triple]) -> set[Triple]:
    closure = rdflib.Graph().parse(data=ntriples([*SCHEMA, *data]), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closure)
    # Reflexive sameAs and triples about literals are true and useless; rdflib cannot write them.
    proper = rdflib.Graph()
    for s, p, o in closure:
        if isinstance(s, rdflib.URIRef) and isinstance(p, rdflib.URIRef):
            proper.add((s, p, o))
    text = proper.serialize(format="nt", encoding="utf-8")
    return {quad.triple for quad in parse(input=text, format=RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize("data", [_sample, _curated], ids=["sample", "curated"])
def test_we_derive_neither_more_nor_less_than_owl_2_rl(data: Callable[[], list[Triple]]) -> None:
    given = data()
    ours = _told(_ours(given))
    # Who cooperates with whom is a rule of ours, not of OWL: owlrl gets its result as given.
    cooperates = NamedNode(ISTC + "cooperatesWith")
    rule = [triple for triple in _ours(given) if triple.predicate == cooperates]
    theirs = _told(_owlrl([*given, *rule]))
    assert sorted(theirs - ours)[:20] == []
    assert sorted(ours - theirs)[:20] == []
    assert len(ours) > len(_told(set(given)))


@pytest.mark.parametrize(
    ("subject", "predicate", "object_"),
    [
        ("platform/anso", "a", "Organization"),
        ("platform/anso", "a", "CooperationPlatform"),
        ("platform/lab", "a", "JointLaboratory"),
        ("fact/sample/0001", "sourceDocument", "doc/sample"),
        ("location/sample/s1", "withinLocation", "location/sample/body"),
        ("platform/lab", "locatedIn", "country/CHN"),
        ("org/cas", "hasUnit", "org/institute"),
        ("platform/lab", "hostCountry", "country/CHN"),
        ("org/mahidol", "inRegion", "group/asean"),
        ("country/THA", "memberOf", "group/asean"),
        ("group/asean", "hasMember", "country/THA"),
        ("platform/lab", "involves", "org/mahidol"),
        ("org/mahidol", "involvedIn", "platform/lab"),
        ("org/mahidol", "involvedIn", "project/rice"),
        ("output-rice", "resultOf", "programme-rice"),
        ("programme-rice", "hasResult", "output-rice"),
        ("org/mee", "precededBy", "org/sepa"),
        ("policy/plan-3", "supersedes", "policy/plan-1"),
        ("network-geant", "connectsTo", "network-cstnet"),
        ("org/institute", "cooperatesWith", "org/mahidol"),
    ],
)
def test_an_analyst_finds_what_follows(subject: str, predicate: str, object_: str) -> None:
    relation = RDF_TYPE.value if predicate == "a" else ISTC + predicate
    wanted = (ID + subject, relation, (ISTC if predicate == "a" else ID) + object_)
    assert wanted not in _told(set(_sample()))
    assert wanted in _told(_ours(_sample()))


@pytest.mark.parametrize("actor", ["org/institute", "org/mahidol", "org/cas"])
def test_nobody_cooperates_with_itself(actor: str) -> None:
    assert (ID + actor, ISTC + "cooperatesWith", ID + actor) not in _told(_ours(_sample()))
