"""SPARQL 1.1 Service Description: the three tests, the last by SHACL shapes of its vocabulary."""

from __future__ import annotations

from pathlib import Path

import pyshacl
from rdflib import RDF, Graph, Namespace, URIRef

from tests.conformance.exchanges import MEDIA, Mismatch
from tests.serving import Service

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SHAPES = Path(__file__).with_name("description.ttl")


def check(service: Service, test: str) -> None:
    """Run one of the tests on the bare endpoint.

    Args:
        service: The service.
        test: `returns-rdf`, `has-endpoint-triple` or `conforms-to-schema`.

    Raises:
        Mismatch: The description is not as the standard wants it.
    """
    reply = service.get("/sparql")
    if reply.status != 200 or reply.type not in MEDIA["RDF"]:
        raise Mismatch(f"{reply.status} {reply.type}")
    graph = Graph()
    graph.parse(data=reply.body, format=reply.type, publicID=f"{service.url}/sparql")
    if not graph:
        raise Mismatch("the description is empty")
    if test == "has-endpoint-triple" and not any(
        (node, SD.endpoint, URIRef(f"{service.url}/sparql")) in graph
        for node in graph.subjects(RDF.type, SD.Service)
    ):
        raise Mismatch(f"no service with the endpoint {service.url}/sparql")
    if test == "conforms-to-schema":
        conforms, _, text = pyshacl.validate(graph, shacl_graph=str(SHAPES))
        if not conforms:
            raise Mismatch(text)
