"""The ontology: one document for all its terms, as RDF and as a reference, and each term."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Response, redirect, render_template
from pyoxigraph import Literal, NamedNode
from werkzeug.wrappers import Response as AnyResponse

from kg import asking, browsing
from kg.catalogue import Bilingual
from kg.description import Thing
from kg.errors import NotFound
from kg.namespaces import OWL, RDF, RDFS, SKOS
from kg.rq import Term
from service import addresses, caching, language, negotiation, rdf, signposting
from service.browse import classes, views
from service.negotiation import HTML, JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE
from service.state import engine, state, version

FORMATS = (HTML, TURTLE, RDF_XML, JSON_LD, N_TRIPLES, TRIG)

_GROUPS = {
    "Class": "classes",
    "ObjectProperty": "relations",
    "DatatypeProperty": "attributes",
}


@dataclass(frozen=True)
class TermEntry:
    """A class or property as the reference shows it."""

    iri: str
    name: str
    label: Bilingual
    text: Bilingual
    links: dict[str, tuple[Thing, ...]] = field(default_factory=dict)


def ontology(ending: str | None = None) -> Response:
    """The ontology, by the ending of the path or by Accept."""
    chosen = negotiation.choose(FORMATS, ending)
    now = version()
    etag = caching.tag(now, "ontology", chosen.name, language.interface(), language.content())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    base = state().settings.base_iri
    links = signposting.Links(f"{base}ontology", FORMATS)
    links.about([OWL + "Ontology"])
    if chosen is HTML:
        body: bytes | str = render_template(
            "browse/ontology.html", groups=_reference(), iri=links.iri, links=links
        )
    else:
        body = rdf.body(browsing.document(engine(), f"{base}graph/ontology"), chosen)
    response = Response(body, content_type=chosen.content_type)
    response.set_etag(etag)
    return links.on(response, chosen, fixed=ending is not None)


def term(name: str) -> AnyResponse:
    """A class or property, by the ending of the path or by Accept; or a version of the ontology."""
    base = state().settings.base_iri
    stem, dot, ending = name.rpartition(".")
    forms = (*views.FORMS, *classes.LISTS)
    fixed = next((item for item in forms if dot and ending == item.name), None)
    if fixed is None and browsing.exists(engine(), f"{base}ontology/{name}"):
        return redirect(addresses.public(addresses.with_reader("/ontology")), 303)
    try:
        iri = NamedNode(f"{base}ontology#{stem if fixed else name}").value
    except ValueError:
        raise NotFound("The address does not name a thing.", where=name) from None
    chosen = fixed or negotiation.choose(forms if iri in classes.known() else views.FORMS)
    return views.described(iri, chosen, fixed=fixed is not None)


def _reference() -> dict[str, list[TermEntry]]:
    """Classes, relations and attributes, each by name."""
    terms = browsing.terms(engine())
    mentioned = {
        term.value
        for properties in terms.values()
        for values in properties.values()
        for term in values
        if isinstance(term, NamedNode)
    }
    labels = asking.labels(engine(), mentioned)
    groups: dict[str, list[TermEntry]] = {name: [] for name in _GROUPS.values()}
    for iri, properties in terms.items():
        kinds = [_value(t).removeprefix(OWL) for t in properties.get(RDF + "type", [])]
        group = next((name for kind, name in _GROUPS.items() if kind in kinds), None)
        if group is not None:
            groups[group].append(_entry(iri, properties, labels))
    for entries in groups.values():
        entries.sort(key=lambda entry: entry.name)
    return groups


def _entry(iri: str, properties: dict[str, list[Term]], labels: dict[str, Bilingual]) -> TermEntry:
    links = {
        key: tuple(
            Thing(term.value, labels.get(term.value, {}))
            for term in properties.get(predicate, [])
            if isinstance(term, NamedNode) and "/genid/" not in term.value
        )
        for key, predicate in (
            ("broader", RDFS + "subClassOf"),
            ("broader_property", RDFS + "subPropertyOf"),
            ("domain", RDFS + "domain"),
            ("range", RDFS + "range"),
            ("inverse", OWL + "inverseOf"),
        )
    }
    return TermEntry(
        iri,
        iri.partition("#")[2],
        _tagged(properties.get(RDFS + "label", [])),
        _tagged([*properties.get(RDFS + "comment", []), *properties.get(SKOS + "definition", [])]),
        {key: found for key, found in links.items() if found},
    )


def _tagged(terms: list[Term]) -> Bilingual:
    return {t.language or "en": t.value for t in terms if isinstance(t, Literal)}


def _value(term: Term) -> str:
    return str(getattr(term, "value", term))
