"""Behind a proxy, under another name and below a path: IRIs stay, links lead to this service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawling import links
from tests.serving import Service, serving

SITE = "https://kg.example.org/istc"
BASE = "https://w3id.org/istc-kg/"


@pytest.fixture(scope="module")
def mounted(built_home: Path) -> Iterator[Service]:
    """The service as the proxy of another site sees it."""
    with serving(built_home, site_url=SITE) as running:
        yield running


@pytest.mark.parametrize("prefix", ["", "/istc"])
def test_all_links_of_a_page_are_below_the_path_of_the_site(mounted: Service, prefix: str) -> None:
    for path in ("/", "/doc/org/cas", "/ontology/Organization", "/questions/rankings", "/classes"):
        page = mounted.page(prefix + path)
        assert page.status == 200
        found = links(page.text, "/istc" + path)
        assert found
        assert [target for target in found if not target.startswith("/istc")] == []
        files = re.findall(r'(?:src|action)="([^"]+)"', page.text)
        assert [file for file in files if not file.startswith(("/istc/", "?"))] == []
        (style,) = set(re.findall(r'href="([^"]+/app\.css)"', page.text))
        assert mounted.get(style).status == 200


def test_iris_stay_and_headers_name_the_site(mounted: Service) -> None:
    reply = mounted.get("/istc/id/org/cas")
    assert (reply.status, reply.header("Location")) == (303, f"{SITE}/doc/org/cas")
    reply = mounted.get("/istc/doc/org/cas.ttl")
    assert reply.header("Content-Location") == f"{SITE}/doc/org/cas.ttl"
    assert f'<{BASE}id/org/cas>; rel="cite-as"' in reply.header("Link")
    assert f'<{SITE}/doc/org/cas.ttl>; rel="describedby"' in reply.header("Link")
    assert SITE not in reply.text
    assert mounted.get("/istc/doc/org/css").json()["suggestions"][0] == f"{SITE}/doc/org/cas"


def test_a_page_says_the_iris_of_the_graph(mounted: Service) -> None:
    page = mounted.page("/istc/doc/org/cas").text
    assert f"<code>{BASE}id/org/cas</code>" in page
