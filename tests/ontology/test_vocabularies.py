"""Every classification is one file: its scheme, and concepts with code, names and definition."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal

from kg import validation
from kg.namespaces import VOCAB
from tests.ontology.terms import VOCABULARIES, ntriples, select, short, store_of, triples

PREDICATES = {
    *("rdf:type", "rdfs:label", "dcterms:source"),
    *("skos:inScheme", "skos:topConceptOf", "skos:broader", "skos:notation"),
    *("skos:prefLabel", "skos:altLabel", "skos:definition", "skos:scopeNote"),
    *("skos:exactMatch", "skos:closeMatch"),
}
#: Codes of standards: a concept with any other code is a mistake.
STANDARDS = {
    "ford": r"[1-6]|1\.[1-7]|2\.([1-9]|1[01])|3\.[1-5]|4\.[1-5]|5\.[1-9]|6\.[1-5]",
    "gbt4754": r"[A-T](\d\d)?",
    "currency": r"[A-Z]{3}",
}
FORD_FIELDS = 6 + 42

by_file = pytest.mark.parametrize("path", VOCABULARIES, ids=lambda path: path.stem)


def _texts(path: Path, predicate: str) -> dict[tuple[str, str], list[str]]:
    """Texts by concept (or scheme) and language."""
    found: dict[tuple[str, str], list[str]] = {}
    for triple in triples(path):
        if isinstance(triple.object, Literal) and short(triple.predicate.value) == predicate:
            key = (getattr(triple.subject, "value", ""), triple.object.language or "")
            found.setdefault(key, []).append(triple.object.value)
    return found


def _concepts(path: Path) -> set[str]:
    return {iri for (iri,) in select("SELECT ?c { ?c a skos:Concept }", store_of(path))}


@by_file
def test_a_file_holds_the_scheme_of_its_name_and_nothing_else(path: Path) -> None:
    scheme = VOCAB + path.stem
    assert select("SELECT ?s { ?s a skos:ConceptScheme }", store_of(path)) == [(scheme,)]
    things = {getattr(triple.subject, "value", "") for triple in triples(path)}
    assert things - _concepts(path) == {scheme}
    assert {short(triple.predicate.value) for triple in triples(path)} <= PREDICATES


@by_file
def test_a_concept_belongs_to_the_scheme_of_its_file_alone(path: Path) -> None:
    rows = select("SELECT ?c ?s { ?c skos:inScheme ?s }", store_of(path))
    assert sorted(rows) == [(iri, VOCAB + path.stem) for iri in sorted(_concepts(path))]


@by_file
def test_a_concept_ends_in_its_own_code(path: Path) -> None:
    rows = select("SELECT ?c ?n { ?c skos:notation ?n }", store_of(path))
    assert sorted(rows) == [
        (iri, iri.removeprefix(f"{VOCAB}{path.stem}/")) for iri in sorted(_concepts(path))
    ]
    assert [n for _, n in rows if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", n)] == []


@by_file
def test_a_concept_is_at_the_top_or_under_one_broader_concept(path: Path) -> None:
    rows = select(
        """SELECT ?c (COUNT(?top) AS ?tops) (COUNT(?broader) AS ?above) {
        ?c a skos:Concept . OPTIONAL { ?c skos:topConceptOf ?top }
        OPTIONAL { ?c skos:broader ?broader } } GROUP BY ?c""",
        store_of(path),
    )
    assert {short(c): (t, b) for c, t, b in rows if {t, b} != {"0", "1"}} == {}
    broader = select("SELECT ?b { ?c skos:broader ?b }", store_of(path))
    assert {iri for (iri,) in broader} <= _concepts(path)
    circles = select("SELECT ?c { ?c skos:broader+ ?c }", store_of(path))
    assert circles == []


@pytest.mark.parametrize("language", ["zh", "en"])
@by_file
def test_scheme_and_concepts_have_one_name_and_one_definition(path: Path, language: str) -> None:
    names = _texts(path, "skos:prefLabel") | _texts(path, "rdfs:label")
    definitions = _texts(path, "skos:definition")
    wrong = {}
    for iri in {VOCAB + path.stem, *_concepts(path)}:
        name, text = names.get((iri, language), []), definitions.get((iri, language), [])
        if len(name) != 1 or len(text) != 1 or name[0].casefold() == text[0].casefold():
            wrong[short(iri)] = (name, text)
    assert wrong == {}


@pytest.mark.parametrize("language", ["zh", "en"])
@by_file
def test_two_concepts_of_a_scheme_never_share_a_name(path: Path, language: str) -> None:
    users: dict[str, set[str]] = {}
    for predicate in ("skos:prefLabel", "skos:altLabel"):
        for (iri, tag), texts in _texts(path, predicate).items():
            for text in texts if tag == language else []:
                users.setdefault(text.casefold(), set()).add(short(iri))
    assert {name: iris for name, iris in users.items() if len(iris) > 1} == {}


@by_file
def test_chinese_definitions_are_chinese(path: Path) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    wrong = [
        (short(iri), text)
        for (iri, language), texts in _texts(path, "skos:definition").items()
        for text in texts
        if bool(chinese.search(text)) != (language == "zh")
    ]
    assert wrong == []


@pytest.mark.parametrize(("scheme", "pattern"), STANDARDS.items(), ids=list(STANDARDS))
def test_a_standard_has_only_its_own_codes_and_names_its_source(scheme: str, pattern: str) -> None:
    (path,) = [path for path in VOCABULARIES if path.stem == scheme]
    codes = [iri.rpartition("/")[2] for iri in _concepts(path)]
    assert [code for code in codes if not re.fullmatch(pattern, code)] == []
    assert len(select(f"SELECT ?o {{ <{VOCAB}{scheme}> dcterms:source ?o }}", store_of(path))) == 1


def test_an_analyst_finds_all_fields_of_the_frascati_manual() -> None:
    (path,) = [path for path in VOCABULARIES if path.stem == "ford"]
    assert len(_concepts(path)) == FORD_FIELDS
    rows = select("SELECT ?c ?b { ?c skos:broader ?b }", store_of(path))
    assert [(c, b) for c, b in rows if c.rpartition(".")[0] != b] == []


def test_a_code_of_an_industry_stands_under_its_section() -> None:
    (path,) = [path for path in VOCABULARIES if path.stem == "gbt4754"]
    rows = select("SELECT ?c ?b { ?c skos:broader ?b }", store_of(path))
    assert rows
    assert [(c, b) for c, b in rows if c[:-2] != b] == []


def test_all_vocabularies_keep_the_quality_rules() -> None:
    report = validation.validate(ntriples(t for path in VOCABULARIES for t in triples(path)))
    assert [(r.name, short(r.focus), r.value) for r in report.results] == []
