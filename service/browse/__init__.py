"""Linked data: things redirect to documents, documents describe them in HTML and RDF."""

from __future__ import annotations

from flask import Blueprint

from service.browse import alignments, classes, ontology, parameters, views

#: First parts of the IRIs of things, as they stand below the root of the service.
_ROOTS = ("vocab/", "graph/", "dataset/", "version/", "commit/", ".well-known/genid/")
_ENDINGS = ("html", "ttl", "jsonld", "nt", "rdf", "trig")

blueprint = Blueprint("browse", __name__)
blueprint.add_url_rule("/id/<path:path>", view_func=views.thing, defaults={"root": ""})
for _root in _ROOTS:
    blueprint.add_url_rule(
        f"/{_root}<path:path>",
        view_func=views.thing,
        defaults={"root": _root},
        endpoint=f"thing_{_root.partition('/')[0].strip('.')}",
    )
blueprint.add_url_rule("/doc/<path:path>", view_func=views.document)
blueprint.add_url_rule("/doc", view_func=views.any_iri)
blueprint.add_url_rule("/classes", view_func=classes.overview)
blueprint.add_url_rule("/ontology/alignments", view_func=alignments.listing)
blueprint.add_url_rule("/ontology/alignments/<name>", view_func=alignments.alignment)
blueprint.add_url_rule("/ontology/<name>", view_func=ontology.term)
for _name, _view in (("ontology", ontology.ontology), ("parameter", parameters.parameters)):
    blueprint.add_url_rule(f"/{_name}", view_func=_view, endpoint=_name)
    for _ending in _ENDINGS:
        blueprint.add_url_rule(
            f"/{_name}.{_ending}",
            view_func=_view,
            defaults={"ending": _ending},
            endpoint=f"{_name}_{_ending}",
        )
