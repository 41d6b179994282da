"""Things redirect to documents; documents come as a page and in each RDF syntax, all the same."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
import rdflib

from tests.serving import BROWSER, Service

BASE = "https://w3id.org/istc-kg/"
SYNTAXES = {
    "ttl": ("text/turtle", "turtle"),
    "jsonld": ("application/ld+json", "json-ld"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "xml"),
}
KINDS = ["country/SGP", "org/cas", "doc/lin-2022", "location/liu-2023/s2.1.1", "unit/item"]
CHINA = rdflib.URIRef(f"{BASE}id/country/CHN")


def graph(data: bytes, parser: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=data, format=parser)


def links(header: str) -> list[tuple[str, dict[str, str]]]:
    """The links of a Link header (RFC 8288)."""
    return [
        (target, dict(re.findall(r';\s*([\w-]+)="([^"]*)"', parameters)))
        for target, parameters in re.findall(r'<([^>]*)>((?:;\s*[\w-]+="[^"]*")*)', header)
    ]


@pytest.mark.parametrize(
    ("thing", "document"),
    [
        ("/id/country/CHN", "/doc/country/CHN"),
        ("/id/org/cas", "/doc/org/cas"),
        ("/vocab/value-qualifier/exact", "/doc/vocab/value-qualifier/exact"),
        ("/graph/source/liu-2023", "/doc/graph/source/liu-2023"),
        ("/dataset/source/liu-2023", "/doc/dataset/source/liu-2023"),
        ("/dataset/istc-kg", "/catalog"),
        ("/id/question/rankings", "/questions/rankings"),
    ],
)
def test_a_thing_sends_to_the_document_that_describes_it(
    service: Service, thing: str, document: str
) -> None:
    for accept in (BROWSER, "text/turtle"):
        reply = service.get(thing, accept)
        assert (reply.status, reply.header("Location")) == (303, document)
    assert service.page(document).status == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_says_the_same_in_each_syntax(service: Service, kind: str) -> None:
    whole = set(graph(service.get(f"/doc/{kind}.ttl").body, "turtle"))
    subject = rdflib.URIRef(f"{BASE}id/{kind}")
    assert len([triple for triple in whole if triple[0] == subject]) > 1
    for ending, (media_type, parser) in SYNTAXES.items():
        named = service.get(f"/doc/{kind}.{ending}", "image/png")
        accepted = service.get(f"/doc/{kind}", media_type)
        for reply in (named, accepted):
            assert (reply.status, reply.type) == (200, media_type)
            assert reply.header("Content-Location") == f"/doc/{kind}.{ending}"
        assert named.body == accepted.body
        assert set(graph(named.body, parser)) == whole


def test_trig_has_the_same_triples_and_tells_their_graphs(service: Service) -> None:
    whole = set(graph(service.get("/doc/country/SGP.ttl").body, "turtle"))
    dataset = rdflib.Dataset()
    dataset.parse(data=service.get("/doc/country/SGP.trig").body, format="trig")
    assert {(s, p, o) for s, p, o, _ in dataset.quads()} == whole
    named = {str(g) for _, _, _, g in dataset.quads() if g is not None}
    assert f"{BASE}graph/reference" in named


def test_a_document_has_the_facts_their_places_and_the_names_of_all(service: Service) -> None:
    found = graph(service.get("/doc/country/CHN.ttl").body, "turtle")
    istc = rdflib.Namespace(f"{BASE}ontology#")
    facts = set(found.subjects(istc.about, CHINA))
    assert facts
    for fact in facts:
        places = set(found.objects(fact, istc.statedIn)) or set(
            found.objects(fact, istc.computedFrom)
        )
        assert places, fact
    for _, _, mentioned in found.triples((None, istc.indicator, None)):
        labels = found.objects(mentioned, rdflib.RDFS.label)
        languages = {label.language for label in labels if isinstance(label, rdflib.Literal)}
        assert languages == {"zh", "en"}, mentioned


def test_a_document_says_what_it_is_about_and_under_which_licence(service: Service) -> None:
    found = graph(service.get("/doc/country/CHN.ttl").body, "turtle")
    document = rdflib.URIRef(f"{BASE}doc/country/CHN")
    assert found.value(document, rdflib.FOAF.primaryTopic) == CHINA
    assert "creativecommons" in str(found.value(document, rdflib.DCTERMS.license))
    assert found.value(document, rdflib.VOID.inDataset) == rdflib.URIRef(f"{BASE}dataset/istc-kg")


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        ("text/turtle, text/html;q=0.5", "text/turtle"),
        ("text/html;q=0.3, application/ld+json", "application/ld+json"),
        (
            "application/rdf+xml, application/n-triples, application/ld+json, text/turtle,"
            " application/trig, text/n3, */*;q=0.1",
            "text/turtle",
        ),
        ("application/n-triples;q=0.9, application/rdf+xml;q=0.8", "application/n-triples"),
    ],
)
def test_the_accept_header_decides(service: Service, accept: str | None, sent: str) -> None:
    reply = service.get("/doc/country/SGP", accept)
    assert (reply.status, reply.type) == (200, sent)
    assert {"Accept", "Accept-Language"} <= {v.strip() for v in reply.header("Vary").split(",")}


def test_a_type_that_no_document_has_is_refused(service: Service) -> None:
    reply = service.get("/doc/country/SGP", "image/png")
    assert reply.status == 406
    assert "text/turtle" in reply.json()["available"]


def test_every_link_of_a_document_leads_to_what_it_promises(service: Service) -> None:
    found = links(service.page("/doc/unit/item").header("Link"))
    relations = {relation for _, parameters in found for relation in [parameters["rel"]]}
    assert {"cite-as", "license", "type", "alternate", "describedby"} <= relations
    assert (f"{BASE}id/unit/item", {"rel": "cite-as"}) in found
    ours = [(target, p["type"]) for target, p in found if target.startswith("/")]
    assert len(ours) > 5
    for target, media_type in ours:
        reply = service.get(target)
        assert (reply.status, reply.type) == (200, media_type), target


def test_a_named_form_names_the_negotiated_one_as_canonical(service: Service) -> None:
    found = links(service.get("/doc/org/cas.ttl").header("Link"))
    assert ("/doc/org/cas", {"rel": "canonical"}) in found


@pytest.mark.parametrize("path", ["/doc/org/cas", "/doc/org/cas.ttl", "/doc/org/cas.jsonld"])
def test_a_document_that_is_held_already_is_not_sent_again(service: Service, path: str) -> None:
    first = service.get(path)
    again = service.get(path, If_None_Match=first.header("ETag"))
    assert (again.status, again.body) == (304, b"")
    assert service.get(path, If_None_Match='"other"').status == 200
    head = service.send("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.header("ETag") == first.header("ETag")


def test_the_forms_of_a_document_have_different_tags(service: Service) -> None:
    paths = ["/doc/org/cas.html?lang=zh", "/doc/org/cas.html?lang=en", "/doc/org/cas.ttl"]
    assert len({service.get(path).header("ETag") for path in paths}) == 3


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/doc/country/CHM", "/doc/country/CHN"),
        ("/id/org/css", "/doc/org/cas"),
        ("/doc/org/css.ttl", "/doc/org/cas"),
        ("/doc/vocab/value-qualifier/exakt", "/doc/vocab/value-qualifier/exact"),
    ],
)
def test_an_unknown_thing_is_answered_with_near_ones(
    service: Service, path: str, near: str
) -> None:
    reply = service.get(path, "text/turtle")
    assert (reply.status, reply.type) == (404, "application/problem+json")
    assert near in reply.json()["suggestions"]
    page = service.page(path, "zh")
    assert (page.status, page.type) == (404, "text/html")
    assert f'href="{near}"' in page.text
    assert 'lang="zh"' in page.text


@pytest.mark.parametrize(
    "path", ["/id/org/%E4%B8%AD%E7%A7%91%E9%99%A2", "/doc/org/a%20b", "/doc/a%3Cb%3E", "/doc/x%00y"]
)
def test_an_address_of_nothing_is_not_found(service: Service, path: str) -> None:
    for accept in (BROWSER, "text/turtle"):
        assert service.get(path, accept).status == 404


@pytest.mark.parametrize("written", ["/doc/org/c%61s", "/doc/%6frg/cas", "/doc/org%2Fcas"])
def test_a_percent_encoded_address_names_the_same_document(service: Service, written: str) -> None:
    reply = service.get(written, "text/turtle")
    assert reply.status == 200
    assert reply.header("Content-Location") == "/doc/org/cas.ttl"


def test_a_link_that_is_longer_than_a_page_shows_leads_to_the_whole_list(service: Service) -> None:
    page = service.page("/doc/country/CHN")
    cut = re.findall(r'15 of (\d+) are shown\. <a href="([^"]+)">Show all</a>', page.text)
    facts = next((total, whole) for total, whole in cut if whole.startswith("/sparql"))
    assert f"{facts[0]} rows" in service.page(facts[1].replace("&amp;", "&")).text
    total, whole = next((total, whole) for total, whole in cut if "?incoming=" in whole)
    shown = service.page(whole).text
    counted = re.search(r'"count">([\d,]+)</span></h1>', shown)
    assert counted is not None
    assert int(counted[1].replace(",", "")) >= int(total) > 15
    assert shown.partition('class="ends"')[2].count("<li>") > 15


def test_any_iri_of_the_graph_is_described(service: Service) -> None:
    outside = "http://www.w3.org/ns/prov#Entity"
    reply = service.get(f"/doc?uri={quote(outside, safe='')}", "text/turtle")
    assert reply.status == 200
    assert rdflib.URIRef(outside) in set(graph(reply.body, "turtle").all_nodes())
    assert service.page(f"/doc?uri={quote(outside, safe='')}").status == 200
    named = service.get(f"/doc?uri={quote(str(CHINA), safe='')}&format=nt")
    assert named.type == "application/n-triples"


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("?uri=", 400), ("?uri=no-iri", 400), ("?uri=urn:none", 404)]
)
def test_a_missing_or_wrong_iri_is_told(service: Service, query: str, status: int) -> None:
    reply = service.get(f"/doc{query}", "text/turtle")
    assert reply.status == status
    assert reply.json()["detail"]


@pytest.mark.parametrize("ending", ["html", *SYNTAXES])
def test_the_ontology_is_one_document_of_all_terms(service: Service, ending: str) -> None:
    reply = service.get(f"/ontology.{ending}")
    assert reply.status == 200
    if ending == "html":
        assert 'id="QuantitativeFact"' in reply.text
    else:
        media_type, parser = SYNTAXES[ending]
        assert reply.type == media_type
        found = graph(reply.body, parser)
        country = rdflib.URIRef(f"{BASE}ontology#Country")
        assert (country, rdflib.RDF.type, rdflib.OWL.Class) in found
        assert service.get("/ontology", media_type).body == reply.body


def test_a_fact_page_tells_document_place_and_day_of_retrieval(service: Service) -> None:
    (fact,) = service.select(
        "PREFIX istc: <https://w3id.org/istc-kg/ontology#> SELECT ?f ?text ?locator {"
        " ?f a istc:QuantitativeFact ; istc:valueText ?text ; istc:statedIn ?p ."
        " GRAPH ?g { ?p istc:withinLocation ?s } ?s istc:locator ?locator ."
        " FILTER(STRENDS(STR(?g), 'source/liu-2023')) } ORDER BY ?f LIMIT 1"
    )
    page = service.page("/doc/" + fact["f"].removeprefix(f"{BASE}id/"), "zh").text
    assert fact["text"] in page
    assert f"“一带一路”科技合作新格局构建研究, {fact['locator']}" in page
    assert re.search(r"获取于 \d{4}-\d\d-\d\d", page)


def test_the_host_header_gets_into_no_answer(service: Service) -> None:
    doubled = ["//doc/org/cas", "/doc//org/cas", "/questions//rankings", "/static//app.css"]
    for path in ["/doc/org/cas", "/id/org/cas", *doubled, "/nowhere", "/", "/sparql"]:
        for accept in (BROWSER, "text/turtle"):
            reply = service.get(path, accept, Host="evil.example")
            assert "evil.example" not in str(reply.headers) + reply.text, (path, accept)


def test_a_name_in_place_of_a_key_is_answered_with_the_things_of_that_name(
    service: Service,
) -> None:
    assert service.get("/suggest?q=cas").status == 200  # waits for the index of names
    told = service.get(f"/id/org/{quote('中科院')}", "application/json").json()
    assert told["status"] == 404
    assert "/doc/org/cas" in told["suggestions"]
    assert "org/cas" in told["hint"]
