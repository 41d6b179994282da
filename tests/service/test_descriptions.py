"""What the service says of its data to machines: VoID, DCAT, Service Description."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyshacl
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SH, VOID, Graph, Namespace, URIRef

from kg.catalogue import questions
from kg.namespaces import PREFIXES, RDFS_LABEL, graph
from kg.settings import Settings
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.tokens import Tokens
from tests import homes
from tests.needs import shared
from tests.serving import Service, serving

BASE = "https://w3id.org/istc-kg/"
WHOLE = URIRef(f"{BASE}dataset/istc-kg")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
EXT = Namespace("http://ldf.fi/void-ext#")
SPDX = Namespace("http://spdx.org/rdf/terms#")


@pytest.fixture(scope="module")
def void(service: Service) -> Graph:
    return service.graph("/.well-known/void")


@pytest.fixture(scope="module")
def catalogue(service: Service) -> Graph:
    return service.graph("/catalog.ttl")


def counted(service: Service, query: str) -> dict[tuple[str, ...], int]:
    """Rows of a query: what is counted → its number, the variable `n`."""
    return {
        tuple(value for name, value in row.items() if name != "n"): int(row["n"])
        for row in service.select(query)
    }


def numbers(found: Graph, query: str) -> dict[tuple[str, ...], int]:
    """The same read from a description."""
    return {tuple(str(term) for term in row[:-1]): int(row[-1]) for row in found.query(query)}


#: What a description says, and the query that counts it.
COUNTS = {
    "classes": (
        "SELECT ?c ?n { <%s> void:classPartition ?x . ?x void:class ?c ; void:entities ?n }",
        "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c",
    ),
    "properties": (
        "SELECT ?p ?n { <%s> void:propertyPartition ?x . ?x void:property ?p ; void:triples ?n }",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    ),
    "subjects": (
        "SELECT ?p ?n { <%s> void:propertyPartition ?x . "
        "?x void:property ?p ; void:distinctSubjects ?n }",
        "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    ),
    "objects": (
        "SELECT ?p ?n { <%s> void:propertyPartition ?x . "
        "?x void:property ?p ; void:distinctObjects ?n }",
        "SELECT ?p (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    ),
}
#: The same for partitions inside classes, which leave out classes that no source states.
PARTITIONS = {
    "properties of a class": (
        "SELECT ?c ?p ?n { ?x void:class ?c ; void:propertyPartition ?y . "
        "?y void:property ?p ; void:triples ?n }",
        "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p",
    ),
    "classes of objects": (
        "SELECT ?c ?p ?k ?n { ?x void:class ?c ; void:propertyPartition ?y . "
        "?y void:property ?p ; void:classPartition ?z . ?z void:class ?k ; void:triples ?n }",
        "SELECT ?c ?p ?k (COUNT(*) AS ?n) { ?o a ?k . ?s ?p ?o . ?s a ?c } GROUP BY ?c ?p ?k",
    ),
    "datatypes": (
        "SELECT ?c ?p ?d ?n { ?x void:class ?c ; void:propertyPartition ?y . "
        "?y void:property ?p ; ext:datatypePartition ?z . ?z ext:datatype ?d ; void:triples ?n }",
        "SELECT ?c ?p ?d (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o FILTER(isLiteral(?o)) "
        "BIND(DATATYPE(?o) AS ?d) } GROUP BY ?c ?p ?d",
    ),
}
HEAD = f"PREFIX void: <{VOID}> PREFIX ext: <{EXT}> PREFIX sd: <{SD}> "


@pytest.mark.parametrize("what", COUNTS)
def test_void_numbers_are_those_of_count_queries(service: Service, void: Graph, what: str) -> None:
    said, count = COUNTS[what]
    assert numbers(void, HEAD + said % WHOLE) == counted(service, count)


@pytest.mark.parametrize("what", PARTITIONS)
def test_partitions_inside_classes_are_counted_right(
    service: Service, void: Graph, what: str
) -> None:
    said, count = PARTITIONS[what]
    found, right = numbers(void, HEAD + said), counted(service, count)
    assert len(found) > 300
    assert {key: n for key, n in found.items() if right.get(key) != n} == {}
    fact = f"{BASE}ontology#QuantitativeFact"
    assert {k for k in right if k[0] == fact and k[-1] in {key[-1] for key in found}} <= set(found)


def test_void_tells_the_size_of_the_whole_and_of_each_graph(service: Service, void: Graph) -> None:
    (row,) = service.select(
        "SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) "
        "(COUNT(DISTINCT ?p) AS ?properties) (COUNT(DISTINCT ?o) AS ?objects) { ?s ?p ?o }"
    )
    for name, said in (
        ("triples", VOID.triples),
        ("subjects", VOID.distinctSubjects),
        ("properties", VOID.properties),
        ("objects", VOID.distinctObjects),
    ):
        assert int(void.value(WHOLE, said)) == int(row[name]), name
    space = str(void.value(WHOLE, VOID.uriSpace))
    (things,) = service.select(
        f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{space}')) }}"
    )
    assert int(void.value(WHOLE, VOID.entities)) == int(things["n"])
    graphs = counted(service, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    for (iri,), number in graphs.items():
        part = URIRef(iri.replace("/graph/", "/dataset/"))
        if not iri.endswith("/journal"):
            assert int(void.value(part, VOID.triples)) == number, iri
            assert (WHOLE, VOID.subset, part) in void


def test_void_counts_the_links_to_others(service: Service, void: Graph) -> None:
    links = {
        str(void.value(link, VOID.objectsTarget)): (
            str(void.value(link, VOID.linkPredicate)),
            int(void.value(link, VOID.triples)),
        )
        for link in void.subjects(RDF.type, VOID.Linkset)
    }
    for scheme, target in (("ror", "https://ror.org/"), ("wikidata", "https://www.wikidata.org/")):
        predicate, number = links[target]
        (row,) = service.select(
            f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?i . ?i <{BASE}ontology#identifierScheme>"
            f" <{BASE}vocab/identifier-scheme/{scheme}> }}"
        )
        assert int(row["n"]) == number > 0
    predicate, number = links["https://www.iso.org/iso-3166-country-codes.html"]
    (row,) = service.select(f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o }}")
    assert int(row["n"]) == number == 249


def test_void_leads_to_examples_files_and_the_endpoint(service: Service, void: Graph) -> None:
    assert void.value(WHOLE, VOID.sparqlEndpoint) == URIRef(f"{service.url}/sparql")
    examples = list(void.objects(WHOLE, VOID.exampleResource))
    assert len(examples) >= 3
    for example in examples:
        path = str(example).removeprefix(BASE)
        assert service.get(f"/{path}", "text/turtle").status == 303
    for file in void.objects(WHOLE, VOID.dataDump):
        assert service.send("HEAD", urlsplit(str(file)).path).status == 200
    assert set(service.graph("/void")) == set(void)


def test_the_graph_holds_its_own_description(service: Service, void: Graph) -> None:
    stored = Graph().parse(
        data=service.sparql(
            "CONSTRUCT { ?s ?p ?o } { GRAPH <https://w3id.org/istc-kg/graph/catalogue> "
            f"{{ ?s ?p ?o FILTER(STRSTARTS(STR(?p), '{VOID}')) }} }}",
            "application/n-triples",
        ).body,
        format="nt",
    )
    assert len(stored) > 5000
    assert set(stored) <= set(void)


def test_editors_that_read_the_endpoint_find_what_they_look_for(service: Service) -> None:
    # The three queries of sib-swiss/sparql-editor, as it sends them.
    declared = service.select(
        f"PREFIX sh: <{SH}> SELECT DISTINCT ?prefix ?namespace "
        "WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"
    )
    assert {row["prefix"]: row["namespace"] for row in declared} == PREFIXES
    examples = service.select(
        f"PREFIX sh: <{SH}> PREFIX rdfs: <{RDFS}> SELECT DISTINCT ?sq ?comment ?query WHERE "
        "{ ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; "
        "sh:select|sh:ask|sh:construct|sh:describe ?query . } ORDER BY ?sq"
    )
    assert {row["sq"].rpartition("/")[2] for row in examples} == {q.id for q in questions()}
    shape = service.select(
        HEAD + "SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE { "
        "?cp void:class ?subjectClass ; void:propertyPartition ?pp . ?pp void:property ?prop . "
        "OPTIONAL { { ?pp void:classPartition [ void:class ?objectClass ] . } UNION "
        "{ ?pp ext:datatypePartition [ ext:datatype ?objectDatatype ] . } } }"
    )
    fact = f"{BASE}ontology#QuantitativeFact"
    found = {
        (row["prop"].rpartition("#")[2], row.get("objectClass") or row.get("objectDatatype"))
        for row in shape
        if row["subjectClass"] == fact
    }
    assert ("indicator", f"{BASE}ontology#Indicator") in found
    assert ("value", "http://www.w3.org/2001/XMLSchema#decimal") in found


@pytest.fixture(scope="module")
def own_home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return homes.copy(built_home, tmp_path_factory.mktemp("described") / "home")


@pytest.fixture(scope="module")
def own(own_home: Path) -> Iterator[Service]:
    with serving(own_home) as running:
        yield running


def test_a_commit_is_counted(own: Service, own_home: Path) -> None:
    before = own.graph("/void")
    label = Quad(
        NamedNode(f"{BASE}id/org/cas"), RDFS_LABEL, Literal("Casnew"), graph("source/new-one")
    )
    with Truth.open(own_home) as truth:
        committed = truth.commit([label], [], Entry(agent="test", activity="import"))
    until = time.monotonic() + 60
    while own.get("/version").json()["data"]["version"] != committed.number:
        assert time.monotonic() < until
        time.sleep(0.1)
    after = own.graph("/void")
    assert int(after.value(WHOLE, VOID.triples)) == int(before.value(WHOLE, VOID.triples)) + 1
    assert int(after.value(URIRef(f"{BASE}dataset/source/new-one"), VOID.triples)) == 1
    described = own.graph("/sparql")
    names = set(described.objects(None, SD.name))
    assert URIRef(f"{BASE}graph/source/new-one") in names


# --- DCAT ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["shapes", "range"])
def test_the_catalogue_is_valid_dcat_ap_3(catalogue: Graph, part: str) -> None:
    folder = shared("conformance/dcat-ap") / "releases" / "3.0.1" / "html" / "shacl"
    shapes = Graph().parse(folder / f"{part}.ttl", format="turtle")
    shapes.remove((None, OWL.imports, None))
    conforms, _, text = pyshacl.validate(catalogue, shacl_graph=shapes, inference="none")
    assert conforms, text


def test_the_catalogue_lists_the_whole_and_each_source(service: Service, catalogue: Graph) -> None:
    (node,) = catalogue.subjects(RDF.type, DCAT.Catalog)
    listed = set(catalogue.objects(node, DCAT.dataset))
    sources = {
        URIRef(row["g"].replace("/graph/", "/dataset/"))
        for row in service.select(
            f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s <{BASE}ontology#inDocument> ?d }} }}"
        )
    }
    classes = {node for node in listed if (node, VOID["class"], None) in catalogue}
    assert listed == {WHOLE, *sources, *classes}
    assert URIRef(f"{BASE}ontology#Organization") in set(catalogue.objects(None, VOID["class"]))
    for dataset in listed:
        for said in (DCTERMS.title, DCTERMS.description):
            languages = {text.language for text in catalogue.objects(dataset, said)}
            assert languages == {"zh", "en"}, (dataset, said)
        assert catalogue.value(dataset, DCTERMS.license) is not None
        assert catalogue.value(dataset, DCTERMS.modified) is not None
        assert list(catalogue.objects(dataset, DCAT.distribution))


def test_files_have_the_size_and_the_checksum_that_the_catalogue_states(
    service: Service, catalogue: Graph
) -> None:
    files = set(catalogue.objects(None, DCAT.distribution))
    told = {file for file in files if catalogue.value(file, DCAT.byteSize) is not None}
    # Those of classes tell theirs once somebody has asked for them.
    assert {file for file in files if "/class/" not in file} <= told
    assert len(told) > 40
    for file in told:
        body = service.get(urlsplit(str(catalogue.value(file, DCAT.downloadURL))).path).body
        assert int(catalogue.value(file, DCAT.byteSize)) == len(body), file
        digest = catalogue.value(catalogue.value(file, SPDX.checksum), SPDX.checksumValue)
        assert str(digest).lower() == hashlib.sha256(body).hexdigest()
        assert "/class/" in file or gzip.decompress(body)


def test_a_file_of_a_source_holds_its_graph(service: Service, catalogue: Graph) -> None:
    part = URIRef(f"{BASE}dataset/source/liu-2023")
    (file,) = (f for f in catalogue.objects(part, DCAT.distribution) if f.endswith(".ttl.gz"))
    body = gzip.decompress(service.get(urlsplit(str(file)).path).body)
    assert len(Graph().parse(data=body, format="turtle")) == int(
        catalogue.value(part, VOID.triples)
    )


@pytest.mark.parametrize(
    "name", ["..", "../current", "source/../../current", "source/none.ttl.gz", "istc-kg.zip", ".x"]
)
def test_no_other_file_can_be_fetched(service: Service, name: str) -> None:
    number = service.get("/version").json()["data"]["version"]
    assert service.get(f"/dumps/{number}/{name}").status == 404
    assert service.get(f"/dumps/{number}/{name.replace('/', '%2F')}").status == 404


def test_services_are_described_where_the_catalogue_says(
    service: Service, catalogue: Graph
) -> None:
    services = set(catalogue.subjects(RDF.type, DCAT.DataService))
    assert len(services) == 3
    for found in services:
        for said in (DCAT.endpointURL, DCAT.endpointDescription):
            path = urlsplit(str(catalogue.value(found, said))).path
            assert service.get(path).status == 200, path
        assert (found, DCAT.servesDataset, WHOLE) in catalogue


def test_search_engines_find_the_data_sets_on_the_page(service: Service) -> None:
    page = service.page("/catalog").text
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    data = json.loads(text)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "DataCatalog")
    whole = data["dataset"][0]
    assert whole["@id"] == str(WHOLE)
    for dataset in data["dataset"]:
        assert dataset["@type"] == "Dataset"
        assert len(dataset["description"]) >= 50
        assert {"name", "license", "url", "creator", "distribution"} <= set(dataset)


# --- the endpoint ---------------------------------------------------------------------------------


def test_the_endpoint_says_what_it_does_and_no_more(service: Service) -> None:
    found = service.graph("/sparql")
    node = URIRef(f"{service.url}/sparql")
    assert found.value(node, SD.endpoint) == node
    assert set(found.objects(node, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(found.objects(node, SD.feature)) == {SD.UnionDefaultGraph}
    formats = set(found.objects(node, SD.resultFormat))
    assert len(formats) >= 8
    dataset = found.value(node, SD.defaultDataset)
    sizes = {
        (str(found.value(named, SD.name)),): int(
            found.value(found.value(named, SD.graph), VOID.triples)
        )
        for named in found.objects(dataset, SD.namedGraph)
    }
    graphs = counted(service, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    graphs.pop((f"{BASE}graph/journal",))
    assert sizes == graphs


def test_updates_are_declared_while_somebody_can_send_them(own: Service, own_home: Path) -> None:
    node = URIRef(f"{own.url}/sparql")
    assert set(own.graph("/sparql").objects(node, SD.inputFormat)) == set()
    tokens = Tokens(Settings(home=own_home))
    tokens.create("writer", ["write"])
    found = own.graph("/sparql")
    assert SD.SPARQL11Update in set(found.objects(node, SD.supportedLanguage))
    assert set(found.objects(node, SD.inputFormat))
    tokens.revoke("writer")
    assert SD.SPARQL11Update not in set(own.graph("/sparql").objects(node, SD.supportedLanguage))


# --- prefixes and shapes --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/catalog", "/void", "/.well-known/void", "/prefixes", "/shapes"])
def test_descriptions_are_kept_by_clients_until_they_change(service: Service, path: str) -> None:
    first = service.get(path, "text/turtle")
    again = service.get(path, "text/turtle", If_None_Match=first.header("ETag"))
    assert (again.status, again.body) == (304, b"")
    assert service.get(path, "image/png").status == 406


def test_the_home_of_the_catalogue_is_the_service(catalogue: Graph, service: Service) -> None:
    (node,) = catalogue.subjects(RDF.type, DCAT.Catalog)
    assert catalogue.value(node, FOAF.homepage) == rdflib.URIRef(f"{service.url}/")
