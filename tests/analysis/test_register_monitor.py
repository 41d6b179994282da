"""A register with the totals of the paper on Beijing gives back every share that the paper prints.

What the tool computes is counted again by pandas on the raw CSV, which is no part of the product.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from kg.analysis.results import Result
from kg.analysis.running import run
from kg.namespaces import ID, VOCAB
from tests import homes
from tests.analysis import beijing

AGREE, COMPATIBLE = (f"{VOCAB}comparison-outcome/{name}" for name in ("agree", "compatible"))
CONFLICT = f"{VOCAB}comparison-outcome/conflict"
#: Modes that the register writes as notations.
NOTATIONS = {
    "rd": "研发合作", "transfer": "成果转化与推广", "market": "市场合作",
    "talent": "人才引进与交流", "standard": "标准制定",
}  # fmt: skip


@pytest.fixture(scope="module")
def result(register_home: Path) -> Result:
    return run(register_home, "register-monitor")


def rows(result: Result, table: str, *names: str) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows of a table by the texts of the columns that name them."""
    found = result.answered(table, "zh").rows
    return {
        tuple(row[name].text for name in names): {n: c.text for n, c in row.items()}
        for row in found
    }


def exact(*wordings: str) -> list[tuple[str | None, str]]:
    return [(AGREE, wording) for wording in wordings]


def table(home: Path, name: str) -> pd.DataFrame:
    """A raw file of the register."""
    with (home.with_name("register") / f"{name}.csv").open(encoding="utf-8") as file:
        frame = pd.DataFrame(list(csv.DictReader(file)))
    return frame.rename(columns=lambda heading: heading.partition(" / ")[0])


def exploded(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame[column].str.split("|").explode()


def folded(frame: pd.DataFrame, column: str, several: str) -> pd.Series:
    """One value a row: several of them, or `mixed`, are one value of their own."""
    cells = frame[column].where(~frame[column].str.contains("|", regex=False), several)
    return cells.replace("mixed", several)


def test_the_shares_that_the_paper_prints_come_out_of_a_register_with_its_totals(
    result: Result,
) -> None:
    found = {
        name: [
            (row["outcome"].iri, row["wording"].text)
            for row in result.answered(name).rows
            if row["wording"].text
        ]
        for name in ("carriers", "sectors", "modes", "partner-kinds", "continents", "districts")
    }
    assert found["carriers"] == exact("40%", "32%", "18%", "7%", "3%")
    assert found["sectors"] == exact("31%", "20%")
    assert sorted(found["modes"]) == sorted(
        [*exact("58%", "7%", "5%", "1%"), (COMPATIBLE, "超过10%"), (COMPATIBLE, "超过10%")]
    )
    assert sorted(found["partner-kinds"]) == sorted(
        [*exact("66.5%", "0.9%"), (COMPATIBLE, "超过10%"), (COMPATIBLE, "超过10%")]
    )
    assert [outcome for outcome, _ in found["continents"]] == [COMPATIBLE] * 6
    # The paper's 14.3 % for Chaoyang cannot be of 365 entities (52 are 14.2 %): the tool says so.
    assert [w for outcome, w in found["districts"] if outcome == CONFLICT] == ["14.3%"]
    assert (AGREE, "45%") in found["districts"]


def test_numbers_positions_and_growth_stand_beside_those_of_the_paper(
    register_home: Path, result: Result
) -> None:
    partners = table(register_home, "cooperations")["合作方"].nunique()
    overview = rows(result, "overview", "measure")
    assert {name: row["number"] for (name,), row in overview.items()} == {
        "合作主体": "365", "其中登记有合作的主体": "365", "合作": "1000",
        "具名合作方": str(partners), "合作国家（地区）": "89", "合作方所在大洲": "6",
        "有合作主体的区域": "15",
    }  # fmt: skip
    assert {r["outcome"] for r in overview.values() if r["wording"]} <= {"一致", "相容"}
    years = rows(result, "entities-by-year", "year")
    assert [years[y,]["entities"] for y in ("2012", "2013", "2014", "2018")] == [
        "28", "43", "261", "365"
    ]  # fmt: skip
    assert [years[y,]["outcome"] for y in ("2012", "2013", "2014", "2018")] == ["一致"] * 4
    assert (years["2013",]["newcomers"], years["2013",]["growth"]) == ("15", "53.6")
    countries = rows(result, "countries", "country")
    positions = {name: row["rank"] for (name,), row in countries.items() if row["published_rank"]}
    assert positions == {"美国": "1", "德国": "2", "英国": "3", "日本": "4", "韩国": "6"}
    assert countries["美国",]["outcome"] == "相容"  # also printed as “at least 20 %”
    for name in ("sectors-by-continent", "modes-by-continent", "countries-by-sector"):
        compared = [r["outcome"].iri for r in result.answered(name).rows if r["outcome"].iri]
        assert compared
        assert set(compared) == {AGREE}, name


def test_every_breakdown_is_what_pandas_counts_on_the_raw_file(
    register_home: Path, result: Result
) -> None:
    entities, cooperations = table(register_home, "entities"), table(register_home, "cooperations")
    expected = {
        "districts": entities["所在地"].value_counts(),
        "carriers": entities["载体类型"].value_counts(),
        "sectors": exploded(entities, "产业领域").value_counts(),
        "modes": folded(cooperations, "合作模式", "多种模式").value_counts(),
        "partner-kinds": folded(cooperations, "合作方性质", "两种以上性质").value_counts(),
    }
    for name, counted in expected.items():
        key = "place" if name == "districts" else "value"
        found = {
            row[key].text: int(row["number"].text)
            for row in result.answered(name, "zh").rows
            if row["number"].text not in ("", "0") and "和" not in row[key].text
        }
        assert found == {NOTATIONS.get(str(k), k): v for k, v in counted.items()}, name
        whole = len(entities) if name in ("districts", "carriers", "sectors") else len(cooperations)
        for row in result.answered(name, "zh").rows:
            if row["share"].text:
                share = 100 * int(row["number"].text) / whole
                assert float(row["share"].text) == pytest.approx(share, abs=0.006)
    shares = cooperations["合作方国家（地区）"].value_counts(normalize=True)
    concentration = rows(result, "concentration", "dimension")
    hhi = float(concentration["国家（地区）（合作）",]["hhi"])
    assert hhi == pytest.approx(10000 * (shares**2).sum(), abs=0.5)
    top = float(concentration["国家（地区）（合作）",]["top3"])
    assert top == pytest.approx(100 * shares.nlargest(3).sum(), abs=0.006)


def test_filters_hold_for_all_tables_and_leave_the_paper_out_of_the_comparison(
    register_home: Path,
) -> None:
    chosen = {"place": "place/haidian", "continent": "group/europe", "years": "2014..2016"}
    found = run(register_home, "register-monitor", chosen)
    entities, cooperations = table(register_home, "entities"), table(register_home, "cooperations")
    haidian = set(entities[entities["所在地"] == "海淀区"]["中文名称"])
    begin, end = (cooperations["合作起止时间"].str.split("-").str[at].astype(int) for at in (0, 1))
    europe = {*beijing.COUNTRIES["Europe"], *beijing.OTHERS["Europe"].split()}
    kept = cooperations[
        cooperations["合作主体"].isin(haidian)
        & cooperations["合作方国家（地区）"].isin(europe)
        & (begin <= 2016)
        & (end >= 2014)
    ]
    overview = rows(found, "overview", "measure")
    assert overview["合作",]["number"] == str(len(kept))
    assert overview["合作国家（地区）",]["number"] == str(kept["合作方国家（地区）"].nunique())
    kinds = rows(found, "partner-kinds", "value")
    mixed = folded(kept, "合作方性质", "两种以上性质").eq("两种以上性质").sum()
    assert kinds["两种以上性质",]["number"] == str(mixed)
    assert {row["outcome"] for row in kinds.values()} == {""}
    assert [year for (year,) in rows(found, "entities-by-year", "year")] == ["2014", "2015", "2016"]
    assert set(rows(found, "districts", "place")) >= {("海淀区",)}


def test_each_row_names_the_rows_of_the_register_and_the_place_in_the_paper(result: Result) -> None:
    [park] = [
        row for row in result.answered("carriers", "zh").rows if row["value"].text == "科技园区"
    ]
    assert len(park["records"].facts) == beijing.CARRIERS["科技园区"]
    places = {s.locator for f in park["records"].facts for s in result.sources[f]}
    assert all(place.startswith("entities.csv, row ") for place in places)
    [printed] = park["paper"].facts
    assert printed == f"{ID}fact/ping-2023-0050"


def test_without_a_register_the_tables_hold_the_figures_of_the_paper_alone(
    built_home: Path, tmp_path: Path
) -> None:
    copy = homes.copy(built_home, tmp_path / "home")
    found = run(copy, "register-monitor")
    carriers = rows(found, "carriers", "value")
    assert {row["wording"] for row in carriers.values()} == {"40%", "32%", "18%", "7%", "3%"}
    assert {(row["number"], row["outcome"]) for row in carriers.values()} == {("", "")}
    assert found.answered("entities").rows == ()
    assert found.answered("concentration").rows == ()
    years = rows(found, "entities-by-year", "year")
    assert [row["published"] for row in years.values()] == ["28", "43", "261", "365"]
