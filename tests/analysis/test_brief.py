"""The brief agrees with SPARQL on the papers, pandas on the raw files, and a register by hand."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from kg.analysis import running
from kg.analysis.results import Result
from kg.namespaces import ID, VOCAB
from kg.store import versions
from tests.analysis.coauthored import YEARS, coauthored, raw
from tests.cli.conftest import run
from tests.importing.conftest import Rows, write_register

PREFIXES = """
PREFIX istc: <https://w3id.org/istc-kg/ontology#>
PREFIX id: <https://w3id.org/istc-kg/id/>
PREFIX country: <https://w3id.org/istc-kg/id/country/>
PREFIX initiative: <https://w3id.org/istc-kg/id/initiative/>
"""
BODIES = {
    "alpha": "country/CHN",
    "beta": "country/CHN",
    "gamma": "country/DEU",
    "delta": "country/DEU",
    "zeta": "country/DEU",
    "epsilon": "country/FRA",
}
#: Field, and who takes part: the first coordinates.
PROJECTS = {
    "p1": ("1.2", ("alpha", "gamma")),
    "p2": ("3", ("beta", "delta")),
    "p3": ("1.2", ("zeta", "epsilon")),
    "p4": ("1.2", ("epsilon", "delta")),
}
AGREEMENTS = {"lasting": "2030-12-31", "ended": "2010-12-31"}


def _register() -> Rows:
    def relation(subject: str, predicate: str, to: str) -> dict[str, Any]:
        return {"subject": subject, "predicate": predicate, "object": to}

    def named(key: str, kind: str) -> dict[str, Any]:
        return {"key": key, "class": kind, "label_zh": f"试验 {key}", "label_en": f"Trial {key}"}

    source = named("doc/hand", "SourceDataset") | {"publisher": "测试", "retrieved": "2026-01-15"}
    relations = [relation(f"org/t-{key}", "country", home) for key, home in BODIES.items()]
    relations += [
        relation(f"project/t-{key}", "fieldOfScience", f"v:ford/{field}")
        for key, (field, _) in PROJECTS.items()
    ]
    for key, until in AGREEMENTS.items():
        it = f"agreement/t-{key}"
        relations += [relation(it, "hasParty", f"country/{party}") for party in ("CHN", "DEU")]
        relations.append(relation(it, "inForceFrom", '"2000-01-01"^^date'))
        relations.append(relation(it, "expiresOn", f'"{until}"^^date'))
    for key, china, germany in (
        ("disputed", ("2013",), ("2013", "2015")),
        ("joined", ("2011",), ("2012",)),
    ):
        for party, years in (("CHN", china), ("DEU", germany)):
            relations += [
                relation(f"agreement/t-{key}", "hasParty", f"country/{party}") | {"period": year}
                for year in years
            ]
    return {
        "documents": [source],
        "actors": [named(f"org/t-{key}", "ResearchOrganization") for key in BODIES],
        "programmes": [named(f"project/t-{key}", "Project") for key in PROJECTS],
        "agreements": [
            named(f"agreement/t-{key}", "IntergovernmentalAgreement")
            for key in (*AGREEMENTS, "disputed", "joined")
        ],
        "relations": relations,
        "participations": [
            {
                "in": f"project/t-{key}",
                "agent": f"org/t-{who}",
                "role": "participant" if number else "coordinator",
                "period": "2020",
            }
            for key, (_, parts) in PROJECTS.items()
            for number, who in enumerate(parts)
        ],
    }


@pytest.fixture(scope="module")
def home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The papers, co-authorship of some countries, and the register."""
    folder = tmp_path_factory.mktemp("brief")
    home = coauthored(built_home, folder / "home")
    write_register(_register(), folder / "hand.xlsx")
    done = run(home, "import", "hand.xlsx", "--yes", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture(scope="module")
def german(home: Path) -> Result:
    return running.run(home, "brief", {"partner": "country/DEU", "field": "ford/1.2"})


def _rows(result: Result, table: str) -> list[dict[str, Any]]:
    """Rows with keys in the place of IRIs."""
    return [
        {
            name: cell.removeprefix(ID) if isinstance(cell, str) else cell
            for name, cell in row.items()
        }
        for row in result.tables[table]
    ]


def _figures(result: Result) -> dict[str, tuple[float, str]]:
    rows = result.answered("key-figures", "en").rows
    return {r["figure"].text: (float(r["value"].text), r["beside"].text) for r in rows}


def test_joint_works_are_those_of_the_raw_files(german: Result) -> None:
    found = raw(YEARS[1]).drop_duplicates(["one", "other"]).set_index(["one", "other"])["works"]
    before = raw(YEARS[0]).drop_duplicates(["one", "other"]).set_index(["one", "other"])["works"]
    joint, china, germany = (found[p] for p in (("CHN", "DEU"), ("CHN", "CHN"), ("DEU", "DEU")))
    figures = _figures(german)
    assert figures["Joint works"] == (joint, "all fields")
    grown = (joint / before["CHN", "DEU"]) ** (1 / (YEARS[1] - YEARS[0])) - 1
    assert figures["Growth of joint works per year"][0] == pytest.approx(100 * grown, abs=0.005)
    for name, country, other, own in (
        ("Share of the country’s works with others", "CHN", "DEU", china),
        ("Share of the partner’s works with others", "DEU", "CHN", germany),
    ):
        partners = found[country].drop(country)
        share, beside = figures[name]
        assert share == pytest.approx(100 * joint / own, abs=0.005)
        place = 1 + (partners > partners[other]).sum()
        assert f"no. {place} of {len(partners)}" in beside
    strength = joint / (china * germany) ** 0.5
    assert figures["Strength of the tie (Salton)"][0] == pytest.approx(strength, rel=5e-4)
    rows = german.tables["over-time"]
    assert [(row["period"], float(str(row["works"]))) for row in rows] == [
        (str(YEARS[0]), before["CHN", "DEU"]),
        (str(YEARS[1]), joint),
    ]


def test_records_of_both_in_the_field_are_counted_and_named(german: Result) -> None:
    assert [row["project"] for row in _rows(german, "projects")] == ["project/t-p1"]
    assert [(row["home"], row["partner"]) for row in _rows(german, "organisations")] == [
        ("org/t-alpha", "org/t-gamma")
    ]
    # Delta is in the field too, yet works with beta in another one.
    assert [row["organisation"] for row in _rows(german, "untapped")] == ["org/t-zeta"]
    assert _figures(german)["Projects with both"] == (1, "of the chosen field")


def test_without_a_field_the_records_of_all_fields_count(home: Path) -> None:
    found = running.run(home, "brief", {"partner": "country/DEU"})
    projects = {row["project"] for row in _rows(found, "projects")}
    assert projects == {"project/t-p1", "project/t-p2"}


def test_agreements_stand_as_of_the_last_year(home: Path, german: Result) -> None:
    states = {row["agreement"]: row["state"]["en"] for row in _rows(german, "agreements")}
    assert states["agreement/t-lasting"] == "in force"
    assert states["agreement/t-ended"] == "expired 2010-12-31"
    value, beside = _figures(german)["Agreements and instruments that have not expired"]
    assert (value, "1 more have expired" in beside) == (3, True)
    earlier = running.run(home, "brief", {"partner": "country/DEU", "years": "2000..2009"})
    states = {row["agreement"]: row["state"]["en"] for row in _rows(earlier, "agreements")}
    assert states["agreement/t-ended"] == "in force"


def test_what_the_papers_state_is_what_sparql_finds(built_home: Path) -> None:
    found = running.run(built_home, "brief", {"partner": "country/PAK", "top": "1000"})
    now = versions.current(built_home)
    assert now is not None
    store = Store.read_only(str(now.path))

    def ask(query: str) -> set[str]:
        rows = store.query(PREFIXES + query, use_default_graph_as_union=True)
        return {row[0].value for row in rows}  # type: ignore[union-attr]

    figures = ask(
        "SELECT ?f { VALUES (?a ?c) { (country:PAK country:CHN) (id:org\\/uaf-pakistan country:CHN)"
        " (id:place\\/beijing country:PAK) (country:CHN country:PAK) }"
        " ?f istc:about ?a ; istc:counterpart ?c ; istc:value ?v }"
    )
    assert {row["evidence"][0] for row in found.tables["stated"]} == figures  # type: ignore[index]
    platforms = ask(
        "SELECT ?p { ?p a istc:CooperationPlatform ; istc:partnerCountry country:PAK ;"
        " istc:establishedBy|istc:hostedBy|istc:partnerCountry ?who ."
        " ?who istc:locatedIn*/istc:partOf* country:CHN }"
    )
    assert platforms
    assert {row["thing"] for row in found.tables["platforms"]} >= platforms
    policies = ask("SELECT ?p { ?p a istc:PolicyDocument ; istc:implements initiative:bri }")
    assert {row["policy"] for row in found.tables["policies"]} >= policies
    statements = ask("SELECT ?f { ?f istc:about country:PAK ; istc:statement ?s }")
    assert {row["evidence"][0] for row in found.tables["statements"]} == statements  # type: ignore[index]


def test_every_row_of_facts_names_them_and_gaps_are_told(built_home: Path, german: Result) -> None:
    for table in german.asked.tables:
        rows = german.answered(table.name, "zh").rows
        assert table.name == "gaps" or all(row["evidence"].facts for row in rows)
    bare = running.run(built_home, "brief", {"partner": "country/PAK", "field": "ford/4"})
    told = {row["matter"]["zh"]: row for row in bare.tables["gaps"]}  # type: ignore[index, call-overload]
    assert "所选领域中双方参与的项目" in told
    assert "istc collect --only belt-and-road" in str(
        told["各国首份共建“一带一路”合作文件"]["remedy"]
    )
    known = {row["matter"]["zh"] for row in german.tables["gaps"]}  # type: ignore[index, call-overload]
    assert "两国历年合著作品数" not in known


def test_years_on_which_sources_differ_stand_side_by_side(german: Result) -> None:
    [row] = [r for r in _rows(german, "differences") if r["matter"] == "agreement/t-disputed"]
    assert row["values"] == {"zh": "2013；2015", "en": "2013; 2015"}
    assert row["outcome"] == f"{VOCAB}comparison-outcome/conflict"
    # Each party joins when it joins: that is no difference.
    told = {row["matter"] for row in _rows(german, "differences")}
    assert "agreement/t-joined" not in told


@pytest.mark.parametrize(
    ("partner", "ranks"),
    [("GBR", {"3": "", "2": "Europe"}), ("DEU", {"2": "", "1": "Europe"})],
)
def test_a_rank_in_europe_and_that_of_all_stand_apart_with_their_scope(
    built_home: Path, partner: str, ranks: dict[str, str]
) -> None:
    found = running.run(built_home, "brief", {"partner": f"country/{partner}", "top": "40"})
    rows = [
        row
        for row in found.answered("stated", "en").rows
        if str(row["indicator"].iri).endswith("rank-partner-country-in-istc")
    ]
    assert {row["value"].text: row["scope"].text for row in rows} == ranks
    assert {row["counterpart"].text for row in rows} == {"Beijing"}


def test_each_share_says_of_what_it_is(built_home: Path) -> None:
    words = ("analyse", "brief", "partner=country/USA", "top=1000", "--table", "stated")
    done = run(built_home, *words, "--format", "csv", "--lang", "en", cwd=built_home)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    shares = {
        row["value"]: row["scope_iri"].removeprefix(ID)
        for row in rows
        if row["indicator_iri"].endswith("share-of-istc-cooperation")
    }
    assert shares == {
        "20": "population/beijing-istc-cooperations",
        "79": "population/beijing-istc-cooperations-north-america",
    }


def test_a_platform_has_the_years_of_both_ends(built_home: Path) -> None:
    found = running.run(built_home, "brief", {"partner": "country/PAK"})
    years = {row["thing"]: row["period"] for row in _rows(found, "platforms")}
    assert years["platform/most-overseas-parks"] == "2016/2021"
    # The source says that the alliance is there, and not that it ended.
    assert years["platform/cpec-university-alliance"] is None


def test_a_group_that_the_partner_has_left_ties_no_policy_to_it(built_home: Path) -> None:
    """The United Kingdom was in the European Union until 2020."""
    then, now = (
        running.run(built_home, "brief", {"partner": "country/GBR", "top": "1000", **years})
        for years in ({"years": "..2015"}, {})
    )
    tied = [{row["named"] for row in _rows(found, "policies")} for found in (then, now)]
    assert "group/eu" in tied[0] - tied[1]
