"""Tools as people and programs use them: pages, progress, tables, files, reports, citations."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars
import pytest

from kg import open_graph
from kg.analysis import projecting
from kg.analysis.catalogue import analyses, analysis, parse
from kg.errors import InvalidInput
from kg.namespaces import ID
from tests import needs
from tests.cli.conftest import run
from tests.serving import Reply, Service

TOOL = "/tools/indicator-framework"
TABLE = f"{TOOL}/values"


def ready(ask: Callable[[], Reply]) -> Reply:
    """The answer, once it has been computed."""
    for _ in range(60):
        reply = ask()
        if reply.status != 202:
            return reply
        assert int(reply.header("Retry-After")) > 0
        assert reply.header("Cache-Control") == "no-store"
        time.sleep(1)
    raise AssertionError("The result does not come.")


def page(service: Service, path: str, language: str = "en") -> Reply:
    return ready(lambda: service.page(path, language))


def get(service: Service, path: str) -> Reply:
    return ready(lambda: service.get(path, Prefer="wait=30"))


@pytest.mark.parametrize("one", needs.sample([one.id for one in analyses()], 3))
def test_every_tool_has_a_page_in_both_languages(service: Service, one: str) -> None:
    found = analysis(one)
    for language in ("zh", "en"):
        reply = page(service, f"/tools/{one}", language)
        assert reply.status == 200, reply.text[:2000]
        text = html.unescape(reply.text)
        assert found.title[language] in text
        for table in found.tables:
            assert f'id="{table.name}"' in text
            assert table.question.title[language] in text


def test_a_thing_leads_to_a_tool_that_takes_it(service: Service) -> None:
    ways = [
        (table.question.id, way)
        for one in analyses()
        for table in one.tables
        for way in table.onward.values()
    ]
    assert ("experts/experts", ("expert", "person")) in ways
    for _, (tool, parameter) in ways:
        assert any(p.name == parameter and p.type == "thing" for p in analysis(tool).parameters)
    found = re.findall(r'class="onward" href="([^"]+)"', page(service, "/tools/experts").text)
    assert "/tools/expert?person=person/chen-fahu" in found
    text = page(service, "/tools/expert?person=person/chen-fahu").text
    assert "<title>One expert: Chen Fahu –" in text
    assert 'class="othername"><a href="/doc/person/chen-fahu"' in text


def test_what_it_means_to_choose_none_is_said(service: Service) -> None:
    for language, words in (("zh", "无人退出，它本身终止"), ("en", "nobody, it ends itself")):
        assert words in page(service, "/tools/what-if", language).text
    described = service.get("/openapi.json").json()["paths"]["/tools/what-if"]["get"]["parameters"]
    [leaver] = [one for one in described if one.get("name") == "leaver"]
    assert leaver["description"].endswith("empty means nobody, it ends itself.")


def test_tools_are_listed_and_in_the_menu(service: Service) -> None:
    assert '<a href="/tools">' in service.page("/", "en").text.replace("?lang=en", "")
    listed = service.page("/tools", "zh").text
    for one in analyses():
        assert f'href="/tools/{one.id}"' in listed
        assert one.title["zh"] in listed
    told = service.get("/tools?format=json", "application/json").json()["tools"]
    assert [one["id"] for one in told] == [one.id for one in analyses()]
    assert all(one["tables"] and one["parameters"] for one in told)


def test_the_list_and_the_page_say_which_data_sets_are_lacking(service: Service) -> None:
    for language, word in (("zh", "需载入数据集"), ("en", "needs data sets")):
        listed = service.page("/tools", language).text
        for one in analyses():
            entry = listed.partition(f'href="/tools/{one.id}')[2].partition("</dd>")[0]
            assert (word in entry) == bool(one.needs), one.id
    text = page(service, "/tools/network-positions").text
    assert "istc collect FOLDER --only openalex-country-coauthorship" in text
    assert "World co-authorship by country pair" in text
    assert '<code>docs/importing.md</code> · <a href="/imports/new"' in text
    assert "istc collect" not in page(service, "/tools/tasks").text


def test_the_documents_of_the_tasks_are_those_that_state_something(
    service: Service, built_home: Path
) -> None:
    text = page(service, "/tools/tasks").text
    options = text.partition('name="document"')[2].partition("</select>")[0]
    found = dict(re.findall(r'<option value="(doc/[^"]+)"[^>]*>[^<]*\((\d+)\)</option>', options))
    for key, number in found.items():
        tables = [
            open_graph(built_home).analyse("tasks", table, document=key)
            for table in ("problems", "recommendations")
        ]
        # Problems that have a recommendation are no gap, and in no row.
        assert 0 < sum(map(len, tables)) <= int(number), key
    named = {
        row["document_iri"].removeprefix(ID)
        for table in ("problems", "recommendations")
        for row in open_graph(built_home).analyse("tasks", table)
    }
    assert named == set(found)


def test_a_stated_tie_bears_the_name_of_the_partner(service: Service) -> None:
    rows = get(service, "/tools/organisation-profile/things.json?lang=en").json()["rows"]
    ties = [row for row in rows if row["role"]["iri"].endswith("#cooperatesWith")]
    assert "country/USA" in {row["thing"]["iri"].removeprefix(ID) for row in ties}
    assert all(row["thing"]["label"]["en"] for row in rows)


def test_a_result_is_computed_once_and_has_an_entity_tag(service: Service) -> None:
    first = page(service, TOOL)
    again = service.get(TOOL, "text/html", Accept_Language="en", If_None_Match=first.header("ETag"))
    assert again.status == 304
    assert service.page(TOOL, "en").body == first.body


def test_a_program_that_does_not_wait_is_told_to_come_again(service: Service) -> None:
    path = f"{TABLE}.json?country=country/PAK"
    reply = service.get(path, Prefer="wait=0")
    assert reply.status == 202
    assert reply.json()["status"] == "running"
    told = get(service, path).json()
    assert told["values"]["country"] == "country/PAK"


def test_a_table_comes_as_json_csv_and_xlsx_with_its_sources(service: Service) -> None:
    told = get(service, f"{TABLE}.json?lang=en").json()
    rows = list(csv.DictReader(io.StringIO(get(service, f"{TABLE}.csv?lang=en").text)))
    assert len(rows) == told["total"] > 5
    row = next(r for r in rows if r["measured_iri"].endswith("intergovernmental-st-agreements"))
    assert row["value"] == "115"
    assert row["source"].startswith("Expand international science")
    assert told["sources"][row["source_iri"]][0]["locator"] == "3.1"
    book = openpyxl.load_workbook(io.BytesIO(get(service, f"{TABLE}.xlsx?lang=en").body))
    assert book.sheetnames == ["answer", "sources", "question"]
    assert [cell.value for cell in book["answer"][1]][:2] == ["Category", "Category (IRI)"]
    whole = openpyxl.load_workbook(io.BytesIO(get(service, f"{TOOL}.xlsx?lang=en").body))
    assert whole.sheetnames[:2] == ["1 Indicators and their definiti", "2 Values of the country"]
    everything = get(service, f"{TOOL}.json?lang=en").json()
    assert everything["tables"]["values"]["rows"] == told["rows"]
    assert everything["data"] == told["data"]


def test_each_figure_on_a_page_leads_to_the_place_that_states_it(service: Service) -> None:
    text = page(service, TOOL).text
    section = text.partition('id="values"')[2].partition("</section>")[0]
    assert 'class="mark" href="/doc/location/ren-2022/' in section
    assert 'class="fact" href="/doc/fact/ren-2022-' in section


def test_a_permanent_link_has_all_values(service: Service) -> None:
    text = page(service, TOOL).text
    [link] = re.findall(r'class="permalink">.*?href="([^"]+)"', text, re.S)
    assert "country=country/CHN" in link
    assert "category=" in link
    assert page(service, link.removeprefix(service.url).replace("&amp;", "&")).status == 200


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/tools/nothing", 404, "There is no tool “nothing”."),
        (f"{TOOL}/nothing.csv", 404, "has no table “nothing”"),
        (f"{TOOL}?country=country/XXX", 422, "Wrong parameters: country."),
        (f"{TOOL}?colour=blue", 422, "Wrong parameters: colour."),
        ("/tools/network-positions?network=planets", 422, "one of: countries, organizations"),
        ("/dumps/1/table/nothing.parquet", 404, "There is no table “nothing”."),
    ],
)
def test_what_is_wrong_is_said(service: Service, path: str, status: int, words: str) -> None:
    reply = service.get(path, "application/json", Accept_Language="en")
    assert reply.status == status
    assert words in json.dumps(reply.json(), ensure_ascii=False)


def test_a_report_holds_all_tables_and_the_documents_behind_them(service: Service) -> None:
    for language, words in (("zh", "本报告依据的文献"), ("en", "Documents behind this report")):
        text = page(service, f"{TOOL}/report", language).text
        assert words in text
        assert text.count('class="tool-table"') == 2
        assert "10.3981/j.issn.1000-7857.2022.20.005" in text


def test_a_table_is_cited_and_compared_with_that_of_today(service: Service) -> None:
    get(service, f"{TABLE}.json?lang=en")
    reply = service.send("POST", f"{TABLE}/cite?lang=en")
    assert reply.status == 303
    frozen = service.page(reply.header("Location"), "en")
    assert frozen.status == 200
    assert 'data-state="current"' in frozen.text
    assert f"{TABLE}?" in frozen.text
    csv_file = service.get(reply.header("Location").partition("?")[0] + ".csv")
    assert csv_file.text.startswith("category,category_iri")


def test_the_tables_behind_the_tools_are_downloads(service: Service, tmp_path: Path) -> None:
    number = service.get("/version", "application/json").json()["data"]["version"]
    reply = ready(lambda: service.get(f"/dumps/{number}/table/figures.parquet"))
    assert reply.type == "application/vnd.apache.parquet"
    assert "immutable" in reply.header("Cache-Control")
    table = polars.read_parquet(io.BytesIO(reply.body))
    assert table.columns == list(projecting.projection("figures").columns)
    query = """PREFIX istc: <https://w3id.org/istc-kg/ontology#>
        SELECT ?fact ?value { ?fact istc:about <https://w3id.org/istc-kg/id/country/CHN> ;
        istc:indicator <https://w3id.org/istc-kg/id/indicator/intergovernmental-st-agreements> ;
        istc:value ?value }"""
    for row in service.select(query):
        assert table.filter(fact=row["fact"])["value"].to_list() == [float(row["value"])]
    page_text = service.page("/downloads", "en").text
    for one in projecting.projections():
        assert f"/dumps/{number}/table/{one.name}.parquet" in page_text


def test_the_command_line_computes_the_same(
    service: Service, built_home: Path, tmp_path: Path
) -> None:
    name = TOOL.removeprefix("/tools/")
    words = ("analyse", name, "--table", "values", "--format", "csv", "--lang", "en")
    done = run(built_home, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    web = get(service, f"{TABLE}.csv?lang=en").text
    assert done.stdout.splitlines() == web.splitlines()
    listed = run(built_home, "analyse", "--format", "json", cwd=tmp_path)
    assert {one["id"] for one in json.loads(listed.stdout)} == {one.id for one in analyses()}
    wrong = run(built_home, "analyse", name, "country=nowhere", cwd=tmp_path)
    assert wrong.returncode == 3
    assert wrong.stderr.startswith("istc: Wrong parameters: country")
    assert "Traceback" not in wrong.stderr
    unknown = run(built_home, "analyse", "indicator-frame", cwd=tmp_path)
    assert "Did you mean indicator-framework" in unknown.stderr


def test_a_notebook_gets_the_same_rows(built_home: Path) -> None:
    rows = open_graph(built_home).analyse("indicator-framework", "values", language="en")
    agreements = [row for row in rows if "Intergovernmental" in row["measured"]]
    assert [row["value"] for row in agreements] == ["115"]
    assert agreements[0]["source"].startswith("Expand international science")


def test_a_report_is_a_file_that_stands_by_itself(built_home: Path, tmp_path: Path) -> None:
    done = run(built_home, "analyse", "indicator-framework", "--report", "r.html", "--lang", "zh",
               cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "r.html").read_text("utf-8")
    assert analysis("indicator-framework").title["zh"] in text
    assert not re.search(r'<script|(?:src|href)="(?!#|https?://)', text)
    assert "127.0.0.1" not in text


def test_a_table_is_exported_from_the_command_line(built_home: Path, tmp_path: Path) -> None:
    done = run(built_home, "export", "pairs.parquet", "--table", "pairs", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = polars.read_parquet(tmp_path / "pairs.parquet")
    assert found.columns == list(projecting.projection("pairs").columns)
    assert found["fact"].n_unique() > 50


GOOD: dict[str, Any] = {
    "title": "{zh: 例, en: Example}",
    "rationale": "{zh: 例, en: Example}",
    "theme": "{zh: 例, en: Example}",
    "parameters": "{way: {type: choice, values: {a: {zh: 甲, en: A}}, label: {zh: 法, en: Way}}}",
    "tables": "{one: {title: {zh: 表, en: Table}, view: table, "
    "columns: {a: {role: text, label: {zh: 甲, en: A}}}}}",
}


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("title", "{zh: 例}", "needed in zh and in en"),
        ("tables", "null", "A mapping is needed"),
        ("tables", "{one: {title: {zh: 表, en: T}, view: pie, columns: {}}}", "“pie” is not"),
        ("parameters", "{way: {type: choice, label: {zh: 法, en: W}}}", "A mapping is needed"),
        (
            "parameters",
            "{w: {type: choice, values: {a: {zh: 甲, en: A}}, default: b, label: {zh: 法, en: W}}}",
            "“b” is not allowed",
        ),
        ("colour", "blue", "The key “colour” is unknown"),
        ("parameters", "{n: {type: number, label: {zh: 数, en: N}, empty: {zh: 无}}}", "in zh and"),
        (
            "tables",
            "{one: {title: {zh: 表, en: T}, view: table, onward: {a: expert}, "
            "columns: {a: {role: thing, label: {zh: 甲, en: A}}}}}",
            "“expert” is no tool with its parameter",
        ),
    ],
)
def test_a_mistake_in_the_file_of_a_tool_is_named(key: str, text: str, words: str) -> None:
    def written(entries: dict[str, Any]) -> str:
        return "\n".join(f"{name}: {entry}" for name, entry in entries.items())

    assert parse("sample.yaml", written(GOOD)).tables[0].question.id == "sample/one"
    with pytest.raises(InvalidInput, match=re.escape(words)) as error:
        parse("sample.yaml", written(GOOD | {key: text}))
    assert "sample.yaml" in (error.value.where or "")
