"""The ontology stays inside OWL 2 DL and OWL 2 RL, so that every reasoner gives the same answer.

Rules after OWL 2 Structural Specification, section 11 (global restrictions), and OWL 2 Profiles,
section 4.2. We use less than they allow: named classes only, no restrictions, no keys.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode

from kg.namespaces import PREFIXES
from tests.ontology.terms import (
    ANNOTATION_PROPERTY,
    CLASS,
    DATATYPE_PROPERTY,
    KINDS,
    MODULES,
    OBJECT_PROPERTY,
    ONTOLOGY,
    declared,
    ontology,
    select,
    short,
    triples,
    vocabularies,
)

CONSTRUCTS = {
    *("rdf:type", "rdf:first", "rdf:rest"),
    *("rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range"),
    *("owl:inverseOf", "owl:propertyChainAxiom", "owl:disjointWith", "owl:members"),
    *("rdfs:label", "rdfs:isDefinedBy", "rdfs:comment", "rdfs:seeAlso"),
    *("skos:definition", "skos:scopeNote", "skos:example", "skos:altLabel"),
    *("owl:deprecated", "dcterms:isReplacedBy"),
}
TYPES = {
    *(short(kind) for kind in KINDS),
    *("owl:FunctionalProperty", "owl:SymmetricProperty", "owl:TransitiveProperty"),
    *("owl:AllDisjointClasses", "owl:Ontology"),
}
#: Datatypes that both profiles, HermiT and owlrl know. Dates are left to the shapes: xsd:date is
#: not in the OWL 2 datatype map.
DATATYPES = {
    PREFIXES["xsd"] + name
    for name in (
        *("string", "decimal", "integer", "boolean", "nonNegativeInteger", "anyURI", "dateTime"),
    )
}

by_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)


def _pairs(predicate: str) -> list[tuple[str, str]]:
    rows = select(f"SELECT ?a ?b {{ ?a {predicate} ?b FILTER(isIRI(?a)) }}", ontology())
    return [(a, b) for a, b in rows]


def _typed(kind: str) -> set[str]:
    return {iri for (iri,) in select(f"SELECT ?p {{ ?p a {kind} }}", ontology())}


def _of_kind(kind: str) -> set[str]:
    return {iri for iri, found in declared().items() if found == kind}


def _chains() -> list[tuple[str, str, str]]:
    rows = select(
        """SELECT ?p ?first ?second { ?p owl:propertyChainAxiom ?list . ?list rdf:first ?first ;
        rdf:rest [ rdf:first ?second ; rdf:rest rdf:nil ] }""",
        ontology(),
    )
    return [(a, b, c) for a, b, c in rows]


def _closure(pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
    """Everything that is reached from a node, in one or more steps."""
    steps: dict[str, set[str]] = {}
    for a, b in pairs:
        steps.setdefault(a, set()).add(b)
    reached = {node: set(next_) for node, next_ in steps.items()}
    while True:
        grown = {
            node: found.union(*(reached.get(other, set()) for other in found))
            for node, found in reached.items()
        }
        if grown == reached:
            return reached
        reached = grown


@by_module
def test_a_module_uses_only_the_constructs_that_every_reasoner_knows(module: Path) -> None:
    used, types = set(), set()
    for subject, predicate, object_ in triples(module):
        if isinstance(subject, NamedNode) and subject.value == ONTOLOGY:
            continue
        used.add(short(predicate.value))
        if predicate.value == PREFIXES["rdf"] + "type":
            types.add(short(object_.value) if isinstance(object_, NamedNode) else str(object_))
    assert (used - CONSTRUCTS, types - TYPES) == (set(), set())


@by_module
def test_no_class_or_property_is_without_a_name(module: Path) -> None:
    # Blank nodes are lists and groups of disjoint classes, nothing else.
    groups = {"rdf:type", "rdf:first", "rdf:rest", "owl:members"}
    unnamed = [
        (short(predicate.value), str(object_))
        for subject, predicate, object_ in triples(module)
        if (isinstance(subject, BlankNode) and short(predicate.value) not in groups)
        or (
            isinstance(object_, BlankNode)
            and short(predicate.value) not in {"rdf:rest", "owl:members", "owl:propertyChainAxiom"}
        )
    ]
    assert unnamed == []


def test_every_name_is_one_thing_a_class_a_kind_of_property_or_a_concept() -> None:
    kinds = Counter(
        iri
        for kind in KINDS
        for (iri,) in select(
            f"SELECT DISTINCT ?t {{ ?t a <{kind}> FILTER(isIRI(?t)) }}", ontology()
        )
    )
    individuals = {iri for (iri,) in select("SELECT ?c { ?c skos:inScheme ?s }", vocabularies())}
    twice = {iri for iri, number in kinds.items() if number > 1} | (individuals & kinds.keys())
    assert {short(iri) for iri in twice} == set()


def test_classes_stand_under_classes_and_properties_under_properties_of_their_kind() -> None:
    kinds = declared()
    wrong = [
        (short(a), short(b))
        for a, b in _pairs("rdfs:subClassOf")
        if kinds.get(a) != CLASS or kinds.get(b) != CLASS
    ]
    wrong += [
        (short(a), short(b))
        for a, b in _pairs("rdfs:subPropertyOf")
        if kinds.get(a) != kinds.get(b) or a not in kinds
    ]
    assert wrong == []


@pytest.mark.parametrize("predicate", ["rdfs:subClassOf", "rdfs:subPropertyOf"])
def test_no_term_stands_above_itself(predicate: str) -> None:
    reached = _closure(_pairs(predicate))
    assert [short(iri) for iri, found in reached.items() if iri in found] == []


def test_domains_and_ranges_are_declared_classes_or_datatypes_of_the_profile() -> None:
    classes, data = _of_kind(CLASS), _of_kind(DATATYPE_PROPERTY)
    wrong = [(short(p), short(c)) for p, c in _pairs("rdfs:domain") if c not in classes]
    wrong += [
        (short(p), short(c))
        for p, c in _pairs("rdfs:range")
        if c not in (DATATYPES if p in data else classes)
    ]
    assert wrong == []


def test_only_object_properties_have_inverses_chains_or_are_symmetric_or_transitive() -> None:
    used = {p for pair in _pairs("owl:inverseOf") for p in pair}
    used |= {p for chain in _chains() for p in chain}
    used |= _typed("owl:SymmetricProperty") | _typed("owl:TransitiveProperty")
    assert {short(p) for p in used - _of_kind(OBJECT_PROPERTY)} == set()
    assert {
        short(p) for p in _typed("owl:FunctionalProperty") & _of_kind(ANNOTATION_PROPERTY)
    } == set()


def test_a_relation_can_be_followed_back_by_its_inverse() -> None:
    inverses = set(_pairs("owl:inverseOf"))
    assert {(short(a), short(b)) for a, b in inverses if (b, a) not in inverses} == set()


def test_an_inverse_leads_from_the_range_to_the_domain() -> None:
    domains, ranges = dict(_pairs("rdfs:domain")), dict(_pairs("rdfs:range"))
    wrong = [
        (short(a), short(b))
        for a, b in _pairs("owl:inverseOf")
        if domains.get(a) != ranges.get(b) or ranges.get(a) != domains.get(b)
    ]
    assert wrong == []


def test_a_property_has_one_domain_and_one_range() -> None:
    # Several would mean their intersection, which nobody intends.
    for predicate in ("rdfs:domain", "rdfs:range"):
        several = Counter(p for p, _ in _pairs(predicate))
        assert {short(p) for p, number in several.items() if number > 1} == set()


def test_a_narrower_property_stays_inside_domain_and_range_of_the_wider() -> None:
    above = _closure(_pairs("rdfs:subClassOf"))
    wrong = []
    for predicate in ("rdfs:domain", "rdfs:range"):
        stated = dict(_pairs(predicate))
        for narrow, wide in _pairs("rdfs:subPropertyOf"):
            if narrow in stated and wide in stated:
                inside = above.get(stated[narrow], set()) | {stated[narrow]}
                if stated[wide] not in inside:
                    wrong.append((predicate, short(narrow), short(wide)))
    assert wrong == []


def test_a_symmetric_property_has_the_same_domain_and_range() -> None:
    domains, ranges = dict(_pairs("rdfs:domain")), dict(_pairs("rdfs:range"))
    symmetric = _typed("owl:SymmetricProperty")
    assert [short(p) for p in symmetric if domains.get(p) != ranges.get(p)] == []


def test_a_chain_has_two_steps() -> None:
    # The inference rule prp-spo2 of kg/rules/inference reads two.
    stated = [p for p, _ in _pairs("owl:propertyChainAxiom")]
    assert sorted(stated) == sorted(p for p, _, _ in _chains())


def test_no_functional_property_is_transitive_or_inferred_by_a_chain() -> None:
    # OWL 2 DL: functional properties are simple, and so is every property below them.
    composite = _typed("owl:TransitiveProperty") | {p for p, _, _ in _chains()}
    inverses = dict(_pairs("owl:inverseOf"))
    composite |= {inverses[p] for p in composite if p in inverses}
    above = _closure(_pairs("rdfs:subPropertyOf"))
    composite = composite.union(*(above.get(p, set()) for p in composite))
    composite |= {inverses[p] for p in composite if p in inverses}
    assert {short(p) for p in composite & _typed("owl:FunctionalProperty")} == set()


def test_chains_are_regular() -> None:
    # OWL 2 DL: some strict order of properties (an inverse counts as the same) must exist, in which
    # the steps of a chain come before the property that they imply; P∘Q→P and Q∘P→P need only Q<P.
    same = {p: min(p, q) for p, q in _pairs("owl:inverseOf")}

    def node(p: str) -> str:
        return same.get(p, p)

    weak = [(node(a), node(b)) for a, b in _pairs("rdfs:subPropertyOf")]
    strict = []
    for whole, first, second in _chains():
        if first == second == whole:
            continue
        steps = [second] if first == whole else [first] if second == whole else [first, second]
        strict += [(node(step), node(whole)) for step in steps]
    reached = _closure(weak + strict)
    circles = [(short(a), short(b)) for a, b in strict if a == b or a in reached.get(b, set())]
    assert circles == []


def test_disjoint_classes_are_declared_and_none_stands_under_another() -> None:
    groups: dict[str, list[str]] = {}
    for group, member in select(
        "SELECT ?g ?m { ?g owl:members/rdf:rest*/rdf:first ?m }", ontology()
    ):
        groups.setdefault(group, []).append(member)
    pairs = [
        (a, b)
        for members in groups.values()
        for place, a in enumerate(members)
        for b in members[place + 1 :]
    ]
    pairs += _pairs("owl:disjointWith")
    assert {short(c) for pair in pairs for c in pair} <= {short(c) for c in _of_kind(CLASS)}
    above = _closure(_pairs("rdfs:subClassOf"))
    below_both = [
        (short(c), short(a), short(b))
        for a, b in pairs
        for c in _of_kind(CLASS)
        if {a, b} <= above.get(c, set()) | {c}
    ]
    assert below_both == []
    assert all(len(members) > 1 for members in groups.values())


def test_the_ontology_has_one_header_with_version_and_licence() -> None:
    (header,) = select(
        """SELECT ?o ?version ?info ?licence { ?o a owl:Ontology ; owl:versionIRI ?version ;
        owl:versionInfo ?info ; dcterms:license ?licence }""",
        ontology(),
    )
    assert header[0] == ONTOLOGY
    assert header[1] == f"{ONTOLOGY}/{header[2]}"
    assert select("SELECT ?o { ?o owl:imports ?other }", ontology()) == []
