"""Every kind of IRI that occurs in the graph opens, as a page and in each RDF syntax."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from kg.namespaces import BASE
from kg.store.versions import current
from service.negotiation import DOCUMENTS, HTML, Format
from tests.serving import Reply, Service

REDIRECTS = (301, 303, 308)


def kind(iri: str) -> str:
    """What an IRI is one of: up to its second slash or its hash below our base; else its host."""
    if not iri.startswith(BASE):
        return re.sub(r"^(\w+:/*[^/]*).*$", r"\1", iri)
    rest = iri.removeprefix(BASE)
    if "#" in rest:
        return rest.partition("#")[0] + "#"
    return "/".join(rest.split("/")[:2]) if rest.startswith("id/") else rest[:6]


@pytest.fixture(scope="module")
def one_of_each(built_home: Path) -> dict[str, str]:
    """Kind of an IRI → the first of the kind, from every place of every quad."""
    version = current(built_home)
    assert version is not None
    found: dict[str, set[str]] = defaultdict(set)
    for quad in Store.read_only(str(version.path)):
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode):
                found[kind(term.value)].add(term.value)
    return {name: min(iris) for name, iris in found.items()}


def opened(service: Service, path: str, accept: str) -> Reply:
    for _ in range(4):
        reply = service.get(path, accept)
        if reply.status not in REDIRECTS:
            return reply
        path = reply.header("Location")
    raise AssertionError(f"{path} leads in circles")


def test_the_graph_has_iris_of_all_kinds(one_of_each: dict[str, str]) -> None:
    expected = {"id/fact", "id/location", "vocab", "ontology#", "parameter#", "commit"}
    assert expected <= {name.rstrip("/") for name in one_of_each}


@pytest.mark.parametrize("form", DOCUMENTS, ids=lambda form: form.name)
def test_one_iri_of_each_kind_opens(
    service: Service, one_of_each: dict[str, str], form: Format
) -> None:
    wrong = []
    # All kinds in the two forms that are asked for most; the others serialise the same quads.
    some = None if form in DOCUMENTS[:2] else 12
    for iri in list(one_of_each.values())[:some]:
        ours = iri.startswith(BASE)
        address = quote("/" + iri.removeprefix(BASE).partition("#")[0]) if ours else ""
        described = "/doc?uri=" + quote(iri, safe="")
        for path in {address or described, described if "#" in iri else address or described}:
            reply = opened(service, path, form.media_type)
            if (reply.status, reply.type) != (200, form.media_type):
                wrong.append((path, reply.status, reply.type))
            elif form is not HTML:
                rdf = RdfFormat.from_media_type(form.media_type)
                assert rdf is not None
                quads = pyoxigraph.parse(reply.body, format=rdf)
                said = {term for q in quads for term in (q.subject, q.predicate, q.object)}
                if path == described and NamedNode(iri) not in said:
                    wrong.append((path, "says nothing of it", ""))
    assert wrong == []


def test_trig_tells_which_graph_and_so_which_source_states_what(service: Service) -> None:
    reply = service.get("/doc/org/cas.trig")
    quads = list(pyoxigraph.parse(reply.body, format=RdfFormat.TRIG))
    facts = {q.subject: str(q.graph_name) for q in quads if "/id/fact/" in str(q.subject)}
    assert len({graph for graph in facts.values() if "/graph/source/" in graph}) > 2


def test_a_foreign_iri_is_described_and_links_to_where_it_lives(service: Service) -> None:
    iri = "https://www.wikidata.org/"
    page = service.page(f"/doc?uri={quote(iri, safe='')}")
    assert page.status == 200
    assert f'href="{iri}" rel="external"' in page.text


def test_a_property_tells_how_it_is_used(service: Service) -> None:
    page = service.page("/ontology/hostedBy")
    assert re.search(r"\d+ statements use it", page.text)
    # One that the graph uses and says nothing else of.
    page = service.page("/doc?uri=" + quote("http://purl.org/dc/elements/1.1/type", safe=""))
    assert page.status == 200


def test_the_version_of_the_ontology_leads_to_it(service: Service) -> None:
    (row,) = service.select("SELECT ?v { ?o <http://www.w3.org/2002/07/owl#versionIRI> ?v }")
    reply = service.get("/" + row["v"].removeprefix(BASE))
    assert (reply.status, reply.header("Location")) == (303, "/ontology")
    assert service.get("/ontology/Cuontry").status == 404
