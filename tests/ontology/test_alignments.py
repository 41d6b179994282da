"""Alignments with other vocabularies: SSSOM tables whose terms exist on both sides.

Format: A Simple Standard for Sharing Ontological Mappings (SSSOM) 1.0, embedded metadata.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from pyoxigraph import Quad, RdfFormat, Store, parse

from kg.namespaces import PREFIXES
from tests import needs
from tests.ontology.terms import ALIGNMENTS, CLASS, ONTOLOGY, declared, ontology, select

COLUMNS = [
    *("subject_id", "subject_label", "predicate_id", "object_id", "object_label"),
    *("mapping_justification", "comment"),
]
REQUIRED = ("mapping_set_id", "license", "subject_source", "object_source", "curie_map")
PREDICATES = {"skos:exactMatch", "skos:closeMatch", "rdfs:subClassOf", "rdfs:subPropertyOf"}
JUSTIFICATION = "semapv:ManualMappingCuration"
NOT_CHECKED = "Not checked against a file of the object vocabulary."

#: Where the vocabularies stand among the shared reference data.
FILES = {
    **{
        name: f"w3c-and-others/{name}.nq"
        for name in ("bibo", "dcat", "dcterms", "foaf", "geo", "oa", "org", "prov", "qb")
    },
    **{name: f"w3c-and-others/{name}.nq" for name in ("skos", "time")},
    "cerif": "cerif2-core/core.ttl",
    "vivo": "vivo/vivo.owl",
}
CHECKED = [path for path in ALIGNMENTS if path.name.partition(".")[0] in FILES]

by_file = pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.name)


@dataclass(frozen=True)
class MappingSet:
    """One alignment: its metadata and its rows."""

    metadata: dict[str, object]
    columns: list[str]
    rows: list[dict[str, str]]

    def expanded(self, curie: str) -> str:
        prefix, _, local = curie.partition(":")
        prefixes = self.metadata["curie_map"]
        assert isinstance(prefixes, dict)
        return str(prefixes[prefix]) + local


@cache
def _read(path: Path) -> MappingSet:
    lines = path.read_text("utf-8").splitlines()
    header = [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]
    reader = csv.DictReader(lines[len(header) :], delimiter="\t", quoting=csv.QUOTE_NONE)
    rows = list(reader)
    return MappingSet(yaml.safe_load("\n".join(header)), list(reader.fieldnames or []), rows)


def _terms(path: Path) -> dict[str, bool]:
    """Terms that a vocabulary's file declares: IRI → whether it is a class."""
    file = needs.shared("conformance/ontologies") / FILES[path.name.partition(".")[0]]
    store = Store()
    form = RdfFormat.RDF_XML if file.suffix == ".owl" else RdfFormat.from_extension(file.suffix[1:])
    found = (quad.triple for quad in parse(path=file, format=form))
    store.extend(Quad(t.subject, t.predicate, t.object) for t in found)
    rows = select(
        """SELECT ?t (MAX(?k IN (owl:Class, rdfs:Class)) AS ?class) { ?t a ?k FILTER(?k IN (
        owl:Class, rdfs:Class, owl:ObjectProperty, owl:DatatypeProperty, rdf:Property)) }
        GROUP BY ?t""",
        store,
    )
    return {iri: is_class == "true" for iri, is_class in rows}


def _english_names() -> list[tuple[str, str]]:
    rows = select('SELECT ?t ?l { ?t rdfs:label ?l FILTER(LANG(?l) = "en") }', ontology())
    return [(iri, label) for iri, label in rows]


@by_file
def test_a_reader_of_sssom_finds_the_metadata_and_columns_it_needs(path: Path) -> None:
    found, name = _read(path), path.name.partition(".")[0]
    assert [key for key in REQUIRED if not found.metadata.get(key)] == []
    assert found.metadata["mapping_set_id"] == f"{ONTOLOGY}/alignments/{name}"
    assert found.metadata["subject_source"] == ONTOLOGY
    assert found.metadata["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found.columns == COLUMNS
    assert found.rows


@by_file
def test_every_prefix_of_an_alignment_is_explained(path: Path) -> None:
    found = _read(path)
    curies = ("subject_id", "predicate_id", "object_id", "mapping_justification")
    used = {row[column].partition(":")[0] for row in found.rows for column in curies}
    prefixes = found.metadata["curie_map"]
    assert isinstance(prefixes, dict)
    assert used == set(prefixes)
    ours = {p: iri for p, iri in prefixes.items() if p in PREFIXES}
    assert ours == {prefix: PREFIXES[prefix] for prefix in ours}


@by_file
def test_a_mapping_has_a_known_predicate_and_says_how_it_was_made(path: Path) -> None:
    rows = _read(path).rows
    assert {row["predicate_id"] for row in rows} <= PREDICATES
    assert {row["mapping_justification"] for row in rows} == {JUSTIFICATION}
    keys = [(row["subject_id"], row["predicate_id"], row["object_id"]) for row in rows]
    assert keys == sorted(set(keys))


@by_file
def test_our_side_of_a_mapping_is_declared_under_the_name_it_gives(path: Path) -> None:
    found = _read(path)
    labels = dict(_english_names())
    wrong = {
        row["subject_id"]: row["subject_label"]
        for row in found.rows
        if labels.get(found.expanded(row["subject_id"])) != row["subject_label"]
    }
    assert wrong == {}


@by_file
def test_classes_are_narrower_than_classes_and_properties_than_properties(path: Path) -> None:
    found = _read(path)
    expected = {True: "rdfs:subPropertyOf", False: "rdfs:subClassOf"}
    wrong = [
        row["subject_id"]
        for row in found.rows
        if row["predicate_id"] == expected[declared()[found.expanded(row["subject_id"])] == CLASS]
    ]
    assert wrong == []


@by_file
def test_a_term_means_the_same_as_one_term_of_a_vocabulary_at_most(path: Path) -> None:
    exact = [row for row in _read(path).rows if row["predicate_id"] == "skos:exactMatch"]
    for column in ("subject_id", "object_id"):
        several = Counter(row[column] for row in exact)
        assert {curie: number for curie, number in several.items() if number > 1} == {}


@by_file
def test_a_pair_of_terms_is_mapped_once(path: Path) -> None:
    pairs = Counter((row["subject_id"], row["object_id"]) for row in _read(path).rows)
    assert {pair: number for pair, number in pairs.items() if number > 1} == {}


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.name)
def test_the_other_side_of_a_mapping_exists_in_that_vocabulary(path: Path) -> None:
    found, known = _read(path), _terms(path)
    missing = [
        row["object_id"] for row in found.rows if found.expanded(row["object_id"]) not in known
    ]
    assert missing == []
    mixed = [
        (row["subject_id"], row["object_id"])
        for row in found.rows
        if (declared()[found.expanded(row["subject_id"])] == CLASS)
        != known[found.expanded(row["object_id"])]
    ]
    assert mixed == []


@by_file
def test_an_alignment_that_cannot_be_checked_says_so(path: Path) -> None:
    says_so = _read(path).metadata.get("comment") == NOT_CHECKED
    assert says_so == (path not in CHECKED)
