"""`.rq` files: a header, and a query that runs as it stands."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Store

from kg import resources, rq
from kg.errors import InvalidInput

FOLDERS = [
    ("kg", "mappings"),
    ("kg", "checks"),
    ("kg", "questions"),
    *(("kg", "rules", name) for name in ("inference", "truthy", "derived")),
    *(("kg", "queries", folder.name) for folder in resources.folders("kg", "queries")),
]
FILES = [
    pytest.param(rq.read(item), id="/".join([*parts[1:], item.name]))
    for parts in FOLDERS
    for item in resources.files(*parts, suffix=".rq")
]


@pytest.mark.parametrize("file", FILES)
def test_each_file_is_plain_sparql_with_a_bilingual_title(file):
    Store().query(file.text)
    assert set(file.header["title"]) == {"zh", "en"}


def test_bound_values_are_terms_and_cannot_change_the_query():
    text = 'SELECT ?name WHERE { VALUES ?name { "a } b" } }'
    evil = '" } } DROP ALL # \\ \n é 中文'
    bound = rq.bind(text, ["name"], [[Literal(evil)], [NamedNode("http://example.org/x")]])
    rows = [row["name"].value for row in Store().query(bound)]
    assert rows == [evil, "http://example.org/x"]


def test_an_unbound_value_means_all():
    text = "SELECT ?a ?b WHERE { VALUES (?a ?b) { (1 2) } }"
    bound = rq.bind(text, ["a", "b"], [[Literal("x"), None]])
    (row,) = Store().query(bound)
    assert row["a"].value == "x"
    assert row["b"] is None


def test_a_query_without_the_block_is_refused():
    with pytest.raises(InvalidInput, match="no VALUES block"):
        rq.bind("ASK {}", ["x"], [])
