"""What the graph draws from imported records: other names, members, and who cooperates."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import mapping, reasoning
from kg.namespaces import ID, RDFS_LABEL, SKOS, graph, istc
from kg.tables import Row, Table

NAMIBIA = NamedNode(ID + "country/NAM")
CERN = NamedNode(ID + "org/cern")


def table(name: str, rows: list[dict[str, str]]) -> list[Quad]:
    how = mapping.mappings()[name]
    columns = tuple(how.columns)
    made = tuple(
        Row(name, "example", number, {c: cells.get(c, "") for c in columns})
        for number, cells in enumerate(rows, start=2)
    )
    return list(how.quads(Table(name, "example", columns, made)))


def filled(quads: list[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def test_a_name_in_a_record_is_an_other_name_in_its_language_unless_it_is_the_label() -> None:
    rows = [
        {"key": f"000{n}", "subject": "country/NAM", "name": text, "language": tag, "location": "r"}
        for n, (text, tag) in enumerate(
            [("纳米比亚", "zh"), ("納米比亞", "zh-Hant"), ("Namibie", "fr")]
        )
    ]
    store = filled(table("names", rows))
    store.add(Quad(NAMIBIA, RDFS_LABEL, Literal("纳米比亚", language="zh"), graph("reference")))
    reasoning.run_once(store, "truthy")
    found = {
        (quad.object.value, quad.object.language)
        for quad in store.quads_for_pattern(NAMIBIA, NamedNode(SKOS + "altLabel"), None, None)
        if isinstance(quad.object, Literal)
    }
    assert found == {("納米比亞", "zh-hant"), ("Namibie", "fr")}


def test_members_are_members_and_observers_are_not() -> None:
    rows = [
        {"key": f"000{n}", "in": "org/cern", "agent": agent, "role": role, "location": "r"}
        for n, (agent, role) in enumerate([("country/ISR", "member"), ("country/RUS", "observer")])
    ]
    store = filled(table("participations", rows))
    reasoning.run_once(store, "truthy")
    members = [q.subject for q in store.quads_for_pattern(None, istc("memberOf"), CERN, None)]
    assert members == [NamedNode(ID + "country/ISR")]


def test_parties_of_a_convention_of_the_world_do_not_all_cooperate() -> None:
    def convention(name: str, parties: int) -> list[Quad]:
        return [
            Quad(
                NamedNode(ID + name),
                istc("hasParty"),
                NamedNode(f"{ID}{name}-{n}"),
                graph("truthy"),
            )
            for n in range(parties)
        ]

    store = filled([*convention("agreement/three", 3), *convention("agreement/all", 21)])
    reasoning.materialise(store)
    pairs = list(store.quads_for_pattern(None, istc("cooperatesWith"), None, None))
    assert len(pairs) == 3 * 2
