"""What HermiT, a reasoner for OWL 2 DL, makes of the ontology, of our facts and of false ones."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import owlready2
import pytest
from pyoxigraph import NamedNode, Triple

from kg import assembling, mapping
from kg.namespaces import PREFIXES
from tests import needs
from tests.ontology.terms import MODULES, VOCABULARIES, ntriples, short, triples

CONTRADICTIONS = sorted((Path(__file__).parent / "inconsistent").glob("*.ttl"))
#: Of every table as many rows as HermiT reads in some seconds.
ROWS = 40

SCHEMA = [triple for path in MODULES for triple in triples(path)]
CONCEPTS = [triple for path in VOCABULARIES for triple in triples(path)]


_TEXTS = (
    PREFIXES["dcterms"],
    *(PREFIXES["rdfs"] + name for name in ("label", "isDefinedBy")),
    *(PREFIXES["skos"] + name for name in ("definition", "scopeNote", "altLabel")),
)


def _impossible(found: Iterable[Triple]) -> set[str] | None:
    """Classes that can have no instance; None when the whole contradicts itself."""
    owlready2.JAVA_EXE = needs.program("java", "default-jre-headless")
    world = owlready2.World()
    # Names and definitions say nothing to a reasoner; reading them takes time.
    data = ntriples(t for t in found if not t.predicate.value.startswith(_TEXTS))
    world.get_ontology("http://example.org/all").load(fileobj=io.BytesIO(data))
    try:
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
    except owlready2.OwlReadyInconsistentOntologyError:
        return None
    nothing = owlready2.Nothing
    return {c.iri for c in world.inconsistent_classes() if c is not nothing}


def test_the_ontology_is_free_of_contradiction_and_every_class_can_have_instances() -> None:
    assert _impossible([*SCHEMA, *CONCEPTS]) == set()


def test_every_class_can_have_an_instance_in_the_same_graph() -> None:
    owl_class = PREFIXES["owl"] + "Class"
    instances = [
        Triple(
            NamedNode(f"http://example.org/{number}"),
            NamedNode(PREFIXES["rdf"] + "type"),
            triple.subject,
        )
        for number, triple in enumerate(SCHEMA)
        if isinstance(triple.subject, NamedNode) and triple.object == NamedNode(owl_class)
    ]
    assert _impossible([*SCHEMA, *instances]) == set()


@pytest.mark.parametrize("path", needs.sample(CONTRADICTIONS, 3), ids=lambda path: path.stem)
def test_a_contradiction_is_found(path: Path) -> None:
    assert _impossible([*SCHEMA, *triples(path)]) is None


def test_the_facts_we_curated_do_not_contradict_the_ontology() -> None:
    mappings = mapping.mappings()
    facts = [
        quad.triple
        for table in assembling.fact_tables()
        for quad in mappings[table.name].quads(
            type(table)(table.name, table.source, table.columns, table.rows[:ROWS])
        )
    ]
    impossible = _impossible([*SCHEMA, *CONCEPTS, *facts])
    assert impossible is not None
    assert {short(iri) for iri in impossible} == set()
