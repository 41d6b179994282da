"""Answers as files, from programs and inside other pages."""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from kg import asking, catalogue, workbook
from kg.asking import Answered, Cell, Origin
from kg.catalogue import Column, Question
from kg.namespaces import XSD
from service.questions import api
from tests import needs
from tests.needs import program
from tests.serving import BROWSER, ROWS, Service

IDS = [question.id for question in catalogue.questions()]
#: One question of each theme.
SOME = sorted({question.theme["en"]: question.id for question in catalogue.questions()}.values())
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INDICATOR = "/questions/indicator-values"
PAPERS = "indicator=indicator/co-papers"


def opened(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("question", SOME)
def test_a_workbook_has_the_rows_of_the_answer_and_their_places(
    service: Service, question: str
) -> None:
    reply = service.get(f"/questions/{question}.xlsx?lang=en")
    assert (reply.status, reply.type) == (200, XLSX)
    assert f'filename="{question}.xlsx"' in reply.header("Content-Disposition")
    book = opened(reply.body)
    assert book.sheetnames == ["answer", "sources", "question"]
    answer = service.get(f"/questions/{question}.json?lang=en").json()
    assert book["answer"].max_row == answer["total"] + 1
    places = [place for some in answer["sources"].values() for place in some]
    assert book["sources"].max_row == len(places) + 1
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}


def test_numbers_years_and_days_in_a_workbook_are_typed(service: Service) -> None:
    book = opened(service.get(f"{INDICATOR}.xlsx?{PAPERS}&lang=en").body)
    head, *rows = book["answer"].iter_rows(values_only=True)
    first = dict(zip(head, rows[0], strict=True))
    assert all(isinstance(row[head.index("Indicator value")], int | float) for row in rows)
    assert 2021 in [row[head.index("Period")] for row in rows]
    assert first["About (IRI)"].startswith("https://w3id.org/istc-kg/id/")
    assert book["answer"].freeze_panes == "A2"
    head, *places = book["sources"].iter_rows(values_only=True)
    assert all(
        isinstance(place[head.index("Retrieved")], datetime.datetime)
        and place[head.index("Place")]
        and place[head.index("Document")]
        for place in places
    )


def test_a_workbook_says_how_it_was_made(service: Service) -> None:
    book = opened(service.get(f"{INDICATOR}.xlsx?{PAPERS}&lang=zh").body)
    assert book.sheetnames == ["答案", "出处", "问题"]
    rows = list(book["问题"].iter_rows(values_only=True))
    said = {row[0]: row[1:] for row in rows if row[0]}
    assert said["指标"][:2] == ("合作论文数", "indicator/co-papers")
    about = service.get("/version").json()
    assert said["数据版本"][0] == about["data"]["version"]
    assert said["数据摘要（SHA-256）"][0] == about["data"]["digest"]
    link = urlsplit(said["链接"][0])
    again = service.get(f"{link.path}?{link.query}", "text/csv")
    assert again.body == service.get(f"{INDICATOR}.csv?{PAPERS}&lang=zh").body
    start = next(n for n, row in enumerate(rows) if row[0] == "查询")
    query = "\n".join(row[1] or "" for row in rows[start:])
    assert "VALUES ?indicator" in query
    total = len(service.sparql(query).json()["results"]["bindings"])
    assert total == book["答案"].max_row - 1


def test_the_same_answer_is_the_same_workbook(service: Service) -> None:
    path = "/questions/rankings.xlsx?lang=zh"
    assert service.get(path).body == service.get(path).body


def hostile(*cells: Cell, role: str = "text") -> Answered:
    """An answer with one column of these cells."""
    both = {"zh": "题", "en": "=1+1"}
    columns = (Column("x", role, both), Column("e", "evidence", both))
    question = Question("x", both, both, both, (), columns, "table", {}, "=1+1\nSELECT")
    rows = tuple({"x": cell, "e": Cell("")} for cell in cells)
    return Answered(question, {}, columns, rows, {}, question.text, "en")


def test_texts_in_a_workbook_never_become_formulas_or_links() -> None:
    texts = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\tx", "http://example.org/", "{=1}", "00123", "1e5"]
    data = workbook.write(hostile(*map(Cell, texts)), Origin(1, "d", "0"), "=cmd()")
    book = opened(data)
    assert [row[0].value for row in book["answer"].iter_rows(min_row=2)] == texts
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells if cell.value != 1} <= {"s", "n"}
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_texts_in_a_table_for_spreadsheets_never_become_formulas() -> None:
    texts = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\tx", "\rx", "\nx", "-", "text"]
    answered = hostile(*map(Cell, [*texts, "-5.5"]))
    found = list(csv.DictReader(io.StringIO(api.as_csv(answered, bom=True)[1:], newline="")))
    assert [row["x"] for row in found] == [*(f"'{text}" for text in texts[:-1]), "text", "-5.5"]
    plain = csv.DictReader(io.StringIO(api.as_csv(answered, bom=False), newline=""))
    assert [row["x"] for row in plain] == [*texts, "-5.5"]


@pytest.mark.parametrize(
    ("text", "kind", "role", "value"),
    [
        ("53", "integer", "value", 53),
        ("39.9", "decimal", "value", 39.9),
        ("12345678901234567890", "integer", "value", "12345678901234567890"),
        ("2021-09-30", "date", "text", datetime.datetime(2021, 9, 30)),
        ("1899-01-01", "date", "text", "1899-01-01"),
        ("2021", "gYear", "text", 2021),
        ("true", "boolean", "text", True),
        ("2016/2021", "string", "period", "2016/2021"),
        ("2012", "string", "period", 2012),
        ("2012", "string", "text", "2012"),
    ],
)
def test_a_cell_has_the_type_of_its_term(text: str, kind: str, role: str, value: object) -> None:
    cell = Cell(text, datatype=None if kind == "string" else XSD + kind)
    data = workbook.write(hostile(cell, role=role), Origin(1, "d", "0"), "")
    assert opened(data)["answer"]["A2"].value == value


@pytest.mark.parametrize("question", SOME)
def test_sparql_results_of_a_question_are_those_of_its_query(
    service: Service, question: str
) -> None:
    reply = service.get(f"/questions/{question}.srj?lang=en")
    assert (reply.status, reply.type) == (200, ROWS)
    query = service.get(f"/questions/{question}.rq?lang=en").text
    assert reply.json() == service.sparql(query).json()


@pytest.mark.parametrize("accept", [XLSX, ROWS])
def test_files_can_be_asked_for_by_their_type(service: Service, accept: str) -> None:
    reply = service.get(INDICATOR, accept)
    assert (reply.status, reply.type) == (200, accept)
    etag = reply.header("ETag")
    assert service.get(INDICATOR, accept, If_None_Match=etag).status == 304


def test_a_range_of_years_is_given_whole_open_or_by_the_two_fields_of_the_form(
    service: Service,
) -> None:
    def years(query: str) -> list[str]:
        reply = service.get(f"{INDICATOR}.json?{PAPERS}&{query}")
        assert reply.status == 200, reply.text
        return [row["period"]["text"] for row in reply.json()["rows"]]

    whole = years("years=")
    some = years("years=2016..2019")
    assert 0 < len(some) < len(whole)
    assert some == years("years_from=2016&years_to=2019")
    assert len(years("years=2016..")) + len(years("years=..2015")) == len(whole)
    assert years("years_from=&years_to=") == whole
    page = service.page(f"{INDICATOR}?{PAPERS}&years=2016..2019").text
    assert re.search(r'name="years_from" value="2016"', page)
    assert re.search(r'name="years_to" value="2019"', page)


@pytest.mark.parametrize("value", ["x", "2019..2016", "20160..", "1..2"])
def test_a_wrong_range_is_told_with_an_example(service: Service, value: str) -> None:
    for tag, word in (("en", "range"), ("zh", "区间")):
        reply = service.get(f"{INDICATOR}.json?years={value}", Accept_Language=tag)
        (error,) = reply.json()["errors"]
        assert (reply.status, error["parameter"]) == (422, "years")
        assert word in error["expected"]


def snippets(service: Service, path: str) -> dict[str, str]:
    """The programs on the page of a question, by name."""
    share = service.page(path).text.partition('class="share"')[2].partition("</section>")[0]
    found = re.findall(r"<h3>(.*?)</h3>\s*<pre class=\"snippet\"><code>(.*?)</code>", share, re.S)
    return {html.unescape(name): html.unescape(text) for name, text in found}


def test_the_line_for_curl_fetches_the_answer(service: Service, tmp_path: Path) -> None:
    curl = program("curl", "curl")
    line = snippets(service, f"{INDICATOR}?{PAPERS}&years=2014..2021")["curl"]
    words = shlex.split(line)
    assert words[0] == "curl"
    done = subprocess.run([curl, "--silent", *words[1:]], cwd=tmp_path, check=False)
    assert done.returncode == 0
    fetched = (tmp_path / "indicator-values.csv").read_bytes()
    path = f"{INDICATOR}.csv?{PAPERS}&years=2014..2021&lang=en"
    assert fetched == service.get(path).body


def test_the_python_program_prints_each_row_of_the_answer(service: Service) -> None:
    text = snippets(service, f"{INDICATOR}?{PAPERS}")["Python, SPARQLWrapper"]
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    total = service.get(f"{INDICATOR}.json?{PAPERS}").json()["total"]
    assert len(done.stdout.splitlines()) == total > 0


@pytest.mark.parametrize("name", ["Python, pandas", "R"])
def test_the_programs_for_data_frames_read_the_table_of_the_answer(
    service: Service, name: str
) -> None:
    text = snippets(service, f"{INDICATOR}?{PAPERS}")[name]
    (address,) = re.findall(r'"(http[^"]+)"', text)
    assert address.startswith(service.url)
    parts = urlsplit(address)
    reply = service.get(f"{parts.path}?{parts.query}")
    assert reply.type == "text/csv"
    assert table(reply.text) == table(service.get(f"{INDICATOR}.csv?{PAPERS}&lang=en").text)


def test_the_r_program_runs(service: Service) -> None:
    rscript = needs.program("Rscript", "r-base-core")
    text = snippets(service, f"{INDICATOR}?{PAPERS}")["R"]
    done = subprocess.run([rscript, "-e", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_text_of_a_reader_cannot_leave_the_programs(service: Service) -> None:
    evil = "%22%27%3B%20rm%20-rf%20%24(x)%20%3C%2Fcode%3E"
    texts = [
        (q.id, p.name) for q in catalogue.questions() for p in q.parameters if p.type == "text"
    ]
    for question, name in texts:
        found = snippets(service, f"/questions/{question}?{name}={evil}")
        assert len(shlex.split(found["curl"])) == 4
        compile(found["Python, pandas"], "snippet", "exec")
        assert "rm -rf" not in "".join(found.values())
    found = snippets(service, f"{INDICATOR}?{PAPERS}&lang=en&clang={evil}")
    assert "rm -rf" not in "".join(found.values())


def test_the_permanent_link_spells_out_every_value_and_gives_the_same_rows(
    service: Service,
) -> None:
    page = service.page(INDICATOR, "en").text
    (link,) = re.findall(r'class="permalink">.*?href="([^"]+)"', page)
    parts = urlsplit(html.unescape(link))
    assert "indicator=indicator/bri-joint-laboratories" in parts.query
    assert "years=" in parts.query
    assert "lang=en" in parts.query
    again = service.get(f"{parts.path}?{parts.query}", BROWSER, Accept_Language="zh").text
    facts = re.compile(r'class="fact" href="([^"?]+)')
    assert facts.findall(again) == facts.findall(page) != []
    assert "China" in again


def test_only_the_view_for_frames_may_be_framed(service: Service) -> None:
    view = service.page(f"{INDICATOR}/embed?{PAPERS}")
    assert view.status == 200
    policy = view.header("Content-Security-Policy")
    assert "frame-ancestors *" in policy
    rest = service.page(INDICATOR).header("Content-Security-Policy")
    assert "frame-ancestors 'none'" in rest
    assert policy.replace("frame-ancestors *", "frame-ancestors 'none'") == rest
    for path in ("/", "/questions", "/sparql", f"{INDICATOR}.json", "/questions/nothing"):
        assert "frame-ancestors 'none'" in service.page(path).header("Content-Security-Policy")


def test_the_view_for_frames_has_rows_and_sources_and_nothing_around_them(
    service: Service,
) -> None:
    page = service.page(f"{INDICATOR}/embed?{PAPERS}", "en").text
    whole = service.page(f"{INDICATOR}?{PAPERS}", "en").text
    assert page.count("<tr>") == whole.count("<tr>")
    assert page.count('class="mark"') == whole.count('class="mark"') > 0
    assert 'class="site"' not in page
    assert "<form" not in page
    assert f'href="{service.url}{INDICATOR}?' in page
    frame = html.unescape(snippets(service, f"{INDICATOR}?{PAPERS}")["HTML"])
    (source,) = re.findall(r'src="([^"]+)"', frame)
    parts = urlsplit(source)
    assert service.page(f"{parts.path}?{parts.query}").status == 200
    assert service.page(f"{INDICATOR}/embed?colour=blue").status == 422


def test_the_catalogue_of_questions_can_be_had_as_rdf(service: Service) -> None:
    from rdflib import RDF, Graph, Namespace, URIRef

    sh = Namespace("http://www.w3.org/ns/shacl#")
    reply = service.get("/questions", "text/turtle")
    assert (reply.status, reply.type) == (200, "text/turtle")
    graph = Graph().parse(data=reply.text, format="turtle")
    assert len(set(graph.subjects(RDF.type, sh.SPARQLSelectExecutable))) == len(IDS)
    for question in catalogue.questions():
        node = URIRef(f"https://w3id.org/istc-kg/id/question/{question.id}")
        assert str(graph.value(node, sh.select)) == question.text
        found = {
            str(graph.value(parameter, sh.path)).partition("#")[2]: {
                label.language: str(label) for label in graph.objects(parameter, sh.name)
            }
            for parameter in graph.objects(node, sh.parameter)
        }
        assert found == {p.name: p.label for p in question.parameters}
    assert service.get("/questions?format=jsonld").type == "application/ld+json"


def test_flat_rows_and_typed_cells_agree() -> None:
    answered = hostile(Cell("5", datatype=XSD + "integer"))
    assert asking.records(answered)[0]["x"] == "5"
