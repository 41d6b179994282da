"""What a document tells machines besides its content: typed links, dates, schema.org."""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from html import unescape

import pytest

from tests.serving import Service

BASE = "https://w3id.org/istc-kg/"
PAGES = ["/doc/doc/liu-2023", "/doc/fact/liu-2023-0001", "/ontology/Organization", "/ontology"]


def in_header(header: str) -> set[tuple[str, str]]:
    return {(rel, to) for to, rel in re.findall(r'<([^>]*)>; rel="([^"]+)"', header)}


def in_head(page: str) -> set[tuple[str, str]]:
    found = re.findall(r'<link rel="([^"]+)" href="([^"]+)"', page.partition("</head>")[0])
    ours = {"stylesheet", "icon", "search"}
    return {(rel, unescape(target)) for rel, target in found if rel not in ours}


def schema(page: str) -> dict[str, object]:
    """The description of a page in the terms of schema.org."""
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    (found,) = [b for b in map(json.loads, blocks) if b.get("@context") == "https://schema.org"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_header_and_head_tell_the_same_typed_links(service: Service, path: str) -> None:
    page = service.page(path)
    told = in_header(page.header("Link"))
    assert {"cite-as", "describedby", "license", "type", "alternate"} <= {rel for rel, _ in told}
    assert in_head(page.text) == told
    assert all(rel == rel.lower() for rel, _ in told)
    assert ("type", "https://schema.org/AboutPage") in told


def test_a_document_names_its_authors_and_the_class_that_lists_it(service: Service) -> None:
    for path in ("/doc/doc/liu-2023", "/doc/doc/liu-2023.ttl"):
        told = in_header(service.page(path).header("Link"))
        assert ("author", f"{BASE}id/person/liu-weidong") in told
        assert ("type", f"{BASE}ontology#JournalArticle") in told
        assert ("collection", "/ontology/JournalArticle") in told
        assert ("cite-as", f"{BASE}id/doc/liu-2023") in told


def test_a_class_names_its_things_and_its_pages(service: Service) -> None:
    told = in_header(service.page("/ontology/Organization?page=2").header("Link"))
    assert 0 < len([target for rel, target in told if rel == "item"]) <= 20
    assert ("prev", "/ontology/Organization?page=1") in told
    assert ("next", "/ontology/Organization?page=3") in told


def test_a_document_says_when_its_data_last_changed(service: Service) -> None:
    changed = {
        parsedate_to_datetime(service.get(path).header("Last-Modified"))
        for path in ("/doc/org/cas", "/doc/org/cas.ttl", "/ontology/Organization", "/ontology.ttl")
    }
    assert len(changed) == 1


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/doc/doc/liu-2023", "ScholarlyArticle"),
        ("/doc/org/cas", "ResearchOrganization"),
        ("/doc/country/CHN", "Country"),
        ("/doc/fact/liu-2023-0001", "Claim"),
        ("/doc/vocab/role/member", "DefinedTerm"),
        ("/doc/dataset/source/liu-2023", "Dataset"),
        ("/questions/rankings", "Dataset"),
        ("/catalog", "DataCatalog"),
    ],
)
def test_a_page_describes_its_thing_in_terms_of_schema_org(
    service: Service, path: str, kind: str
) -> None:
    page = service.page(path)
    found = schema(page.text)
    assert found["@type"] == kind
    assert str(found["@id"]).startswith(BASE)
    assert found["name"]
    # Data in the page are no script: the policy allows none inside it.
    scripts = re.search(r"script-src ([^;]+)", page.header("Content-Security-Policy"))
    assert scripts is not None
    assert scripts.group(1) == "'self'"


def test_an_article_names_authors_day_and_pages(service: Service) -> None:
    found = schema(service.page("/doc/doc/liu-2023", "zh").text)
    assert found["name"] == "“一带一路”科技合作新格局构建研究"
    assert {"@id": f"{BASE}id/person/liu-weidong", "name": "刘卫东"} in found["author"]  # type: ignore[operator]
    assert (found["datePublished"], found["volumeNumber"]) == ("2023-09-20", "38")
