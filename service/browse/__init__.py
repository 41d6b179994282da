"""Linked data: things redirect to documents, documents describe them in HTML and RDF."""

from __future__ import annotations

from flask import Blueprint

from service.browse import ontology, views

blueprint = Blueprint("browse", __name__)
blueprint.add_url_rule("/id/<path:path>", view_func=views.thing, defaults={"root": ""})
for _root in ("vocab", "graph", "dataset"):
    blueprint.add_url_rule(
        f"/{_root}/<path:path>",
        view_func=views.thing,
        defaults={"root": f"{_root}/"},
        endpoint=f"thing_{_root}",
    )
blueprint.add_url_rule("/doc/<path:path>", view_func=views.document)
blueprint.add_url_rule("/doc", view_func=views.any_iri)
blueprint.add_url_rule("/ontology", view_func=ontology.ontology)
for _ending in ("html", "ttl", "jsonld", "nt", "rdf"):
    blueprint.add_url_rule(
        f"/ontology.{_ending}",
        view_func=ontology.ontology,
        defaults={"ending": _ending},
        endpoint=f"ontology_{_ending}",
    )
