"""Home, catalogue, downloads, health, and the pages that explain problems."""

from __future__ import annotations

from flask import Blueprint

from service.home import descriptions, downloads, downloads_page, openapi, operation, views

blueprint = Blueprint("home", __name__)
blueprint.add_url_rule("/", view_func=views.home)
blueprint.add_url_rule("/about", view_func=views.about, endpoint="about_page")
blueprint.add_url_rule("/problems", view_func=views.problem_list)
blueprint.add_url_rule("/problems/<slug>", view_func=views.problem)
_RDF = ("ttl", "jsonld", "nt", "rdf", "trig")
for _name, _view, _endings in (
    ("catalog", views.catalogue_page, ("html", *_RDF)),
    ("void", descriptions.void, _RDF),
    ("prefixes", descriptions.prefixes, ("json", *_RDF)),
    ("shapes", descriptions.shapes_document, _RDF),
):
    blueprint.add_url_rule(f"/{_name}", view_func=_view, endpoint=_name)
    for _ending in _endings:
        blueprint.add_url_rule(
            f"/{_name}.{_ending}",
            view_func=_view,
            defaults={"ending": _ending},
            endpoint=f"{_name}_{_ending}",
        )
blueprint.add_url_rule("/.well-known/void", view_func=descriptions.void, endpoint="well_known")
blueprint.add_url_rule("/downloads", view_func=downloads_page.page, endpoint="downloads")
blueprint.add_url_rule("/dumps/<int:number>/<path:name>", view_func=downloads.dump)
blueprint.add_url_rule("/dumps/latest/<path:name>", view_func=downloads.latest)
blueprint.add_url_rule(openapi.PATH, view_func=openapi.answer)
blueprint.record_once(lambda made: made.app.extensions.update({operation.TRIAL: operation.Trial()}))
for _path, _answer in (
    ("/healthz", operation.alive),
    ("/readyz", operation.ready),
    ("/version", operation.about),
    ("/metrics", operation.metrics),
):
    blueprint.add_url_rule(_path, view_func=_answer)
