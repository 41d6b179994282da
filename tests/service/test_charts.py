"""Charts of answers: each view gets what it needs; nothing is drawn that no row says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kg import catalogue, open_graph
from kg.asking import Answered, Cell
from kg.graph import Graph
from service.formatting import said
from service.questions import charts
from service.questions.reading import number
from tests.serving import ROOT, Service

VENDOR = ROOT / "service" / "static" / "vendor"
DRAWN = [q.id for q in catalogue.questions() if q.view not in ("table", "figure")]
HOSTILE = "</script><script>alert(1)</script>\u2028&<img src=x onerror=alert(2)>{b}"
Ask = Callable[..., Answered]


@pytest.fixture(scope="module")
def graph(built_home: Path) -> Graph:
    return open_graph(built_home)


@pytest.fixture(scope="module")
def ask(graph: Graph) -> Ask:
    def answer(question: str, language: str = "zh", **parameters: str) -> Answered:
        return graph.answer(question, parameters, language)

    return answer


@pytest.fixture(scope="module")
def codes(graph: Graph) -> dict[str, str]:
    rows = graph.query(
        "PREFIX istc: <https://w3id.org/istc-kg/ontology#>"
        "SELECT ?country ?code { ?country istc:numericCode ?code }"
    )
    return {row["country"]: row["code"] for row in rows}


def described(answered: Answered, codes: dict[str, str] | None = None) -> dict[str, Any]:
    chart = charts.describe(answered, codes)
    assert chart is not None
    return chart


def digits(text: str) -> str:
    """A number as a reader sees it, in digits."""
    bare = text.replace(",", "")
    powers = {"亿": 10**8, "万": 10**4, " billion": 10**9, " million": 10**6}
    word = next((word for word in powers if bare.endswith(word)), "")
    figure = bare.removesuffix(word)
    return str(Decimal(figure) * powers[word]) if word and number(figure) is not None else bare


@pytest.mark.parametrize("question", DRAWN)
def test_a_question_that_promises_a_chart_has_one_in_both_languages(
    ask: Ask, codes: dict[str, str], question: str
) -> None:
    for language in ("zh", "en"):
        chart = described(ask(question, language), codes)
        assert chart["title"] == catalogue.question(question).title[language]
        assert json.loads(charts.embedded(chart)) == chart


@pytest.mark.parametrize("question", [q for q in DRAWN if catalogue.question(q).view == "bar"])
def test_bars_show_the_numbers_of_the_rows_and_never_two_units_on_one_axis(
    ask: Ask, question: str
) -> None:
    chart = described(ask(question))
    for panel in chart["panels"]:
        rows = [chart["rows"][index]["cells"] for index in panel["rows"]]
        assert len({text for row in rows for _, text, role in row if role == "unit"}) <= 1
        for measure in panel["measures"]:
            for series in measure["series"]:
                assert len(series["values"]) == len(panel["categories"]) == len(rows)
                for row, value in zip(rows, series["values"], strict=True):
                    numbers = {number(digits(text)) for _, text, _ in row}
                    assert value is None or value["value"] is None or value["value"] in numbers


def test_bars_tell_apart_what_they_stand_for(ask: Ask) -> None:
    (panel,) = described(ask("joint-papers-by-field", "en"))["panels"]
    answered = ask("joint-papers-by-field", "en")
    assert panel["categories"] == [row["field"].text for row in answered.rows]
    papers = panel["measures"][0]["series"][0]["values"]
    assert papers[0]["text"] == "34,592"


@pytest.mark.parametrize(
    ("plain", "chinese", "english"),
    [
        ("733400000000", "7,334亿", "733.4 billion"),
        ("1250000000", "12.5亿", "1.25 billion"),
        ("5000000000000", "5万亿", "5 trillion"),
        ("999900000000", "9,999亿", "999.9 billion"),
        ("123456789", "123,456,789", "123,456,789"),
        ("99990000", "9,999万", "99.99 million"),
        ("-399600", "-39.96万", "-399,600"),
        ("10000", "1万", "10,000"),
        ("34592", "34,592", "34,592"),
        ("9900", "9,900", "9,900"),
        ("0.05", "0.05", "0.05"),
        ("1." + "3" * 40, "1." + "3" * 40, "1." + "3" * 40),
        ("1E+99", "1E+99", "1E+99"),
        ("NaN", "NaN", "NaN"),
    ],
)
def test_large_numbers_are_said_in_the_words_of_the_language_and_never_rounded(
    plain: str, chinese: str, english: str
) -> None:
    assert said(Decimal(plain), "zh") == chinese
    assert said(Decimal(plain), "en") == english


@pytest.mark.parametrize(("language", "words"), [("zh", "7,334亿"), ("en", "733.4 billion")])
def test_a_large_number_reads_the_same_in_chart_and_table_and_is_digits_in_files(
    service: Service, language: str, words: str
) -> None:
    page = service.page("/questions/high-tech-exporters", language).text
    assert f'<data value="733400000000">{words}</data>' in page
    block = page.partition('<script type="application/json">')[2].partition("</script>")[0]
    chart = json.loads(block)
    assert chart["panels"][0]["measures"][0]["series"][0]["values"][0]["text"] == words
    assert words in [text for _, text, _ in chart["rows"][0]["cells"]]
    for kind in ("csv", "json"):
        text = service.get(f"/questions/high-tech-exporters.{kind}?lang={language}").text
        assert "733400000000" in text
        assert words not in text


def test_bounds_that_were_derived_have_three_significant_digits(ask: Ask) -> None:
    (panel,) = described(ask("covid-papers"))["panels"]
    values = panel["measures"][0]["series"][0]["values"]
    assert [value["text"] for value in values] == ["31.7–35.0", "23.8–26.3"]
    assert values[0]["low"] == 31.6635


def test_parts_of_a_whole_have_a_chart_for_each_whole(ask: Ask) -> None:
    answered = ask("beijing-breakdowns")
    (heading,) = (c.label["zh"] for c in answered.columns if c.name == "breakdown")
    chart = described(answered)
    for panel in chart["panels"]:
        if "·" in panel["label"]:
            cells = [cell for index in panel["rows"] for cell in chart["rows"][index]["cells"]]
            assert len({text for label, text, _ in cells if label == heading}) == 1


@pytest.mark.parametrize("question", DRAWN)
def test_the_rows_of_a_chart_are_those_that_are_drawn(
    ask: Ask, codes: dict[str, str], question: str
) -> None:
    chart = described(ask(question), codes)
    named: set[int] = set()

    def look(part: Any) -> None:
        if isinstance(part, dict):
            named.update([part["row"]] if "row" in part else part.get("rows", ()))
            for other in part.values():
                look(other)
        elif isinstance(part, list):
            for other in part:
                look(other)

    look({key: part for key, part in chart.items() if key != "rows"})
    assert sorted(named) == list(range(len(chart["rows"])))
    assert all(row["sources"] for row in chart["rows"])


def test_a_line_has_its_points_in_the_order_of_time(ask: Ask) -> None:
    panel = described(ask("beijing-entities-by-year"))["panels"][0]
    (line,) = panel["series"]
    times = [point["begin"] for point in line["points"]]
    assert times == sorted(times)
    assert (line["points"][0]["when"], line["points"][0]["text"]) == ("2012", "28")


def test_a_map_knows_countries_by_code_and_names_what_it_cannot_show(
    ask: Ask, codes: dict[str, str]
) -> None:
    answered = ask("bri-patent-partners-over-100")
    panel = described(answered, codes)["panels"][0]
    places = {place["code"]: place for place in panel["places"]}
    assert places["702"]["name"] == "新加坡"
    assert len(places) == len(answered.rows)
    fewer = {iri: code for iri, code in codes.items() if code != "702"}
    assert described(answered, fewer)["panels"][0]["missing"] == ["新加坡"]
    assert charts.describe(answered, {}) is None


def test_an_inexact_number_says_so_and_keeps_its_printed_words(
    ask: Ask, codes: dict[str, str]
) -> None:
    chart = described(ask("bri-patent-partners-over-100"), codes)
    for place in chart["panels"][0]["places"]:
        assert place["text"].startswith("> ")
        assert place["exact"] is False
        row = chart["rows"][place["row"]]
        assert ["超过100件", "wording"] in [cell[1:] for cell in row["cells"]]
        assert row["sources"]


def test_ranks_are_marked_as_such(ask: Ask) -> None:
    (panel,) = described(ask("bri-top-partners-by-field"))["panels"]
    assert panel["rank"] is True
    shares = described(ask("problem-types-by-document"))["panels"][0]
    assert shares["rank"] is False


def test_a_matrix_has_one_cell_for_each_row(ask: Ask) -> None:
    answered = ask("bri-top-partners-by-field")
    (panel,) = described(answered)["panels"]
    cells = {
        (panel["down"]["names"][c["down"]], panel["across"]["names"][c["across"]], c["text"])
        for c in panel["cells"]
    }
    assert cells == {
        (row["country"].text, row["field"].text, row["position"].text) for row in answered.rows
    }


def test_a_network_has_each_tie_of_the_rows_with_its_relation(ask: Ask) -> None:
    answered = ask("platforms-and-partners")
    chart = described(answered)
    names = {node["id"]: node["name"] for node in chart["nodes"]}
    ties = {(names[link["source"]], names[link["target"]]) for link in chart["links"]}
    assert ties == {(row["platform"].text, row["partner"].text) for row in answered.rows}
    assert {label for link in chart["links"] for label in link["labels"]} == {
        row["relation"].text for row in answered.rows
    }
    most = max(chart["nodes"], key=lambda node: node["degree"])
    assert most["degree"] == sum(most["id"] in (k["source"], k["target"]) for k in chart["links"])


def test_a_timeline_counts_what_has_no_date(ask: Ask) -> None:
    answered = ask("policies-and-issuers")
    chart = described(answered)
    begins = [event["begin"] for event in chart["events"] if event["begin"] is not None]
    assert begins == sorted(begins)
    assert chart["undated"] == sum(not row["period"].text for row in answered.rows)
    shown = {index for event in chart["events"] for index in event["rows"]}
    assert len(shown) + chart["undated"] == len(answered.rows)


def test_a_single_figure_is_there_as_text(ask: Ask) -> None:
    figures = described(ask("papers-per-patent", "en"))["figures"]
    assert figures[0]["text"] == "33.4"


def test_a_table_has_no_chart(ask: Ask) -> None:
    assert charts.describe(ask("rankings")) is None


@pytest.mark.parametrize("view", ["line", "map", "timeline"])
def test_rows_that_do_not_fit_the_view_have_no_chart(ask: Ask, view: str) -> None:
    answered = ask("digital-balance")
    other = replace(answered, question=replace(answered.question, view=view))
    assert charts.describe(other) is None


def test_many_categories_are_cut_and_counted(ask: Ask) -> None:
    answered = ask("digital-balance")
    first = answered.rows[0]
    rows = tuple(
        {**first, "aspect": Cell(f"Aspect {n}"), "trends": Cell(str(n))} for n in range(1, 60)
    )
    (panel,) = described(replace(answered, rows=rows))["panels"]
    assert len(panel["categories"]) == 40
    assert panel["total"] == 59


def test_hostile_labels_stay_data(ask: Ask) -> None:
    answered = ask("digital-balance")
    rows = tuple({**row, "aspect": Cell(f"{HOSTILE} {n}")} for n, row in enumerate(answered.rows))
    chart = described(replace(answered, rows=rows))
    text = str(charts.embedded(chart))
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text)["panels"][0]["categories"][0] == f"{HOSTILE} 0"


def test_a_page_has_its_chart_as_data_and_hides_the_box_until_it_is_drawn(
    service: Service,
) -> None:
    for language, word in (("zh", "保存为 SVG"), ("en", "Save as SVG")):
        page = service.page("/questions/joint-papers-by-field", language).text
        assert '<figure class="chart" hidden' in page
        assert word in page
        block = page.partition('<script type="application/json">')[2].partition("</script>")[0]
        chart = json.loads(block)
        assert chart["title"] in page
        assert chart["rows"][0]["href"].startswith("/doc/")
        for address in re.findall(r'<script src="([^"]+)"', page):
            assert service.get(address).type == "text/javascript"
    assert "<figure" not in service.page("/questions/rankings").text


def test_no_page_loads_a_library_that_is_not_the_published_one() -> None:
    said = (VENDOR / "README.md").read_text("utf-8")
    library = next(VENDOR.glob("echarts-*/echarts.min.js"))
    assert hashlib.sha256(library.read_bytes()).hexdigest() in said
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert folder.name in said
            assert (folder / "LICENSE").is_file()


def test_every_country_of_an_answer_has_a_place_on_the_map(ask: Ask, codes: dict[str, str]) -> None:
    world = json.loads(next(VENDOR.glob("world-atlas-*/world.json")).read_text("utf-8"))
    lands = {feature["properties"]["name"] for feature in world["features"]}
    assert {"156", "586", "840"} <= lands
    assert "702" not in lands
    for question in [q for q in DRAWN if catalogue.question(q).view == "map"]:
        for panel in described(ask(question), codes)["panels"]:
            assert {place["code"] for place in panel["places"]} <= world["centres"].keys()


def test_no_land_crosses_the_edge_of_the_map() -> None:
    world = json.loads(next(VENDOR.glob("world-atlas-*/world.json")).read_text("utf-8"))
    for feature in world["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                steps = [abs(a[0] - b[0]) for a, b in pairwise(ring)]
                assert max(steps) < 180, feature["properties"]


def test_a_tree_has_every_thing_once_below_what_it_belongs_to(ask: Ask) -> None:
    dimensions = described(ask("measures-by-task", "en"))["roots"]
    assert len(dimensions) == 4
    assert sum(len(task["children"]) for root in dimensions for task in root["children"]) == 84
    parts = {root["name"]: root for root in described(ask("framework-structure", "zh"))["roots"]}
    platform = next(c for c in parts["设施（设施革新）"]["children"] if c["name"] == "平台设施")
    assert [child["name"] for child in platform["children"]] == [
        "大型数据存储与共享平台",
        "高性能计算",
    ]
    assert "高性能计算" not in [c["name"] for c in parts["设施（设施革新）"]["children"]]


def test_the_network_of_a_thing_draws_so_many_ties_as_can_be_read_and_says_so(ask: Ask) -> None:
    chart = described(ask("network", "en", focus="country/CHN"))
    assert len(chart["links"]) == 40
    assert chart["shown"] < chart["total"] > 150
    start = next(node for node in chart["nodes"] if node["id"].endswith("/country/CHN"))
    assert start["kind"] == "Start"
    assert start["degree"] == 40
    only = described(ask("network", "en", focus="country/CHN", kind="Country"))
    assert {node["kind"] for node in only["nodes"]} == {"Start", "country or region"}
