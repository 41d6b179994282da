"""Pages: what they offer, that they ask nobody else for anything, and that nothing breaks out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import rdflib

from tests.serving import BROWSER, Reply, Service

PATHS = [
    "/",
    "/questions",
    "/questions/indicator-values",
    "/questions/ties-of-an-actor?actor=country/CHN&page=2",
    "/doc/country/CHN",
    "/doc/org/cas",
    "/doc/doc/liu-2023",
    "/doc/location/liu-2023/s2.1.1",
    "/doc/graph/source/liu-2023",
    "/doc/vocab/value-qualifier",
    "/doc/vocab/value-qualifier/exact",
    "/doc/unit/item",
    "/ontology",
    "/doc?uri=https%3A%2F%2Fw3id.org%2Fistc-kg%2Fontology%23Country",
    "/sparql",
    "/sparql?query=" + quote("SELECT * { ?s ?p ?o } LIMIT 3"),
    "/catalog",
    "/problems",
    "/problems/query-timeout",
]
WRONG = ["/nowhere", "/doc/country/CHX", "/sparql?query=x", "/questions/rankings?a=b"]
DATA = ("application/ld+json", "application/json")
#: What a browser fetches of the links in a head.
LOADING = ("stylesheet", "icon", "search", "preload", "modulepreload", "manifest", "preconnect")
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"


Visit = Callable[[str, str], Reply]


class Page(HTMLParser):
    """The tags of a page with their attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))

    def all(self, attribute: str, *tags: str) -> list[str]:
        return [
            found[attribute]
            for tag, found in self.tags
            if attribute in found and (not tags or tag in tags)
        ]


@pytest.fixture(scope="module")
def visit(service: Service) -> Visit:
    """`visit(path, language)`: a page, fetched once."""
    return cache(service.page)


@pytest.mark.parametrize("path", [*PATHS, *WRONG])
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_of_its_own(
    visit: Visit, path: str
) -> None:
    reply = visit(path, "zh")
    assert reply.type == "text/html"
    page = Page(reply.text)
    # Links that are typed for machines load nothing.
    links = [a["href"] for tag, a in page.tags if tag == "link" and a.get("rel") in LOADING]
    loaded = page.all("src") + links + page.all("action")
    assert loaded
    assert [address for address in loaded if not re.match(r"/(?!/)", address)] == []
    for tag, attributes in page.tags:
        assert tag not in ("iframe", "object", "embed", "base", "style")
        if tag == "script":
            # Data, or a file of ours: nothing that stands in the page is run.
            assert "src" in attributes or attributes.get("type") in DATA
        assert [name for name in attributes if name.startswith("on") or name == "style"] == []
    for address in page.all("href", "a"):
        assert re.match(r"/(?!/)|#|https?://", address), address
    policy = reply.header("Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert reply.header("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_the_links_of_a_page_lead_somewhere(visit: Visit, service: Service, path: str) -> None:
    page = Page(visit(path, "zh").text)
    own = {a.partition("#")[0] for a in page.all("href") if a.startswith("/")}
    for address in sorted(own)[:: max(1, len(own) // 4)]:
        reply = service.send("HEAD", address, headers={"Accept": "text/html,*/*;q=0.5"})
        assert reply.status in (200, 303), address


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_one_heading_a_title_and_marks_its_languages(visit: Visit, path: str) -> None:
    for language, title in (("zh", "国际科技合作证据图谱"), ("en", "ISTC evidence graph")):
        reply = visit(path, language)
        assert reply.status == 200
        page = Page(reply.text)
        assert page.all("lang", "html") == [language]
        assert reply.header("Content-Language") == language
        assert [tag for tag, _ in page.tags].count("h1") == 1
        assert f"{title}</title>" in reply.text


@pytest.mark.parametrize("path", PATHS)
def test_the_other_language_is_the_same_page_with_all_parameters(visit: Visit, path: str) -> None:
    page = Page(visit(path, "zh").text)
    (other,) = [a["href"] for tag, a in page.tags if tag == "a" and a.get("hreflang") == "en"]
    before, after = urlsplit(path), urlsplit(other)
    assert after.path == before.path
    assert parse_qs(after.query) == {**parse_qs(before.query), "lang": ["en"]}
    shown = visit(other, "zh")
    assert shown.status == 200
    assert Page(shown.text).all("lang", "html") == ["en"]


def test_a_chosen_language_goes_along_from_page_to_page(service: Service) -> None:
    page = Page(service.page("/doc/org/cas?lang=en", "zh").text)
    inside = [
        a
        for a in page.all("href", "a")
        if a.startswith("/") and not re.search(r"\.(json|ttl|nt|jsonld|rdf|trig)|/version|#main", a)
    ]
    assert len(inside) > 20
    assert [a for a in inside if "lang=" not in a] == []
    plain = Page(service.page("/doc/org/cas", "zh").text)
    assert [a for a in plain.all("href", "a") if "lang=" in a] == ["/doc/org/cas?lang=en"]


def test_names_can_be_read_in_another_language_than_the_page(service: Service) -> None:
    page = service.page("/doc/country/CHN?lang=en&clang=zh")
    assert '<h1><span lang="zh">中国</span></h1>' in page.text
    assert ">Facts<" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/questions/indicator-values?indicator={}",
        "/questions/{}",
        "/questions/rankings?page={}",
        "/questions/rankings?{}=1",
        "/doc/org/{}",
        "/doc?uri={}",
        "/sparql?query={}",
        "/sparql?query=ASK%7B%7D&format={}",
        "/sparql?example={}",
        "/problems/{}",
        "/{}",
        "/?lang={}",
        "//{}",
    ],
)
def test_what_is_typed_into_an_address_is_shown_as_text(service: Service, path: str) -> None:
    for accept in (BROWSER, "*/*"):
        reply = service.get(path.format(quote(HOSTILE, safe="")), accept)
        if reply.type != "text/html":
            continue
        assert "<script>alert" not in reply.text
        assert "<img" not in reply.text
        page = Page(reply.text)
        inline = [a for tag, a in page.tags if tag == "script" and "src" not in a]
        assert [a for a in inline if a.get("type") not in DATA] == []
        assert [a for tag, a in page.tags if "onerror" in a] == []


def test_a_double_slash_does_not_lead_to_another_machine(service: Service) -> None:
    for path in (
        "//evil.example/x",
        "//evil.example/%2e%2e",
        "/%2Fevil.example/",
        "///evil.example",
    ):
        reply = service.get(path, BROWSER)
        assert not re.match(r"//|/\\|https?:", reply.header("Location")), path
        if reply.type == "text/html":
            addresses = Page(reply.text).all("href")
            assert [a for a in addresses if a.startswith("//")] == [], path


def test_the_home_page_tells_what_is_in_the_graph(service: Service) -> None:
    page = service.page("/", "zh").text
    (row,) = service.select(
        "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"
    )
    assert f"（{int(row['n']):,} 条三元组）" in page
    for path in ("/sparql", "/ontology", "/catalog", "/questions", "/changes/1"):
        assert f'href="{path}"' in page
    assert "“一带一路”科技合作新格局构建研究" in page


def test_programs_get_the_catalogue_at_home(service: Service) -> None:
    for path in ("/", "/catalog", "/catalog.ttl", "/.well-known/void"):
        reply = service.get(path, "text/turtle")
        assert (reply.status, reply.type) == (200, "text/turtle"), path
        graph = rdflib.Graph().parse(data=reply.body, format="turtle")
        whole = rdflib.URIRef("https://w3id.org/istc-kg/dataset/istc-kg")
        listed = rdflib.URIRef("https://w3id.org/istc-kg/catalog")
        assert (listed, rdflib.DCAT.dataset, whole) in graph
        assert (whole, rdflib.VOID.triples, None) in graph


def test_the_page_of_a_thing_carries_its_names_as_json_ld(service: Service) -> None:
    text = service.page("/doc/org/cas").text
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    data = next(one for one in found if "schema.org" not in one)
    assert json.loads(data)["@id"] == "https://w3id.org/istc-kg/id/org/cas"
    found = rdflib.Graph().parse(data=data, format="json-ld")
    assert len(found) > 2
    whole = rdflib.Graph().parse(data=service.get("/doc/org/cas.ttl").body, format="turtle")
    assert set(found) <= set(whole)


def test_every_figure_on_a_page_has_its_source_beside_it(service: Service) -> None:
    for path in ("/doc/country/CHN", "/doc/org/cas"):
        page = service.page(path).text
        rows = re.findall(r"<tr>(.*?)</tr>", page.partition('class="facts"')[2], re.S)
        figures = [row for row in rows if 'class="figure"' in row]
        assert figures
        assert [row for row in figures if 'class="mark"' not in row] == []


def test_a_thing_links_to_the_questions_it_can_be_chosen_in(service: Service) -> None:
    page = Page(service.page("/doc/org/cas", "zh").text)
    (address, *_) = [a for a in page.all("href", "a") if a.startswith("/questions/ties-of")]
    answer = service.page(address, "zh")
    assert answer.status == 200
    chosen = re.search(r"<option[^>]*\bselected\b[^>]*>\s*([^<]*)", answer.text)
    assert chosen is not None
    assert chosen[1].startswith("中国科学院")


def test_every_type_of_problem_is_explained(service: Service) -> None:
    page = Page(service.page("/problems").text)
    types = [a for a in page.all("href", "a") if a.startswith("/problems/")]
    assert len(types) > 15
    for address in types:
        assert service.page(address, "zh").status == 200
    assert service.get("/problems/query-timeoud", "application/json").json()["suggestions"] == [
        "query-timeout"
    ]


def test_a_chosen_facet_is_told_by_its_name(service: Service) -> None:
    for query, tag, name in (
        ("country=CHN", "zh", "中国"),
        ("country=CHN", "en", "China"),
        ("kind=University", "zh", "高等院校"),
    ):
        page = service.page(f"/ontology/Organization?{query}", tag).text
        (chosen,) = re.findall(
            r'<p class="facet">[^<]*<a[^>]*>[^<]*</a> · <strong><span>([^<]*)<', page
        )
        assert chosen == name


def test_a_blank_facet_is_none(service: Service) -> None:
    for query in ("kind=%20", "country=%20"):
        assert service.page(f"/ontology/Organization?{query}").status == 200


def test_one_of_a_unit_is_told_as_one(service: Service) -> None:
    page = service.page("/doc/org/bri-leading-group", "en").text
    assert re.search(r'<data value="1">1</data> <span class="unit"><span>person</span>', page)


def test_truth_and_remarks_read_as_the_language_writes_them(service: Service) -> None:
    for tag, no, remark in (("zh", "否", "（时间不明）"), ("en", "no", " (time not stated)")):
        page = service.page("/questions/joint-papers-by-field", tag).text
        assert f'<data value="false">{no}</data>' in page
        assert f"{remark}</span>" in service.page("/doc/org/cas", tag).text
