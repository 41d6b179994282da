"""The base of experts: what it lists is what SPARQL finds in the same graph, with sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store

from kg.analysis import running
from kg.analysis.results import Result
from kg.namespaces import ID, VOCAB
from kg.store import versions

PREFIXES = """PREFIX istc: <https://w3id.org/istc-kg/ontology#>
PREFIX id: <https://w3id.org/istc-kg/id/>
PREFIX ford: <https://w3id.org/istc-kg/vocab/ford/>
"""
CURIE = "person/nobel-6"


@pytest.fixture(scope="module")
def home(peopled_home: Path) -> Path:
    return peopled_home


def select(home: Path, query: str) -> set[tuple[str, ...]]:
    now = versions.current(home)
    assert now is not None
    found = Store.read_only(str(now.path)).query(PREFIXES + query, use_default_graph_as_union=True)
    return {
        tuple(v.value for v in row if isinstance(v, NamedNode | Literal))
        for row in found  # type: ignore[union-attr]
    }


def column(result: Result, table: str, name: str) -> list[str | None]:
    rows = result.answered(table, "en").rows
    return [row[name].iri or row[name].text for row in rows]


def experts(home: Path, **values: str) -> Result:
    return running.run(home, "experts", {"most": "2000", **values})


def test_all_people_are_there_once_with_their_works(home: Path) -> None:
    result = experts(home)
    listed = column(result, "experts", "person")
    people = {person for (person,) in select(home, "SELECT ?p { ?p a istc:Person }")}
    assert len(listed) == len(set(listed))
    assert set(listed) == people
    assert len(people) > 100
    counted = select(
        home,
        """SELECT ?p (STR(COUNT(DISTINCT ?w)) AS ?n) {
          ?p a istc:Person . { ?w istc:producedBy ?p } UNION { ?w istc:author ?p }
        } GROUP BY ?p""",
    )
    shown = set(zip(listed, column(result, "experts", "works"), strict=True))
    assert {pair for pair in shown if pair[1] != "0"} == counted


def test_whoever_has_worked_in_a_country_is_found_there(home: Path) -> None:
    found = set(column(experts(home, country="country/CHN"), "experts", "person"))
    expected = select(
        home,
        """SELECT ?p { ?fact istc:predicate istc:affiliatedWith ; istc:subject ?p ; istc:object ?o .
          ?o istc:locatedIn id:country\\/CHN }""",
    )
    assert {(person,) for person in found} == expected
    assert f"{ID}person/chen-fahu" in found


def test_a_field_takes_in_its_parts(home: Path) -> None:
    found = set(column(experts(home, field="ford/1"), "experts", "person"))
    expected = select(
        home,
        """SELECT ?p { ?p a istc:Person .
          { ?thing istc:producedBy ?p }
          UNION { ?thing istc:hasParticipation/istc:participationAgent ?p }
          ?thing istc:fieldOfScience ?f . FILTER(REGEX(STR(?f), "/ford/1([.]|$)")) }""",
    )
    assert {(person,) for person in found} == expected
    # The prize of Marie Curie is in physics, 1.3.
    assert ID + CURIE in found


def test_co_authors_abroad_share_no_country(home: Path) -> None:
    result = experts(home)
    shown = dict(
        zip(
            column(result, "experts", "person"),
            column(result, "experts", "abroad"),
            strict=True,
        )
    )
    pairs = select(
        home,
        """SELECT DISTINCT ?p ?q {
          ?w istc:producedBy ?p , ?q . ?p a istc:Person . ?q a istc:Person . FILTER(?p != ?q)
          ?p istc:affiliatedWith/istc:country ?here . ?q istc:affiliatedWith/istc:country ?there .
          FILTER NOT EXISTS {
            ?p istc:affiliatedWith/istc:country ?c . ?q istc:affiliatedWith/istc:country ?c }
        }""",
    )
    assert pairs
    for person in {one for one, _ in pairs}:
        assert shown[person] == str(sum(one == person for one, _ in pairs))
    assert sum(int(number or 0) for number in shown.values()) == len(pairs)


def test_people_are_found_by_part_of_a_name_by_language_and_by_year(home: Path) -> None:
    assert ID + CURIE in column(experts(home, name="curie marie"), "experts", "person")
    assert column(experts(home, name="陈发"), "experts", "person") == [f"{ID}person/chen-fahu"]
    spoken = set(column(experts(home, language="en"), "experts", "person"))
    expected = select(
        home, 'SELECT ?p { ?w istc:language "en" ; istc:producedBy ?p . ?p a istc:Person }'
    )
    assert {(person,) for person in spoken} == expected
    assert spoken
    early = column(experts(home, years="1900..1905"), "experts", "person")
    assert ID + CURIE in early
    assert f"{ID}person/chen-fahu" not in early


def test_every_row_names_facts_with_their_places(home: Path) -> None:
    result = experts(home, country="country/DEU")
    for row in result.answered("experts", "zh").rows:
        assert row["evidence"].facts
        assert all(result.sources.get(fact) for fact in row["evidence"].facts)


def test_one_expert_has_a_career_with_years_and_sources(home: Path) -> None:
    result = running.run(home, "expert", {"person": CURIE})
    [employer] = result.answered("affiliations", "en").rows
    assert (employer["organization"].text, employer["period"].text) == (
        "Sorbonne University (Paris)",
        "1911",
    )
    roles = result.answered("roles", "en").rows
    assert [(row["thing"].text, row["role"].text, row["period"].text) for row in roles] == [
        ("Nobel Prize in Physics", "laureate", "1903"),
        ("Nobel Prize in Chemistry", "laureate", "1911"),
    ]
    [identifier] = result.answered("identifiers", "en").rows
    assert (identifier["scheme"].iri, identifier["value"].text) == (
        f"{VOCAB}identifier-scheme/nobel",
        "6",
    )
    for row in (employer, *roles, identifier):
        assert row["evidence"].facts


def test_the_papers_people_have_roles_and_papers(home: Path) -> None:
    result = running.run(home, "expert", {"person": "person/chen-fahu"})
    assert column(result, "outputs", "work") == [f"{ID}doc/liu-2023"]
    assert {f"{ID}org/cas", f"{ID}org/twas"} <= set(column(result, "roles", "thing"))
    assert f"{ID}org/itpcas" in column(result, "affiliations", "organization")
    assert f"{ID}person/liu-weidong" in column(result, "partners", "partner")
