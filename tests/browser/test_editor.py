"""The editor in a real browser: written with completion, run, stopped, read, shared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import homes
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.serving import Service, serving

ISTC = "PREFIX istc: <https://w3id.org/istc-kg/ontology#>\n"
BY_COUNTRY = (
    ISTC + "SELECT ?country (COUNT(DISTINCT ?fact) AS ?facts)\n"
    "WHERE { ?fact a istc:QuantitativeFact ; istc:counterpart ?country .\n"
    "  ?country a istc:Country }\n"
    "GROUP BY ?country ORDER BY DESC(?facts)\n"
)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FIELD = ".CodeMirror textarea"
RUN = 'form.editor button[type="submit"]'
CONTROL, ENTER, TAB, RIGHT = "\ue009", "\ue007", "\ue004", "\ue014"
EDITOR = "const editor = document.querySelector('.CodeMirror').CodeMirror; "


@pytest.fixture(scope="module")
def service(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a home of its own, in which links may be kept."""
    home = homes.copy(built_home, tmp_path_factory.mktemp("editor") / "home")
    with serving(home) as running:
        yield running


def wait(reader: Browser, condition: str, *arguments: str) -> None:
    """Wait until a script returns something true."""
    until = time.monotonic() + SECONDS
    while not reader.run(f"return {condition}", *arguments):
        assert time.monotonic() < until, condition
        time.sleep(0.02)


def seen(reader: Browser, css: str) -> None:
    """Wait until there is an element."""
    wait(reader, "!!document.querySelector(arguments[0])", css)


def opened(reader: Browser, service: Service, path: str = "/sparql?lang=en") -> None:
    reader.open(service.url + path)
    seen(reader, ".CodeMirror")


def write(reader: Browser, query: str, cursor: str = "") -> None:
    """Replace the query; the cursor goes behind a part of it."""
    reader.run(EDITOR + "editor.setValue(arguments[0]); editor.focus()", query)
    if cursor:
        before = query[: query.index(cursor) + len(cursor)]
        line, character = before.count("\n"), len(before) - before.rfind("\n") - 1
        reader.run(
            EDITOR + "editor.setCursor({ line: +arguments[0], ch: +arguments[1] })",
            str(line),
            str(character),
        )


def run(reader: Browser, query: str, css: str) -> None:
    """Run a query and wait for what it gives."""
    reader.run("document.getElementById('results').replaceChildren()")
    write(reader, query)
    reader.press(FIELD, CONTROL + ENTER)
    seen(reader, f"#results {css}")


def query_of(reader: Browser) -> str:
    return reader.value("#query")


def marked(reader: Browser) -> str:
    """What is marked as wrong; colours of the language may divide the mark."""
    script = (
        "return [...document.querySelectorAll('.wrong-here')].map((e) => e.textContent).join('')"
    )
    return str(reader.run(script))


def test_a_query_is_run_and_its_things_have_names_iris_and_pages(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    opened(reader, service)
    run(reader, BY_COUNTRY, "table")
    rows = service.select(BY_COUNTRY)
    assert len(reader.all("#results tbody tr")) == len(rows)
    assert f"{len(rows)} rows" in reader.text("#results .downloads")
    assert rows[0]["country"].endswith("/CHN")
    assert reader.text("#results tbody td a") == "China"
    assert reader.text("#results tbody td .iri") == "id:country/CHN"
    assert reader.attribute("#results tbody td .iri", "title") == rows[0]["country"]
    assert "query=" in reader.url
    assert reader.complaints() == []
    reader.follow("#results tbody td a")
    assert reader.text("h1") == "China"
    reader.back()
    seen(reader, "#results table")
    assert query_of(reader).strip() == BY_COUNTRY.strip()


def test_a_long_answer_is_turned_page_by_page(service: Service, browser: MakeBrowser) -> None:
    reader = browser()
    opened(reader, service)
    run(reader, "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 250", "table")
    assert reader.text("#results tbody th") == "1"
    write(reader, "another query, not yet run")
    reader.click("#results .pages a[rel=next]")
    wait(reader, "document.querySelector('#results tbody th').textContent === '101'")
    assert len(reader.all("#results tbody tr")) == 100
    assert query_of(reader) == "another query, not yet run"


def test_terms_of_the_graph_are_completed_by_name_and_by_label(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    opened(reader, service, "/sparql?lang=zh")
    wait(reader, "performance.getEntriesByName(location.origin + '/sparql/terms').length")
    skos = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    for query, cursor, offered, written in (
        (
            "ASK { ?s a 联合实验 }",
            "联合实验",
            "联合实验室 · joint laboratory",
            "istc:JointLaboratory",
        ),
        (ISTC + "ASK { ?s a istc:JointLab }", "istc:JointLab", "类 2", "istc:JointLaboratory"),
        (ISTC.replace("istc:", "x:") + "ASK { ?s x:valueT }", "x:valueT", "属性", "x:valueText"),
        (ISTC + "ASK { ?s istc:about/istc:locatedI }", "istc:locatedI", "", "istc:locatedIn"),
        (ISTC + "ASK { ?s ?p ?o ; istc:indica }", "istc:indica", "指标", "istc:indicator"),
        ("PREFIX sko", "PREFIX sko", "skos:", skos),
        ("ASK { ?s ?paper ?o . ?pap }", ". ?pap", "", ". ?paper"),
    ):
        write(reader, query, cursor)
        reader.press(FIELD, CONTROL + " ")
        seen(reader, ".CodeMirror-hints")
        assert offered in reader.text(".CodeMirror-hints")
        reader.press(FIELD, ENTER)
        wait(reader, "document.querySelector('#query').value.includes(arguments[0])", written)
        if "istc:" in written:
            wait(reader, "document.querySelector('#query').value.startsWith(arguments[0])", ISTC)
    write(reader, 'ASK { ?s ?p "indica" }', '"indica')
    reader.press(FIELD, CONTROL + " ")
    time.sleep(0.3)
    assert reader.all(".CodeMirror-hints") == []
    assert reader.complaints() == []


def test_a_running_query_is_stopped_on_the_server(service: Service, browser: MakeBrowser) -> None:
    reader = browser(language="en")
    opened(reader, service)
    write(reader, ENDLESS)
    reader.click(RUN)
    wait(reader, "/s of 30 s/.test(document.querySelector('.progress').textContent)")
    assert reader.text(RUN) == "Stop"
    until = time.monotonic() + SECONDS
    while service.get("/sparql/running").json()["running"] == 0:
        assert time.monotonic() < until
    reader.click(RUN)
    seen(reader, "#results .note")
    assert "Stopped after" in reader.text("#results .note")
    assert reader.text(RUN) == "Run"
    assert service.get("/sparql/running").json()["running"] == 0
    run(reader, "ASK {}", ".boolean")


def test_an_error_is_marked_at_its_place_and_a_missing_prefix_inserted_by_a_click(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    opened(reader, service, "/sparql?lang=zh")
    run(reader, "SELECT * {\n  ?论文 foaf:name ?o\n} LIMIT 1\n", ".wrong-box")
    assert marked(reader) == "foaf:name"
    assert "前缀 foaf: 未声明" in reader.text("#results")
    assert "第 2 行" in reader.text("#results")
    reader.click(".insert")
    assert query_of(reader).startswith("PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nSELECT")
    assert reader.all(".wrong-here") == []
    reader.press(FIELD, CONTROL + ENTER)
    seen(reader, "#results .view")
    assert reader.all(".wrong-box") == []


def test_an_error_on_a_page_of_its_own_is_marked_as_well(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    opened(reader, service, "/sparql?query=SELECT%20*%20%7B%20?s%20foaf:name%20?o%20%7D")
    assert marked(reader) == "foaf:name"
    run(reader, "ASK {}", ".boolean")
    assert reader.all("article.problem") == []


def test_results_are_drawn_as_chart_and_as_map(service: Service, browser: MakeBrowser) -> None:
    reader = browser()
    opened(reader, service, "/sparql?lang=zh")
    run(reader, BY_COUNTRY, "table")
    reader.click("#tab-chart")
    seen(reader, "#view-chart svg path")
    texts = "[...document.querySelectorAll(arguments[0] + ' svg text')].map((t) => t.textContent)"
    assert {"中国", "美国"} <= set(reader.run(f"return {texts}", "#view-chart"))
    reader.click("#tab-map")
    seen(reader, "#view-map svg path")
    assert any(text.startswith("美国 ") for text in reader.run(f"return {texts}", "#view-map"))
    assert "Natural Earth" in reader.text("#view-map .notes")
    # The view that was chosen stays chosen when the query is run again.
    reader.run("document.getElementById('results').replaceChildren()")
    reader.click(RUN)
    wait(reader, "document.querySelectorAll('#view-map svg path').length > 100")
    run(
        reader,
        "SELECT ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } LIMIT 3",
        "table",
    )
    assert reader.all("#tab-map") == []
    assert reader.attribute("#tab-table", "aria-selected") == "true"
    reader.press("#tab-table", RIGHT)
    assert reader.complaints() == []


def test_numbers_over_years_are_drawn_as_lines(service: Service, browser: MakeBrowser) -> None:
    reader = browser(language="en")
    opened(reader, service)
    rows = " ".join(f"({year} {value})" for year, value in ((2014, 5), (2015, 8), (2016, 13)))
    run(reader, f"SELECT ?year ?papers {{ VALUES (?year ?papers) {{ {rows} }} }}", "table")
    reader.click("#tab-chart")
    seen(reader, "#view-chart figure[data-view=line] svg path")
    reader.click("#view-chart .kinds option[value=bar]")
    seen(reader, "#view-chart figure[data-view=bar] svg path")
    assert reader.text("#view-chart figure[data-view=line]") == ""


def test_yes_or_no_graphs_and_the_response_itself_are_shown(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    opened(reader, service, "/sparql?lang=zh")
    run(reader, "ASK { ?s ?p ?o }", ".boolean")
    assert reader.text(".boolean") == "是"
    run(reader, "DESCRIBE <https://w3id.org/istc-kg/id/org/cas>", "pre")
    assert "istc:" in reader.text("#view-graph pre")
    assert "中国科学院" in reader.text("#view-graph pre")
    reader.click("#tab-response")
    wait(reader, "document.querySelector('#view-response code').textContent.length > 100")
    assert "HTTP 200 · text/turtle" in reader.text("#view-response")
    run(reader, "SELECT (6 * 7 AS ?answer) {}", "table")
    reader.click("#tab-response")
    wait(reader, "document.querySelector('#view-response code').textContent.includes('\"42\"')")
    assert reader.complaints() == []


def test_a_query_of_any_length_is_downloaded(service: Service, browser: MakeBrowser) -> None:
    reader = browser()
    opened(reader, service, "/sparql?lang=zh")
    long = "SELECT ('中文' AS ?字) {}\n# " + "x" * 50_000
    run(reader, long, "table")
    assert "query=" not in reader.url
    reader.click('.downloads button[value="csv"]')
    assert reader.saved("results.csv") == "\ufeff字\r\n中文\r\n".encode()
    reader.click('.downloads button[value="json"]')
    assert '"中文"' in reader.saved("results.json").decode("utf-8")
    assert reader.complaints() == []


def test_the_catalogue_gives_examples_found_in_both_languages(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    opened(reader, service)
    items = "[...document.querySelectorAll('.examples li')]"
    shown = f"return {items}.filter((item) => item.offsetParent).length"
    for words in ("belt road patents", "一带一路 专利"):
        reader.type(".examples .search input", words)
        found = int(reader.run(shown))
        assert 0 < found < 40, words
        assert reader.all('.examples a[href*="bri-patent-partners-over-100"]')
    reader.run("document.querySelector('.examples a[href*=bri-patent-partners]').click()")
    wait(reader, "document.querySelector('#query').value.includes('VALUES')")
    assert "#+" not in query_of(reader)
    assert "Example loaded" in reader.text(".progress")
    reader.click(RUN)
    seen(reader, "#results table")
    total = service.get("/questions/bri-patent-partners-over-100.json").json()["total"]
    assert len(reader.all("#results tbody tr")) == total
    reader.type(".examples .search input", "")


def test_a_link_is_made_copied_and_opened_by_somebody_else(
    service: Service, browser: MakeBrowser
) -> None:
    writer = browser(language="en")
    opened(writer, service)
    query = BY_COUNTRY + "# " + "x" * 20_000
    write(writer, query)
    writer.click("button[formaction]")
    seen(writer, ".link input")
    link = writer.value(".link input")
    assert urlsplit(link).path.startswith("/q/")
    assert len(link) < 60
    writer.click(".link button")
    wait(writer, "document.querySelector('.link button').textContent === 'Copied'")
    assert writer.complaints() == []
    reader = browser(language="zh")
    reader.open(link)
    seen(reader, ".CodeMirror")
    assert query_of(reader).strip() == query.strip()
    assert reader.text("h1") == "SPARQL 端点"


def test_a_draft_and_its_results_go_along_to_the_other_language(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    opened(reader, service)
    write(reader, "# a draft\nASK {}")
    reader.follow('.languages a[lang="zh"]')
    seen(reader, ".CodeMirror")
    assert query_of(reader) == "# a draft\nASK {}"
    run(reader, BY_COUNTRY, "table")
    assert reader.text("#results tbody td a") == "中国"
    reader.follow('.languages a[lang="en"]')
    seen(reader, "#results table")
    assert reader.text("#results tbody td a") == "China"


def test_the_keyboard_leads_into_the_editor_and_out_again(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    opened(reader, service)
    label = "return document.activeElement.getAttribute('aria-label')"
    reader.run(EDITOR + "editor.focus()")
    assert reader.run(label) == "SPARQL query"
    before = query_of(reader)
    reader.press(FIELD, TAB)
    assert reader.run("return document.activeElement.textContent") == "Run"
    assert query_of(reader) == before


@pytest.mark.parametrize("width", [360, 1280])
def test_the_editor_asks_nobody_else_and_fits_the_window(
    service: Service, browser: MakeBrowser, width: int
) -> None:
    reader = browser(size=(width, 900))
    opened(reader, service, "/sparql?lang=zh")
    for query, css in (
        (BY_COUNTRY, "table"),
        ("SELECT * { ?s foaf:x ?o }", ".wrong-box"),
        ("DESCRIBE <https://w3id.org/istc-kg/id/org/cas>", "pre"),
    ):
        run(reader, query, css)
        for tab in ("table", "chart", "map", "response"):
            if reader.all(f"#tab-{tab}"):
                reader.run("document.getElementById(arguments[0]).click()", f"tab-{tab}")
                content, window = reader.width()
                assert content <= window, (query, tab)
    ours = (service.url, "data:", "blob:", "chrome:", "about:")
    assert [url for url in reader.asked() if not url.startswith(ours)] == []
    assert [line for line in reader.complaints() if "400" not in line] == []


def test_without_script_a_query_is_run_shared_and_downloaded(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(script=False, language="en")
    reader.open(service.url + "/sparql?lang=en")
    reader.follow('.examples a[href*="example="]')
    assert "SELECT" in reader.value("#query")
    reader.type("#query", BY_COUNTRY)
    reader.follow(RUN)
    assert reader.text("#results tbody td a") == "China"
    assert reader.text("#results [data-name=map]") == ""
    reader.click('.downloads button[value="csv"]')
    assert reader.saved("results.csv").startswith(b"\xef\xbb\xbfcountry,facts\r\n")
    reader.follow("button[formaction]")
    assert "/q/" in reader.text(".link")
    assert reader.value("#query").strip() == BY_COUNTRY.strip()
