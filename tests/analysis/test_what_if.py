"""Scenarios on a network worked out by hand, and on the curated graph."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from pyoxigraph import NamedNode, Store

from kg import changing
from kg.analysis import frameworks, running
from kg.analysis.results import Result
from kg.changing import Update
from kg.namespaces import ID
from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry
from tests import homes

#: A programme with two projects and a facility.
#:   programme x: p1 (a, b, c), p2 (a, d), which is part of programme y as well
#:   facility f, used by p1 alone, hosted by b;  alliance: members a, b;  c is in France
NETWORK = """
PREFIX istc: <https://w3id.org/istc-kg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX id: <https://w3id.org/istc-kg/id/>
PREFIX e: <https://example.org/>
INSERT DATA { GRAPH e:g {
  e:doc a istc:SourceDataset ; rdfs:label "Example"@en .
  e:place a istc:RecordLocation ; rdfs:label "Record"@en ;
    istc:inDocument e:doc ; istc:locator "1" .
  e:x a istc:Programme ; rdfs:label "Programme X"@en .
  e:y a istc:Programme ; rdfs:label "Programme Y"@en .
  e:p1 a istc:Project ; rdfs:label "Project 1"@en .
  e:p2 a istc:Project ; rdfs:label "Project 2"@en .
  e:f a istc:ResearchFacility ; rdfs:label "Facility"@en .
  e:alliance a istc:Alliance ; rdfs:label "Alliance"@en .
  e:a a istc:Organization ; rdfs:label "Body A"@en .
  e:b a istc:Organization ; rdfs:label "Body B"@en .
  e:c a istc:Organization ; rdfs:label "Body C"@en .
  e:d a istc:Organization ; rdfs:label "Body D"@en .
  %s
} }"""
FACTS = (
    ("p1", "partOfProgramme", "e:x"),
    ("p2", "partOfProgramme", "e:x"),
    ("p2", "partOfProgramme", "e:y"),
    ("p1", "involves", "e:a"),
    ("p1", "involves", "e:b"),
    ("p1", "involves", "e:c"),
    ("p2", "involves", "e:a"),
    ("p2", "involves", "e:d"),
    ("p1", "usesFacility", "e:f"),
    ("f", "hostedBy", "e:b"),
    ("a", "memberOf", "e:alliance"),
    ("b", "memberOf", "e:alliance"),
    ("c", "country", "<https://w3id.org/istc-kg/id/country/FRA>"),
)


@pytest.fixture(scope="module")
def home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("what-if") / "home"
    homes.copy(built_home, home)
    facts = "\n".join(
        f"e:fact{n} a istc:RelationFact ; istc:subject e:{s} ; istc:predicate istc:{p} ; "
        f"istc:object {o} ; istc:statedIn e:place ."
        for n, (s, p, o) in enumerate(FACTS)
    )
    changing.change(
        Settings(home=home),
        Update(NETWORK % facts, "https://example.org/"),
        Entry("test", "update"),
    )
    return home


def what_if(home: Path, thing: str, leaver: str = "") -> Result:
    return running.run(home, "what-if", {"thing": thing, "leaver": leaver})


def cells(result: Result, table: str, *names: str) -> set[tuple[str, ...]]:
    return {tuple(row[name].text for name in names) for row in result.answered(table, "en").rows}


def test_what_ends_with_a_programme_and_what_rests_on_another(home: Path) -> None:
    result = what_if(home, "https://example.org/x")
    assert cells(result, "things", "thing", "before", "after", "fate") == {
        ("Programme X", "0", "0", "ends with it"),
        ("Project 1", "3", "0", "ends with it"),
        ("Project 2", "2", "2", "rests on something else too"),
        ("Facility", "1", "0", "ends with it"),
    }
    assert ("Project 2", "Programme Y") in cells(result, "things", "thing", "elsewhere")


def test_ties_that_hang_on_a_programme_alone_and_those_with_another_link(home: Path) -> None:
    result = what_if(home, "https://example.org/x")
    assert cells(result, "ties", "one", "other", "lost", "left", "through", "fate") == {
        ("Body A", "Body B", "1", "1", "Alliance", "another link is left"),
        ("Body A", "Body C", "1", "0", "", "cut, no other link"),
        ("Body B", "Body C", "1", "0", "", "cut, no other link"),
    }
    figures = {row[0]: row[1:] for row in cells(result, "figures", "figure", "before", "after")}
    assert figures["Ties touched (pairs)"] == ("3", "1")
    assert figures["Participants, with all below"] == ("4", "2")
    assert figures["Things below it or resting on it"] == ("3", "1")


def test_members_that_lose_everything_are_named(home: Path) -> None:
    result = what_if(home, "https://example.org/x")
    assert cells(result, "agents", "agent", "lost", "left", "ties", "alone", "fate") == {
        ("Body A", "1", "2", "2", "1", "has other links"),
        ("Body B", "2", "1", "2", "1", "has other links"),
        ("Body C", "1", "0", "2", "2", "no link is left in the graph"),
    }


def test_a_country_leaves_with_its_organizations(home: Path) -> None:
    result = what_if(home, "https://example.org/x", "country/FRA")
    assert cells(result, "ties", "one", "other", "left") == {
        ("Body C", "Body A", "0"),
        ("Body C", "Body B", "0"),
    }
    assert ("Project 1", "3", "2", "goes on with fewer") in cells(
        result, "things", "thing", "before", "after", "fate"
    )


def test_the_whole_network_is_counted_before_and_after(home: Path) -> None:
    result = what_if(home, "https://example.org/x")
    figures = {
        row[0]: (int(row[1]), int(row[2]))
        for row in cells(result, "figures", "figure", "before", "after")
    }
    # Body C has no other link, so that one agent goes; project 1 and the facility are empty.
    agents, things = (
        figures[name]
        for name in (
            "Whole network: agents with a link",
            "Whole network: things with a participant",
        )
    )
    assert agents[0] - agents[1] == 1
    assert things[0] - things[1] == 2


def test_the_end_of_brics_touches_each_pair_of_its_members(home: Path) -> None:
    now = versions.current(home)
    assert now is not None
    found = Store.read_only(str(now.path)).query(
        f"""PREFIX istc: <https://w3id.org/istc-kg/ontology#>
        SELECT DISTINCT ?m {{ ?fact istc:predicate istc:inGroup ; istc:subject ?m ;
          istc:object <{ID}group/brics> }}""",
        use_default_graph_as_union=True,
    )
    members = sorted(
        row["m"].value
        for row in found  # type: ignore[union-attr]
        if isinstance(row["m"], NamedNode)
    )
    assert len(members) >= 5
    ties = what_if(home, "group/brics").answered("ties", "zh").rows
    pairs = {(row["one"].iri, row["other"].iri) for row in ties}
    assert set(combinations(members, 2)) <= pairs
    for row in ties:
        assert row["evidence"].facts


def test_every_row_says_where_it_comes_from(home: Path) -> None:
    result = what_if(home, "https://example.org/x")
    for table in ("ties", "agents", "figures"):
        for row in result.answered(table, "zh").rows:
            assert row["evidence"].facts, (table, row)


def test_a_membership_that_has_ended_counts_in_its_time_alone(built_home: Path) -> None:
    """The United Kingdom was in the European Union from 1973 to January 2020."""

    def members(**year: str) -> set[str | None]:
        result = running.run(built_home, "what-if", {"thing": "group/eu", **year})
        return {row["agent"].iri for row in result.answered("agents", "en").rows}

    britain, croatia, france = (f"{ID}country/{key}" for key in ("GBR", "HRV", "FRA"))
    assert france in members()
    assert britain not in members()
    assert {britain, croatia} <= members(year="2019")
    assert members(year="2019") - members() == {britain}


def test_a_membership_that_a_source_states_as_of_a_day_goes_on(built_home: Path) -> None:
    result = what_if(built_home, "org/skao")
    assert ("China",) in cells(result, "agents", "agent")


def test_the_latest_end_of_a_body_is_none_where_all_end_with_the_data() -> None:
    def left(*ends: int | None) -> list[str]:
        names = [f"m{number}" for number in range(len(ends))]
        rows = {
            "thing": ["body"] * len(ends),
            "agent": names,
            "begin": [date(1950, 1, 1)] * len(ends),
            "end": [None if year is None else date(year, 12, 31) for year in ends],
        }
        standing = frameworks.lasting(
            pl.DataFrame(rows, schema_overrides={"end": pl.Date}), 2020, whole="thing"
        )
        return [name for name in names if name not in standing["agent"]]

    assert left(2014, 2014, 1990) == ["m2"]
    assert left(1995, None, None) == ["m0"]
    assert left(None, None) == []
