"""Strengths and gaps, and matching, on a register of which everything can be counted by hand."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from kg.analysis import running
from kg.analysis.results import Result
from kg.namespaces import ID
from tests import homes
from tests.analysis.partnered import register
from tests.cli.conftest import run
from tests.importing.conftest import write_register


@pytest.fixture(scope="module")
def home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partners")
    home = folder / "home"
    homes.copy(built_home, home)
    write_register(register(), folder / "hand.xlsx")
    done = run(home, "import", "hand.xlsx", "--yes", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def _rows(result: Result, table: str) -> list[dict[str, Any]]:
    """Rows with keys in the place of IRIs."""
    return [
        {
            name: cell.removeprefix(ID) if isinstance(cell, str) else cell
            for name, cell in row.items()
        }
        for row in result.tables[table]
    ]


@pytest.fixture(scope="module")
def gaps(home: Path) -> Result:
    return running.run(home, "strengths-and-gaps", {"field": "ford/1.2"})


@pytest.fixture(scope="module")
def matched(home: Path) -> Result:
    given = {"field": "ford/1.2", "organisation": "org/t-alpha", "year": "2026"}
    return running.run(home, "matching", given)


def test_who_is_strong_here_and_with_whom_they_work(gaps: Result) -> None:
    [alpha] = _rows(gaps, "strong")
    counts = ("things", "works", "projects", "leading", "abroad", "countries", "position")
    assert alpha["organisation"] == "org/t-alpha"
    assert [alpha[name] for name in counts] == ["1", "0", "1", "1", "1", "1", "3"]
    [tie] = _rows(gaps, "ties")
    assert (tie["here"], tie["partner"], tie["strength"]) == ("org/t-alpha", "org/t-gamma", "1")
    [country] = _rows(gaps, "countries")
    assert (country["country"], country["things"]) == ("country/DEU", "1")


def test_strong_bodies_abroad_that_nobody_here_works_with(gaps: Result) -> None:
    delta, epsilon = _rows(gaps, "untapped")
    found = [
        [row[name] for name in ("organisation", "things", "elsewhere", "shared", "through")]
        for row in (delta, epsilon)
    ]
    assert found == [
        ["org/t-delta", "2", "0", "1", "org/t-gamma"],
        ["org/t-epsilon", "1", "1", "0", None],
    ]
    assert "2" in delta["reason"]["zh"]
    assert "introduce them: 1" in delta["reason"]["en"]


def test_links_that_hang_on_one_project_or_one_body(gaps: Result) -> None:
    [thin] = _rows(gaps, "thin")
    assert (thin["partner"], thin["thing"], thin["body"]) == (
        "org/t-gamma",
        "project/t-p1",
        "org/t-alpha",
    )
    cut = {row["keystone"]: (row["cut"], row["countries"]) for row in _rows(gaps, "keystones")}
    assert cut == {
        "org/t-alpha": ("3", "2"),
        "project/t-p1": ("3", "2"),
        "org/t-gamma": ("2", "1"),
        "project/t-p2": ("2", "1"),
        "org/t-delta": ("1", "1"),
        "project/t-p3": ("1", "1"),
    }


def test_every_row_names_the_facts_behind_it_and_their_places(
    gaps: Result, matched: Result
) -> None:
    for result in (gaps, matched):
        for table in result.asked.tables:
            if table.name != "countries":
                for row in result.tables[table.name]:
                    facts = row["evidence"]
                    assert facts, (table.name, row)
                    assert set(facts) <= result.sources.keys()


def test_candidates_are_ranked_with_their_components(matched: Result) -> None:
    rows = {row["organisation"]: row for row in _rows(matched, "candidates")}
    parts = ("field", "past", "neighbours", "complement", "standing")
    assert {who: [row[part] for part in parts] for who, row in rows.items()} == {
        "org/t-gamma": ["100", "100", "0", "100", "100"],
        "org/t-delta": ["100", "0", "100", "100", "100"],
        "org/t-epsilon": ["75", "0", "0", "0", "63.1"],
    }
    assert list(rows)[2] == "org/t-epsilon"
    assert float(rows["org/t-gamma"]["frameworks"]) > float(rows["org/t-epsilon"]["frameworks"])


def test_weight_in_a_field_is_a_reason_only_where_a_field_is_sought(
    matched: Result, built_home: Path
) -> None:
    weighty = "在该领域参与事项多"
    said = [row["reason"]["zh"] for row in matched.tables["candidates"]]  # type: ignore[index, call-overload]
    assert any(weighty in reason for reason in said)
    bare = running.run(built_home, "matching")
    assert bare.tables["candidates"]
    assert all(weighty not in str(row["reason"]) for row in bare.tables["candidates"])


def test_partners_are_sought_in_the_countries_that_a_group_has_in_the_year(
    built_home: Path,
) -> None:
    found = {
        year: {
            row["country"]
            for row in _rows(
                running.run(built_home, "matching", {"sought": "group/eu", "year": year}),
                "frameworks",
            )
        }
        for year in ("2019", "2022")
    }
    assert "country/GBR" in found["2019"] - found["2022"]


def test_only_agreements_in_force_are_said_to_cover_it(matched: Result, home: Path) -> None:
    found = {row["thing"]: row for row in _rows(matched, "frameworks")}
    lasting = found["agreement/t-lasting"]
    assert (lasting["country"], lasting["parties"], lasting["until"]) == (
        "country/DEU",
        "2",
        "2030",
    )
    assert "agreement/t-ended" not in found
    then = running.run(home, "matching", {"field": "ford/1.2", "year": "2009"})
    assert "agreement/t-ended" in {row["thing"] for row in _rows(then, "frameworks")}


def test_a_need_finds_the_offers_that_fit_it(home: Path) -> None:
    result = running.run(home, "matching", {"need": "notice/hand-0001", "year": "2026"})
    [offer] = _rows(result, "notices")
    assert (offer["notice"], offer["organisation"]) == ("notice/hand-0002", "org/t-delta")
    assert offer["field"] == "100"
    # Partners are sought in Germany alone.
    assert {row["country"] for row in _rows(result, "candidates")} == {"country/DEU"}
    # The offer finds the need in turn.
    turned = running.run(home, "matching", {"need": "notice/hand-0002", "year": "2026"})
    assert [row["notice"] for row in _rows(turned, "notices")] == ["notice/hand-0001"]


def test_an_offer_without_kind_or_contact_is_refused_with_its_row(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "notices.csv"
    columns = ("key", "class", "kind", "contact", "label_zh", "label_en", "field")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [columns, ("0001", "CooperationOffer", "money", "", "标题", "Title", "1.2")]
        )
    done = run(home, "import", str(path), "--dry-run", "--json", cwd=tmp_path)
    assert done.returncode == 1
    found = {f["column"]: f["row"] for f in json.loads(done.stdout)["findings"]}
    assert found == {"contact": 2, "kind": 2}


def test_the_command_line_tells_the_same(home: Path, tmp_path: Path, matched: Result) -> None:
    done = run(
        home,
        *("analyse", "matching", "field=ford/1.2", "organisation=org/t-alpha", "year=2026"),
        *("--table", "candidates", "--format", "csv", "--lang", "en"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    lines = list(csv.reader(io.StringIO(done.stdout)))
    assert len(lines) == 1 + len(matched.tables["candidates"])
    assert "Gamma Institute" in done.stdout
