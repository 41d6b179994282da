"""Our prefixes and shapes, as files for editors and validators."""

from __future__ import annotations

from rdflib import RDF, SH
from rdflib.compare import isomorphic

from kg.namespaces import PREFIXES
from tests.serving import Service


def test_prefixes_come_as_json_and_as_rdf(service: Service) -> None:
    assert service.get("/prefixes").json() == PREFIXES
    found = service.graph("/prefixes")
    assert {str(p) for p in found.objects(None, SH.prefix)} == set(PREFIXES)
    assert isomorphic(service.graph("/prefixes.rdf", "application/rdf+xml"), found)


def test_shapes_can_be_had_in_every_syntax_and_say_the_same(service: Service) -> None:
    found = service.graph("/shapes")
    assert (None, RDF.type, SH.NodeShape) in found
    for path, kind in (
        ("/shapes.jsonld", "application/ld+json"),
        ("/shapes.nt", "application/n-triples"),
        ("/shapes.rdf", "application/rdf+xml"),
    ):
        assert len(service.graph(path, kind)) == len(found), path
