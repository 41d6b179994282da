"""Namespaces and prefixes: written here and nowhere else."""

from __future__ import annotations

from pyoxigraph import NamedNode

BASE = "https://w3id.org/istc-kg/"
ISTC = BASE + "ontology#"
ID = BASE + "id/"
VOCAB = BASE + "vocab/"
GRAPH = BASE + "graph/"
SHAPES = BASE + "shapes#"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SH = "http://www.w3.org/ns/shacl#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"

#: Prefixes of our queries, exports and error hints.
PREFIXES: dict[str, str] = {
    "istc": ISTC,
    "id": ID,
    "v": VOCAB,
    "g": GRAPH,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "sh": SH,
    "dcterms": DCTERMS,
    "prov": PROV,
    "qudt": "http://qudt.org/schema/qudt/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "org": "http://www.w3.org/ns/org#",
    "qb": "http://purl.org/linked-data/cube#",
    "time": "http://www.w3.org/2006/time#",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def istc(name: str) -> NamedNode:
    """A term of our ontology, e.g. `istc("JointLaboratory")`."""
    return NamedNode(ISTC + name)


def graph(name: str) -> NamedNode:
    """One of our named graphs, e.g. `graph("entities")` or `graph("source/liu-2023")`."""
    return NamedNode(GRAPH + name)


RDF_TYPE = NamedNode(RDF + "type")
RDFS_LABEL = NamedNode(RDFS + "label")
JOURNAL = graph("journal")
