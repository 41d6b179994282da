"""An import is checked as a whole, told with its places, committed as one, and undone exactly."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from kg import changing
from kg.errors import BuiltGraph, InvalidParameter, NonConforming, OutsideAccess
from kg.importing import imports
from kg.namespaces import ID, ISTC, RDFS, SH
from kg.store.journal import Entry

from .conftest import REGISTER, Register
from .desks import MINE, Desk


def test_a_register_in_its_own_words_becomes_facts_with_places_and_goes_again(
    desk: Desk, register: Register
) -> None:
    before = desk.digest()
    checked = desk.check(register(REGISTER))
    assert list(checked.findings.lines("en")) == []
    assert checked.rows == {name: len(rows) for name, rows in REGISTER.items()}
    assert checked.linked == {f"{ID}org/cas": "中国科学院"}
    assert desk.digest() == before
    done = imports.commit(desk.settings, checked)
    assert done.added == checked.prepared.stated[0]
    assert desk.asks(
        '?fact istc:value 12000.0 ; istc:valueText "约1.2万" ; istc:period/istc:edtf "2016/2021" ; '
        "istc:qualifier <https://w3id.org/istc-kg/vocab/value-qualifier/about> ; "
        "istc:about/rdfs:label '示例研究所'@zh ; "
        f"istc:statedIn/istc:inDocument <{ID}doc/office-register>"
    )
    for party in ("CHN", "PAK"):
        assert desk.asks(
            f"?f istc:subject <{ID}agreement/example> ; istc:predicate istc:hasParty ; "
            f"istc:object <{ID}country/{party}>"
        )
    assert desk.asks(f"?f istc:about <{ID}org/cas> ; istc:value 1234.0")
    assert not desk.asks(f"<{ID}org/cas> a ?class")
    [line] = imports.imports(desk.settings)
    entry = line.line.entry
    assert (entry.agent, entry.source) == ("desk", "office-register.xlsx")
    assert entry.document == f"{ID}doc/office-register"
    assert (len(entry.checksum), entry.tool_version != "") == (64, True)
    assert (line.stands, line.removed) == (True, 0)
    changing.undo(desk.settings, line.line.number, "desk")
    assert desk.digest() == before
    assert [one.stands for one in imports.imports(desk.settings)] == [False]


def test_an_import_of_the_same_source_replaces_the_earlier_one(
    desk: Desk, register: Register
) -> None:
    imports.commit(desk.settings, desk.check(register(REGISTER)))
    shorter = copy.deepcopy(REGISTER)
    shorter["quantities"].pop()
    # Read before somebody else changed the graph: checked again when it is committed.
    checked = desk.check(register(shorter))
    other = changing.Update(
        "INSERT DATA { GRAPH <http://example.org/g> { <http://a> <http://b> 1 } }", "http://x/"
    )
    changing.change(desk.settings, other, Entry("desk", "update"))
    done = imports.commit(desk.settings, checked)
    assert done.added == 0
    assert done.removed > 0
    assert not desk.asks(f"?f istc:about <{ID}org/cas> ; istc:value ?value")
    assert desk.asks("?f istc:value 12000.0")


def test_everything_that_is_wrong_is_told_with_its_cell_in_both_languages(
    desk: Desk, register: Register
) -> None:
    before = desk.digest()
    wrong = copy.deepcopy(REGISTER)
    wrong["actors"][0]["class"] = "研究站"
    wrong["relations"][0]["object"] = "国家X"
    wrong["relations"][1]["subject"] = "agreement/exampel"
    wrong["quantities"][0]["value"] = "许多"
    wrong["quantities"][1]["period"] = "2023年13月"
    wrong["quantities"].append({"about": "org/cas", "value": 5, "unit": "unit/country"})
    checked = desk.check(register(wrong))
    assert checked.prepared is None
    found = {
        (f.place["sheet"], f.place["row"], f.place["column"].partition(" / ")[2]): f
        for f in checked.findings.found
    }
    rules = {place: finding.rule for place, finding in found.items()}
    assert rules == {
        ("actors", 5, "Class"): "unknown-term",
        ("relations", 5, "Object"): "unknown-thing",
        ("relations", 6, "Subject"): "unknown-thing",
        ("quantities", 5, "Value"): "not-decimal",
        ("quantities", 6, "Period"): "not-period",
        ("quantities", 7, "Indicator"): "empty-cell",
        ("quantities", 7, "Period"): "empty-cell",
    }
    near = found["relations", 6, "Subject"]
    assert "agreement/example" in near.messages["en"]
    assert "是否指 agreement/example" in near.messages["zh"]
    assert near.value == "agreement/exampel"
    table = list(csv.DictReader(io.StringIO(checked.findings.text("csv", MINE))))
    assert {row["file"] for row in table} == {"office-register.xlsx"}
    assert all(row["message_zh"] and row["message_en"] for row in table)
    turtle = checked.findings.text("ttl", f"{ID}doc/office-register")
    triples = pyoxigraph.parse(input=turtle, format=RdfFormat.TURTLE)
    assert sum(t.predicate.value == SH + "result" for t in triples) == len(table) == 7
    with pytest.raises(NonConforming):
        imports.commit(desk.settings, checked)
    assert desk.digest() == before


def test_what_breaks_a_shape_is_told_with_its_row(desk: Desk, register: Register) -> None:
    wrong = copy.deepcopy(REGISTER)
    wrong["documents"][0]["url"] = "www example.org"
    wrong["quantities"].append(dict(wrong["quantities"][0]))
    checked = desk.check(register(wrong))
    assert checked.prepared is None
    told = {(f.rule, f.place.get("sheet"), f.place.get("row")) for f in checked.findings.found}
    assert ("SourceDocument-url", "documents", 5) in told
    # The same figure in two rows is two places; only at one place it would be said twice.
    assert not any(sheet == "quantities" for _, sheet, _ in told)


def test_a_key_that_is_given_twice_names_both_rows(desk: Desk, register: Register) -> None:
    wrong = copy.deepcopy(REGISTER)
    wrong["agreements"].append(dict(wrong["agreements"][0]))
    [finding] = desk.check(register(wrong)).findings.found
    assert (finding.rule, finding.place["row"]) == ("key-twice", 6)
    assert "agreements row 5" in finding.messages["en"]


MAPPING = """\
#+ title: {zh: 伙伴名单, en: Partners}
#+ graph: source
#+ columns:
#+   name: {type: "text:en", required: true, label: {en: Partner}}
#+   land: {type: id, required: true, label: {zh: 国家, en: Country}}
PREFIX istc: <https://w3id.org/istc-kg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT { ?thing a istc:ResearchOrganization ; rdfs:label ?name ; istc:country ?land }
WHERE {
  VALUES (?name ?land) { }
  BIND(IRI(CONCAT("https://w3id.org/istc-kg/id/org/partner-", MD5(STR(?name)))) AS ?thing)
}
"""


def test_a_table_of_ones_own_comes_with_its_mapping(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "partners.rq").write_text(MAPPING)
    table = tmp_path / "partners.csv"
    table.write_bytes(
        "Partner;国家;Phone\r\nInstitut Zwei;德国;1\r\nThird;XX;2\r\n".encode("gb18030")
    )
    checked = desk.check(table, mapping=tmp_path / "partners.rq")
    [finding] = checked.findings.found
    assert (finding.place["row"], finding.place["column"], finding.value) == (3, "国家", "XX")
    table.write_bytes(
        "Partner;国家;Phone\r\nInstitut Zwei;德国;1\r\nThird;PAK;2\r\n"
        "Chinese Academy of Sciences;中国;3\r\n".encode("gb18030")
    )
    checked = desk.check(table, mapping=tmp_path / "partners.rq")
    assert [(link.target, link.status) for link in checked.links] == [("org/cas", "linked")]
    imports.commit(desk.settings, checked)
    assert desk.asks(f"?o rdfs:label 'Institut Zwei'@en ; istc:country <{ID}country/DEU>")
    reaching = MAPPING.replace("WHERE {", "WHERE { SERVICE <http://example.org/> { ?a ?b ?c }")
    (tmp_path / "partners.rq").write_text(reaching)
    with pytest.raises(OutsideAccess):
        desk.check(table, mapping=tmp_path / "partners.rq")


def test_rdf_takes_the_same_path(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "institute.ttl"
    thing = f"<{ID}org/desk> a <{ISTC}Organization>"
    path.write_text(f'{thing} ; <{RDFS}label> "Desk"@en .')
    imports.commit(desk.settings, desk.check(path))
    assert desk.asks(f"<{ID}org/desk> rdfs:label 'Desk'@en")
    path.write_text(f"{thing} .")
    [finding] = desk.check(path).findings.found
    assert (finding.rule, finding.focus) == ("Named-label", f"{ID}org/desk")
    path.write_text(f"{thing}\n;; .\n<broken")
    [finding] = desk.check(path).findings.found
    assert (finding.place["file"], finding.place["line"]) == ("institute.ttl", 3)


def test_graphs_that_a_build_makes_and_keys_that_are_none_are_refused(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(f'<{ID}org/desk> a <{ISTC}Organization> ; <{RDFS}label> "Desk"@en .')
    with pytest.raises(BuiltGraph):
        desk.check(path, source="liu-2023")
    with pytest.raises(InvalidParameter):
        desk.check(path, source="Büro")


def test_numbers_in_another_writing_are_undone_exactly(desk: Desk, tmp_path: Path) -> None:
    before = desk.digest()
    path = tmp_path / "figures.ttl"
    path.write_text(
        "<http://example.org/a> <http://example.org/b> 1.50, 007, 1e0, "
        '"1"^^<http://www.w3.org/2001/XMLSchema#boolean>, '
        '"2020-01-01T00:00:00.000+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime> .'
    )
    first = imports.commit(desk.settings, desk.check(path))
    assert desk.check(path).prepared.stated == (0, 0)
    changing.undo(desk.settings, first.version.number, "desk")
    assert desk.digest() == before
