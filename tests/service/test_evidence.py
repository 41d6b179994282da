"""The pages that read: from a figure to its source, and from a source to all that was taken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.namespaces import BASE, ISTC, RDF_TYPE, RDFS
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests.serving import BROWSER, Service
from tests.writing.conftest import Desk, desk

Read = Callable[[str, str], str]
PREFIX = f"PREFIX istc: <{ISTC}> PREFIX id: <{BASE}id/> "


@pytest.fixture(scope="module")
def read(service: Service) -> Read:
    """`read(path, language)`: the text of a page, fetched once."""

    @cache
    def text(path: str, language: str) -> str:
        reply = service.page(path, language)
        assert reply.status == 200, path
        return reply.text

    return text


def words(text: str) -> str:
    """What a reader sees of a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def section(page: str, anchor: str) -> str:
    """A section of a page by the id of its heading."""
    found = re.search(rf'<h2 id="{anchor}">.*?</section>', page, re.S)
    assert found is not None, anchor
    return found[0]


def cards(page: str) -> dict[str, str]:
    return dict(re.findall(r'<div class="sourcecard" id="([\w-]+)"(.*?)</div>', page, re.S))


@pytest.mark.parametrize("path", ["/doc/country/SGP", "/questions/rankings", "/doc/org/cas"])
def test_each_mark_has_a_card_with_document_and_day_of_retrieval(
    read: Read, service: Service, path: str
) -> None:
    rows = service.select(PREFIX + "SELECT ?d ?on { ?d istc:retrievedOn ?on }")
    dated = {row["d"].rpartition("/")[2]: row["on"] for row in rows}
    page = read(path, "zh")
    marks = re.findall(r'<a class="mark" href="([^"]+)" data-source="([^"]+)">([^<]+)<', page)
    assert marks
    found = cards(page)
    assert {card for _, card, _ in marks} == set(found)
    for address, card, text in marks:
        # Without script the mark is a link to the place, with it a door to the card.
        assert address.startswith("/doc/location/")
        document, _, locator = unescape(text).partition(" ")
        assert locator
        assert f'href="/doc/doc/{document}"' in found[card]
        assert dated.get(document, "") in found[card]


def test_the_card_of_a_figure_at_second_hand_names_where_it_is_from(
    read: Read, service: Service
) -> None:
    (row, *_) = service.select(
        PREFIX + "SELECT ?fact ?from { ?fact istc:secondHandFrom ?from ; istc:value ?v } LIMIT 1"
    )
    page = read(row["fact"].replace(f"{BASE}id", "/doc"), "zh")
    (relation, *_) = service.select(
        PREFIX + f"SELECT ?thing {{ <{row['fact']}> istc:about ?thing }}"
    )
    upstream = row["from"].replace(f"{BASE}id", "/doc")
    assert f'href="{upstream}"' in page
    thing = read(relation["thing"].replace(f"{BASE}id", "/doc"), "zh")
    assert any(f'href="{upstream}"' in card for card in cards(thing).values())


@pytest.mark.parametrize(
    ("indicator", "wordings", "sign"),
    [
        ("bri-joint-research-projects", ("1118项", "1000多项"), "来源表述不一，但可相容"),
        ("bri-joint-laboratories", ("53家", "53家"), "来源一致"),
    ],
)
def test_figures_of_two_documents_stand_side_by_side(
    read: Read, indicator: str, wordings: tuple[str, str], sign: str
) -> None:
    compared = section(read(f"/doc/indicator/{indicator}", "zh"), "sources-compared")
    assert re.findall(r'class="printed"[^>]*>([^<]+)<', compared) == sorted(wordings, reverse=True)
    for document in ("liu-2023", "ren-2022"):
        assert f'href="/doc/doc/{document}"' in compared
    assert words(compared).count("获取于 2026-") == 2
    assert sign in words(compared)


def _differing(home: Path) -> Path:
    """A home with one question to which two documents give contradicting figures."""

    def node(name: str) -> NamedNode:
        return NamedNode(f"{BASE}id/{name}")

    def said(subject: NamedNode, name: str, value: NamedNode | str) -> Quad:
        term = value if isinstance(value, NamedNode) else Literal(value)
        return Quad(subject, NamedNode(ISTC + name), term, NamedNode(f"{BASE}graph/test"))

    quads = []
    for key, value, day in (("one", "5", "2024-01-02"), ("two", "9", "2025-03-04")):
        fact, place, document = (node(f"{kind}/{key}") for kind in ("fact", "location", "doc"))
        quads += [
            Quad(fact, RDF_TYPE, NamedNode(ISTC + kind), NamedNode(f"{BASE}graph/test"))
            for kind in ("Fact", "QuantitativeFact")
        ]
        quads += [
            said(fact, "about", node("org/x")),
            said(fact, "indicator", node("indicator/n")),
            said(fact, "value", value),
            said(fact, "valueText", f"{value} <b>labs</b>"),
            said(fact, "seriesKey", "k"),
            said(fact, "statedIn", place),
            said(place, "inDocument", document),
            said(place, "locator", "3.1"),
            said(document, "retrievedOn", day),
            said(node("comparison/c"), "comparesFact", fact),
        ]
        label = Literal(f"Paper {key}", language="en")
        quads.append(Quad(document, NamedNode(RDFS + "label"), label, quads[0].graph_name))
    outcome = NamedNode(f"{BASE}vocab/comparison-outcome/conflict")
    quads.append(said(node("comparison/c"), "comparisonOutcome", outcome))
    with Truth.open(home) as truth:
        truth.commit(quads, [], Entry("test", "import"))
    return home


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(_differing(tmp_path_factory.mktemp("differing") / "home")) as running:
        yield running


def test_a_contradiction_is_shown_with_both_documents_and_their_days(office: Desk) -> None:
    page = office.service.page("/doc/org/x").text
    compared = section(page, "sources-compared")
    assert "Sources differ" in compared
    for key, value, day in (("one", "5", "2024-01-02"), ("two", "9", "2025-03-04")):
        assert f"{value} <b>labs</b>" in words(compared)
        assert f"Paper {key}" in compared
        assert f"retrieved {day}" in compared
    # What is printed is text, wherever it comes from.
    assert "<b>" not in page
    other = section(office.service.page("/doc/fact/one").text, "sources-compared")
    assert re.search(r'<li aria-current="true">.*?5 &lt;b&gt;', other, re.S)
    assert "Paper two" in other


def test_the_timeline_of_a_thing_is_in_order_and_leads_to_the_facts(read: Read) -> None:
    timeline = section(read("/doc/initiative/bri", "zh"), "timeline")
    when = re.findall(r'<span class="when">([^<]+)<', timeline)
    years = [int(year[0]) for text in when if (year := re.findall(r"\d{4}", text))]
    assert len(years) == len(when) > 10
    assert years == sorted(years)
    assert "推进“一带一路”建设科技创新合作专项规划" in words(timeline)
    assert 'class="fact" href="/doc/fact/' in timeline


def test_the_countries_of_a_thing_are_listed_and_drawn(read: Read, service: Service) -> None:
    page = read("/doc/org/cas", "zh")
    (drawn,) = re.findall(
        r'data-picture="".*?<script type="application/json">(.*?)</script>', page, re.S
    )
    chart = json.loads(drawn)
    codes = {row["c"] for row in service.select(PREFIX + "SELECT ?c { ?x istc:numericCode ?c }")}
    places = chart["panels"][0]["places"]
    assert {place["code"] for place in places} <= codes
    names = {place["name"] for place in places}
    assert {"中国", "美国"} <= names
    listed = page.partition('<p class="tied">')[2].partition("</p>")[0]
    assert {name for name in names if name in listed} == names


def test_what_points_to_a_thing_is_counted_and_paged(service: Service) -> None:
    query = PREFIX + "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p istc:inDocument id:doc\\/ren-2022 }"
    total = int(service.select(query)[0]["n"])
    path = "/doc/doc/ren-2022?incoming=inDocument"
    shown: list[str] = []
    for number in range(1, -(-total // 100) + 1):
        page = service.page(f"{path}&page={number}", "zh").text
        listed = page.partition('<ol class="ends"')[2].partition("</ol>")[0]
        shown += re.findall(r'<li><a href="([^"]+)"', listed)
        assert f'<span class="count">{total}</span></h1>' in page
    assert len(shown) == len(set(shown)) == total
    assert service.page(f"{path}&page=99").status == 422
    assert service.page("/doc/doc/ren-2022?incoming=nothing").status == 404
    assert service.page("/doc/doc/ren-2022?outgoing=http%3A%2F%2Fx%2F%3Cb%3E").status == 422


def test_a_long_relation_leads_to_its_pages(read: Read) -> None:
    page = read("/doc/country/CHN", "zh")
    assert 'href="/doc/country/CHN?incoming=country"' in page
    assert "阿里巴巴集团" in read("/doc/country/CHN?incoming=country", "zh")


def test_a_thing_is_cited_as_text_bibtex_and_ris(read: Read, service: Service) -> None:
    page = unescape(read("/doc/org/cas", "zh"))
    assert re.search(
        r"国际科技合作证据图谱\. 中国科学院\[DS/OL\]\. 数据版本 1，SHA-256 [0-9a-f]{12}…\. "
        r"\(\d{4}-\d\d-\d\d\)\. https://w3id\.org/istc-kg/id/org/cas\.",
        page,
    )
    assert re.search(r"Chinese Academy of Sciences \[Data set\]", page)
    bib = service.get("/doc/org/cas.bib")
    assert bib.type == "application/x-bibtex"
    assert "title = {{Chinese Academy of Sciences}}" in service.get("/doc/org/cas.bib?lang=en").text
    assert service.get("/doc/org/cas", "application/x-bibtex").text.startswith("@misc{istc-kg-cas,")
    ris = service.get("/doc/org/cas.ris?lang=zh").text.split("\r\n")
    assert ris[0] == "TY  - DATA"
    assert "TI  - 中国科学院" in ris
    assert "UR  - https://w3id.org/istc-kg/id/org/cas" in ris


def test_the_history_of_a_thing_names_the_changes_that_touched_it(office: Desk) -> None:
    office.update(
        f'INSERT DATA {{ GRAPH <{BASE}graph/test> {{ <{BASE}id/org/x> <{RDFS}label> "X"@en }} }}'
    )

    def touched(name: str) -> list[str]:
        page = office.service.page(f"/doc/{name}").text
        return re.findall(r'href="/changes/(\d+)"', page.partition('class="history"')[2])

    assert touched("org/x") == ["2", "1"]
    assert touched("doc/two") == ["1"]


def test_a_document_tells_all_that_was_taken_place_by_place(read: Read, service: Service) -> None:
    page = read("/doc/doc/liu-2023", "zh")
    document = "id:doc\\/liu-2023"
    stated = f"?p istc:inDocument {document} . ?f istc:statedIn ?p"
    (row,) = service.select(PREFIX + f"SELECT (COUNT(DISTINCT ?f) AS ?n) {{ {stated} }}")
    taken = section(page, "taken")
    assert f'<span class="count">{row["n"]}</span></h2>' in taken
    outline = taken.partition('class="outline"')[2]
    tops = re.findall(r'\n  <li><a href="([^"]+)">([^<]*)', outline)
    assert ("/doc/location/liu-2023/s2.1.1", "2.1.1 ") in tops
    numbers = dict(re.findall(r'href="([^"]+)">.*?</a>.*? <span class="count">([\d,]+)<', outline))
    within = f"?p istc:withinLocation* <{BASE}id/location/liu-2023/t1> . ?f istc:statedIn ?p"
    (row,) = service.select(PREFIX + f"SELECT (COUNT(DISTINCT ?f) AS ?n) {{ {within} }}")
    assert numbers["/doc/location/liu-2023/t1"] == row["n"]
    for words_of in ("中国科学院院刊", "38(9): 1246-1255", "10.16418/j.issn.1000-3045.20230713003"):
        assert words_of in words(page)
    assert "获取日期 2026-11-24" in words(page)


def test_a_document_tells_what_was_left_out_and_where_it_has_facts_from(
    read: Read, service: Service
) -> None:
    page = read("/doc/doc/liu-2023", "zh")
    (row,) = service.select(
        PREFIX + "SELECT (COUNT(?o) AS ?n) { ?o istc:inDocument id:doc\\/liu-2023 ; "
        "istc:omissionReason ?r }"
    )
    left = section(page, "left-out")
    assert sum(map(int, re.findall(r'<summary>.*?"count">(\d+)<', left))) == int(row["n"])
    assert "章节与列举序号" in words(left)
    upstream = section(page, "upstream")
    assert 'href="/doc/doc/sun-2019"' in upstream
    assert ".ttl.gz" in section(page, "graph")
    assert "/graph/source/liu-2023" in section(page, "graph")
    assert 'href="/questions/' in section(page, "questions")


def test_a_place_states_its_facts_in_the_order_of_the_text(read: Read) -> None:
    page = read("/doc/location/liu-2023/s2.1.2", "zh")
    assert '<a href="/doc/location/liu-2023/s2">2 ' in page
    assert "2.1.2 主要科研机构之间的合作" in words(page.partition("<h1>")[2].partition("</h1>")[0])
    stated = section(page, "facts")
    offsets = [int(n) for n in re.findall(r'class="mark" href="[^"]+/c(\d+)-\d+"', stated)]
    assert len(offsets) > 20
    assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "zh",
            "据《“一带一路”科技合作新格局构建研究》（2.1.1），中国的“一带一路”联合实验室数为53",
        ),
        ("en", "According to “Research on science and technology cooperation pattern of the Belt"),
    ],
)
def test_a_fact_is_told_in_a_sentence_with_all_its_parts(
    read: Read, service: Service, language: str, sentence: str
) -> None:
    (row,) = service.select(
        PREFIX + "SELECT ?f { ?f istc:indicator id:indicator\\/bri-joint-laboratories ; "
        "istc:sourceDocument id:doc\\/liu-2023 }"
    )
    page = read(row["f"].replace(f"{BASE}id", "/doc"), language)
    told = words(page.partition('<p class="sentence">')[2].partition("</p>")[0])
    assert told.startswith(sentence)
    said = words(page)
    parts = {
        "zh": (
            "原文表述 53家",
            "取值 53",
            "文中位置 2.1.1",
            "获取日期 2026-11-24",
            "构建 · istc build",
        ),
        "en": (
            "As printed 53家",
            "Value 53",
            "Place in the document 2.1.1",
            "Retrieved 2026-11-24",
        ),
    }
    for part in parts[language]:
        assert part in said
    assert "/doc/doc/ren-2022" in section(page, "sources-compared")


def test_a_fact_names_those_of_its_series(read: Read, service: Service) -> None:
    (row,) = service.select(
        PREFIX + "SELECT ?a ?b { ?a istc:seriesKey ?k ; istc:period ?p . ?b istc:seriesKey ?k ; "
        "istc:period ?q . FILTER(?p != ?q && STR(?a) < STR(?b)) "
        "FILTER NOT EXISTS { ?s istc:comparesFact ?a } } ORDER BY ?a ?b LIMIT 1"
    )
    one, other = (row[name].replace(f"{BASE}id", "/doc") for name in ("a", "b"))
    assert f'href="{other}"' in section(read(one, "zh"), "series")
    assert f'href="{one}"' in section(read(other, "en"), "series")


def test_the_catalogue_tells_how_many_facts_name_their_place(read: Read, service: Service) -> None:
    page = read("/catalog", "zh")
    (row,) = service.select(
        PREFIX + "SELECT (COUNT(DISTINCT ?f) AS ?n) { ?f a istc:Fact . GRAPH "
        f"<{BASE}graph/source/liu-2023> {{ ?f istc:statedIn ?p }} }}"
    )
    table = page.partition('class="catalogue"')[2]
    line = next(line for line in table.split("<tr>") if "/dataset/source/liu-2023" in line)
    cells = words(line).split()
    assert {row["n"], "100%"} <= set(cells)
    assert re.search(r"\d{4}-\d\d-\d\d", line)
    assert "/source/liu-2023.ttl.gz" in line


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("zh", ["事实的整理与核验", "许可", "如何引用", "使用时请注意", "隐私"]),
        ("en", ["How facts are made", "Licence", "How to cite", "What it does not", "Privacy"]),
    ],
)
def test_about_is_a_click_away_from_every_page(read: Read, language: str, parts: list[str]) -> None:
    assert 'href="/about"' in read("/doc/org/cas", language).partition("<footer")[2]
    about = read("/about", language)
    for part in parts:
        assert part in about
    assert "@misc{istc-kg-istc-kg," in about


def test_the_list_of_classes_is_in_the_description_of_the_interface(service: Service) -> None:
    described = service.get("/openapi.json").json()["paths"]["/classes"]["get"]
    assert set(described["responses"]["200"]["content"]) == {"application/json", "text/html"}
    assert service.get("/classes", "application/json").json()["classes"]


@pytest.mark.parametrize("path", ["/doc/org/cas", "/doc/org/cas.ttl"])
def test_a_document_is_not_sent_again_to_who_has_it_since(service: Service, path: str) -> None:
    first = service.get(path, BROWSER)
    again = service.get(path, BROWSER, If_Modified_Since=first.header("Last-Modified"))
    assert (again.status, again.body) == (304, b"")
    early = service.get(path, BROWSER, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT")
    assert early.status == 200
