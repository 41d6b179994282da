"""What shapes, queries, tables and pages speak of is declared: a misspelt term finds nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kg import assembling, mapping, tables
from kg.namespaces import ISTC, VOCAB
from kg.tables import Table
from tests.ontology.terms import ROOT, declared, select, short, vocabularies

#: SPARQL: `PREFIX q: <…>`; Turtle: `@prefix q: <…>`; shapes: `sh:prefix "q" ; sh:namespace "…"`.
_PREFIX = re.compile(r"prefix\s+\"?([a-z-]+)\"?\s*(?::\s*<|;\s*sh:namespace\s+\")([^>\"]+)", re.I)
_FULL = re.compile(r"<(https://w3id\.org/istc-kg/(?:ontology#|vocab/)[\w./-]+)>")
_PYTHON = re.compile(r"(?:\bISTC \+ |\bistc\()\"(\w+)\"")
#: The property a column of a mapping becomes, for error messages.
_COLUMN = re.compile(r"^#\+.*\bproperty: (\w+)", re.M)

SHAPES = sorted((ROOT / "shapes").glob("*.ttl"))
QUERIES = sorted((ROOT / "kg").rglob("*.rq"))
CODE = sorted(
    path
    for folder in ("kg", "service")
    for suffix in ("*.py", "*.html", "*.js")
    for path in (ROOT / folder).rglob(suffix)
    if "vendor" not in path.parts
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _shapes_prefixes() -> dict[str, str]:
    """The prefixes of the SPARQL constraints, declared once for all shapes."""
    return dict(found for path in SHAPES for found in _PREFIX.findall(path.read_text("utf-8")))


def _used(text: str, prefixes: dict[str, str]) -> set[str]:
    """IRIs of our terms and concepts that a text names."""
    found = {iri for iri in _FULL.findall(text) if not iri.endswith("/")}
    for prefix, base in prefixes.items():
        if base.startswith((ISTC, VOCAB)):
            local = re.findall(rf"(?<![\w:./-]){prefix}:([A-Za-z0-9][\w-]*)", text)
            found |= {base + name for name in local}
    return found


def _known() -> set[str]:
    concepts = select(
        "SELECT ?c { { ?c a skos:Concept } UNION { ?c a skos:ConceptScheme } }", vocabularies()
    )
    return set(declared()) | {iri for (iri,) in concepts}


@pytest.mark.parametrize("path", [*SHAPES, *QUERIES], ids=_name)
def test_a_shape_or_query_names_declared_terms_and_concepts(path: Path) -> None:
    text = path.read_text("utf-8")
    used = _used(text, _shapes_prefixes() if path in SHAPES else dict(_PREFIX.findall(text)))
    assert {short(iri) for iri in used - _known()} == set()


@pytest.mark.parametrize("path", sorted((ROOT / "kg" / "mappings").glob("*.rq")), ids=_name)
def test_a_column_of_a_table_becomes_a_declared_property(path: Path) -> None:
    names = {re.split(r"[#/]", iri)[-1] for iri in declared()}
    assert set(_COLUMN.findall(path.read_text("utf-8"))) - names == set()


def test_code_and_pages_name_declared_terms() -> None:
    unknown = {}
    for path in CODE:
        text = path.read_text("utf-8")
        used = _used(text, {"istc": ISTC})
        used |= {ISTC + name for name in _PYTHON.findall(text)}
        if used - _known():
            unknown[_name(path)] = {short(iri) for iri in used - _known()}
    assert unknown == {}


@pytest.fixture(scope="module")
def fact_tables() -> dict[str, Table]:
    return {f"{table.source}/{table.name}": table for table in assembling.fact_tables()}


@pytest.mark.parametrize("kind", ["term", "concept", "object"])
def test_every_cell_names_a_declared_class_property_or_concept(
    kind: str, fact_tables: dict[str, Table]
) -> None:
    known, mappings, unknown = _known(), mapping.mappings(), set()
    for name, table in fact_tables.items():
        for column in mappings[table.name].columns.values():
            if re.split(r"[:*]", column.type)[0] != kind:
                continue
            found = {node for row in table.rows for node in tables.values(row, column)}
            unknown |= {
                (name, column.name, short(node.value))
                for node in found
                if isinstance(node, NamedNode) and node.value.startswith((ISTC, VOCAB))
                if node.value not in known
            }
    assert unknown == set()


def test_every_kind_of_argument_has_its_claim_type(fact_tables: dict[str, Table]) -> None:
    # kg/mappings/arguments.rq makes the concept from the name of the class.
    classes = {"Problem", "Recommendation", "Trend"} | {
        row.cells["class"]
        for table in fact_tables.values()
        if table.name == "arguments"
        for row in table.rows
    }
    assert {f"{VOCAB}claim-type/{name.lower()}" for name in classes} - _known() == set()
