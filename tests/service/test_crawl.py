"""From the home page every page and every thing can be reached, and no link leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from kg.namespaces import BASE
from tests.crawling import crawl, things
from tests.serving import Service

#: Pages of each kind; `make crawl` visits all.
SAMPLE = 1


def test_no_link_leads_nowhere(service: Service) -> None:
    found = crawl(service, SAMPLE)
    assert found.wrong == {}
    assert {"classes.?", "ontology/*.?", "doc/org/*.?", "doc/fact/*.?", "doc/vocab/*.?"} <= set(
        found.pages
    )


def test_every_thing_is_listed_by_a_class_that_the_menu_leads_to(
    service: Service, built_home: Path
) -> None:
    assert 'href="/classes"' in service.page("/").text
    tree = service.page("/classes").text
    listed: set[str] = set()
    for one in service.get("/classes?format=json").json()["classes"]:
        term = one["iri"].removeprefix(f"{BASE}ontology#")
        address = f"/ontology/{term}" if term != one["iri"] else None
        described = f"/doc?uri={quote(one['iri'], safe='')}"
        assert not one["things"] or f'href="{address or described}"' in tree, one["iri"]
        # What has no wider class of ours lists the things of all its kinds.
        if one["things"] and not one["parents"]:
            file = f"{address}.json" if address else f"{described}&format=json"
            members = service.get(file).json()["things"]
            assert len(members) == one["things"], one["iri"]
            listed |= {member["iri"] for member in members}
    assert things(built_home) - listed == set()


def test_a_class_is_walked_through_page_by_page(service: Service) -> None:
    path, seen, pages = "/ontology/Organization", [], 0
    while path:
        page = service.page(path)
        assert page.status == 200
        seen += re.findall(r'<th scope="row"><a href="(/doc/[^"]+)"', page.text)
        found = re.search(r'<([^>]+)>; rel="next"', page.header("Link"))
        path, pages = found.group(1) if found else "", pages + 1
    total = service.get("/ontology/Organization.json").json()["total"]
    assert (len(seen), len(set(seen)), pages) == (total, total, -(-total // 50))
