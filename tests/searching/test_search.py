"""Search finds what a reader means, however it is typed, and says why."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import run
from tests.searching import measuring
from tests.serving import Service

HOSTILE = [
    '" OR 1=1 --', "NEAR(a b)", "a*", "^a", "col:a", "{text}: a", "a AND b OR NOT c", "%", "_",
    "%%%", "'", '"', "'; DROP TABLE name; --", "\\", "(((", "-a +b", "<script>alert(1)</script>",
    "\u202e\u0000x", "😀", "中" * 500, "a b " * 3000, "?" * 10_000, "。，、", "🇨🇳", "\t\n",
    "a\u0301" * 100,
]  # fmt: skip


def suggest(service: Service, text: str, **more: str) -> list[dict[str, Any]]:
    """The things that are suggested."""
    reply = service.get(f"/suggest?{urlencode({'q': text, **more})}")
    assert reply.status == 200, reply.text
    return list(reply.json()["things"])


def search(service: Service, text: str, **more: str) -> dict[str, Any]:
    """What the search page holds, as JSON."""
    reply = service.get(f"/search?{urlencode({'q': text, **more})}", "application/json")
    assert reply.status == 200, reply.text
    return dict(reply.json())


def test_what_is_meant_is_among_the_first_five(service: Service) -> None:
    def offer(query: str) -> list[str]:
        return [thing["key"] for thing in suggest(service, query, limit="5")]

    assert len(measuring.typed()) > 120
    lost = measuring.missed(offer)
    for language, share in measuring.shares(offer).items():
        assert share >= 0.95, (language, lost[language])


@pytest.mark.parametrize(
    ("text", "how", "key"),
    [
        ("中国科学院", "exact", "org/cas"),
        ("中科院", "exact", "org/cas"),
        ("Q530471", "exact", "org/cas"),
        ("org/cas", "exact", "org/cas"),
        ("https://w3id.org/istc-kg/id/org/cas", "exact", "org/cas"),
        ("Chinese Acad", "prefix", "org/cas"),
        ("plateau research", "words", "org/itpcas"),
        ("plat rese", "beginnings", "org/itpcas"),
        ("NNSFC", "code", "org/nsfc"),
        ("农科院", "code", "org/caas"),
        ("zgkxy", "code", "org/cas"),
        ("青藏高原", "inside", "org/itpcas"),
        ("Chinese Acadmy of Sciences", "alike", "org/cas"),
    ],
)
def test_a_thing_is_found_and_says_how(service: Service, text: str, how: str, key: str) -> None:
    (first, *_) = suggest(service, text)
    assert (first["key"], first["how"]) == (key, how)


@pytest.mark.parametrize(
    ("text", "matched", "parts"),
    [
        ("科学院", "中国科学院", ["科学院"]),
        ("科學院", "中国科学院", ["科学院"]),
        ("农科院", "中国农业科学院", ["农", "科", "院"]),
        ("PLATEAU research", "Institute of Tibetan Plateau Research, Chinese Academy of Sciences",
         ["Plateau Research"]),
        ("Acadmy of Sciences", "Chinese Academy of Sciences", ["Academy", "Sciences"]),
        ("cote d", "Côte d’Ivoire", ["Côte d"]),
        ("034t30j35", "https://ror.org/034t30j35", ["034t30j35"]),
        ("ＣＡＳ", "CAS", ["CAS"]),
    ],
)  # fmt: skip
def test_the_part_that_fits_is_given_by_its_place(
    service: Service, text: str, matched: str, parts: list[str]
) -> None:
    found = next(thing for thing in suggest(service, text) if thing["matched"] == matched)
    assert [matched[start:end] for start, end in found["spans"]] == parts


def test_whole_names_come_before_beginnings_before_words_before_parts(service: Service) -> None:
    order = ["exact", "prefix", "code", "words", "beginnings", "inside", "alike"]
    for text in ("China", "science", "中国", "university", "technology"):
        hows = [thing["how"] for thing in search(service, text)["things"]]
        ranks = [order.index(how) for how in hows]
        assert ranks == sorted(ranks), (text, hows)


def test_between_equals_the_one_that_the_graph_knows_more_of_is_first(service: Service) -> None:
    found = [t for t in search(service, "Chinese Academy")["things"] if t["how"] == "prefix"]
    assert found[0]["key"] == "org/cas"
    assert found[0]["statements"] == max(thing["statements"] for thing in found)


def test_both_names_kind_and_country_are_given(service: Service) -> None:
    (first, *_) = suggest(service, "NASA")
    assert first["label"] == {
        "zh": "美国国家航空航天局",
        "en": "National Aeronautics and Space Administration",
    }
    assert first["kind"]["key"] == "ResearchOrganization"
    assert set(first["kind"]["label"]) == {"zh", "en"}
    assert [country["label"]["zh"] for country in first["countries"]] == ["美国"]
    assert service.page(first["url"]).status == 200


def test_facets_count_what_their_filters_leave(service: Service) -> None:
    whole = search(service, "科学院")
    for name in ("kind", "country"):
        for value in whole["facets"][name]:
            left = search(service, "科学院", **{name: value["key"]})
            assert left["total"] == value["count"] > 0, value
            listed = {thing["key"] for thing in left["things"]}
            assert listed <= {thing["key"] for thing in whole["things"]}
    both = search(service, "科学院", kind="ResearchOrganization", country="CHN")
    assert both["total"] < search(service, "科学院", kind="ResearchOrganization")["total"]
    # What else could be chosen is counted as if it were.
    assert len(both["facets"]["country"]) > 1


def test_a_kind_is_a_class_with_its_subclasses_or_the_first_part_of_keys(service: Service) -> None:
    keys = {t["key"] for t in search(service, "academy", kind="Organization")["things"]}
    assert {"org/cas", "org/ras"} <= keys
    narrow = {t["key"] for t in search(service, "academy", kind="NationalAcademy")["things"]}
    assert {"org/cas", "org/ras"} <= narrow < keys
    for thing in search(service, "china", kind="platform")["things"]:
        assert thing["key"].startswith("platform/")


def test_pages_hold_everything_once(service: Service) -> None:
    first = search(service, "中国")
    assert first["pages"] > 2
    keys: list[str] = []
    for page in range(1, first["pages"] + 1):
        keys += [thing["key"] for thing in search(service, "中国", page=str(page))["things"]]
    assert len(keys) == len(set(keys)) == first["total"]
    assert search(service, "中国", page=str(first["pages"] + 1))["things"] == []


def test_the_same_things_as_a_table(service: Service) -> None:
    reply = service.get("/search.csv?q=" + quote("科学院"))
    assert reply.type == "text/csv"
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert len(rows) == search(service, "科学院")["total"]
    assert rows[0]["key"] == "org/cas"
    assert rows[0]["label_zh"] == "中国科学院"
    assert service.get("/search?q=NASA", "text/csv").type == "text/csv"


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_text(service: Service, text: str) -> None:
    typed = urlencode({"q": text})
    for path in (f"/search?{typed}", f"/search.json?{typed}", f"/suggest?{typed}&questions=3"):
        reply = service.page(path)
        assert reply.status in (200, 422), (path[:80], reply.text)
        assert reply.status == 200 or not text.strip(), path[:80]
        assert "<script>alert" not in reply.text or reply.type == "application/json"
        assert "fts5" not in reply.text.lower()


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%20", "q"),
        ("q=a&kind=Nonsense", "kind"),
        ("q=a&kind=%22", "kind"),
        ("q=a&country=XXX", "country"),
        ("q=a&country=org/cas' OR 1", "country"),
        ("q=a&page=0", "page"),
        ("q=a&page=x", "page"),
        ("q=a&page=99999999999", "page"),
    ],
)
def test_a_wrong_parameter_is_named(service: Service, query: str, parameter: str) -> None:
    reply = service.get(f"/search.json?{quote(query, safe='=&%/')}", Accept_Language="zh")
    assert (reply.status, reply.type) == (422, "application/problem+json")
    assert [error["parameter"] for error in reply.json()["errors"]] == [parameter]
    assert "must be" not in reply.json()["hint"]


def test_other_formats_are_refused(service: Service) -> None:
    assert service.get("/search?q=a", "image/png").status == 406
    assert service.get("/search?q=a&format=pdf").status == 400


@pytest.mark.parametrize("path", ["/search?q=cas", "/search.json?q=cas", "/suggest?q=cas",
                                  "/opensearch.xml"])  # fmt: skip
def test_what_has_not_changed_is_not_sent_again(service: Service, path: str) -> None:
    tag = service.get(path).header("ETag")
    assert tag
    again = service.get(path, If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    other = service.get(path.replace("cas", "nasa"), If_None_Match=tag)
    assert other.status == (200 if "cas" in path else 304)


def test_the_page_shows_things_with_the_questions_that_may_be_meant(service: Service) -> None:
    page = service.page("/search?q=" + quote("和巴基斯坦有哪些联合实验室"), "zh")
    assert page.status == 200
    assert "/questions/platforms-of-a-country?country=country/PAK" in page.text
    page = service.page("/search?q=" + quote("科学院"), "zh")
    assert '<a class="thing" href="/doc/org/cas">中国<mark>科学院</mark></a>' in page.text
    assert "俄罗斯<mark>科学院</mark>" in page.text
    assert 'rel="alternate" type="application/json"' in page.text


def test_the_page_says_that_nothing_fits_and_what_to_do(service: Service) -> None:
    page = service.page("/search?q=zzzzqqqq")
    assert page.status == 200
    assert "No thing has such a name." in page.text
    page = service.page("/search?q=NASA&country=DEU")
    assert "Search without filters" in page.text
    assert service.page("/search").status == 200


def test_every_page_has_the_box_and_says_where_browsers_search(service: Service) -> None:
    for path in (
        "/",
        "/questions",
        "/doc/org/cas",
        "/ontology",
        "/search",
        "/problems",
        "/nowhere",
    ):
        text = service.page(path).text
        assert text.count('action="/search"') == 1, path
        assert 'type="application/opensearchdescription+xml" href="/opensearch.xml"' in text


def test_browsers_can_take_it_as_a_search_engine(service: Service) -> None:
    reply = service.get("/opensearch.xml")
    assert reply.type == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(reply.body)
    space = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    assert len(root.findtext("o:ShortName", "", space)) <= 16
    templates = {
        url.get("type", ""): url.get("template", "") for url in root.findall("o:Url", space)
    }
    for kind in ("text/html", "application/json"):
        address = templates[kind].replace("{searchTerms}", "cas").replace("{startPage?}", "")
        assert address.startswith(service.url)
        reply = service.get(address.removeprefix(service.url), kind)
        assert (reply.status, reply.type) == (200, kind)


def test_questions_are_suggested_where_they_are_asked_for(service: Service) -> None:
    path = f"/suggest?{urlencode({'q': 'labs with pakistan', 'questions': 3})}"
    questions = service.get(path).json()["questions"]
    assert questions[0]["id"] == "platforms-of-a-country"
    assert service.page(questions[0]["url"]).status == 200
    assert "questions" not in service.get("/suggest?q=labs").json()


def test_the_members_are_those_that_are_described(service: Service) -> None:
    described = service.get("/openapi.json").json()
    for path, found in (
        ("/search", search(service, "cas")),
        ("/suggest", service.get("/suggest?q=cas&questions=1").json()),
    ):
        content = described["paths"][path]["get"]["responses"]["200"]["content"]
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        schema = described["components"]["schemas"][name]
        assert set(found) == set(schema["properties"])
        thing = described["components"]["schemas"]["FoundThing"]
        assert set(found["things"][0]) == set(thing["properties"])


def test_the_command_line_finds_the_same(
    service: Service, built_home: Path, tmp_path: Path
) -> None:
    done = run(built_home, "find", "academy", "of", "sciences", "--json", cwd=tmp_path)
    things = json.loads(done.stdout)["things"]
    assert [t["key"] for t in things] == [
        t["key"] for t in search(service, "academy of sciences")["things"]
    ]
    shown = run(built_home, "find", "中科院", "--lang", "zh", cwd=tmp_path).stdout
    assert "中国科学院" in shown
    assert "国家科学院" in shown
    none = run(built_home, "find", "zzzzqqqq", cwd=tmp_path)
    assert (none.returncode, none.stdout) == (3, "")
    assert "No thing has the name" in none.stderr
    wrong = run(built_home, "find", "cas", "--kind", "Nonsense", cwd=tmp_path)
    assert wrong.returncode == 3
    assert "Nonsense" in wrong.stderr
