"""Home, catalogue, downloads, health, and the pages that explain problems."""

from __future__ import annotations

from flask import Blueprint

from service.home import api, openapi, views

blueprint = Blueprint("home", __name__)
blueprint.add_url_rule("/", view_func=views.home)
blueprint.add_url_rule("/problems", view_func=views.problem_list)
blueprint.add_url_rule("/problems/<slug>", view_func=views.problem)
blueprint.add_url_rule("/catalog", view_func=views.data_sets)
for _ending in ("html", "ttl", "jsonld", "nt", "rdf", "trig"):
    blueprint.add_url_rule(
        f"/catalog.{_ending}",
        view_func=views.data_sets,
        defaults={"ending": _ending},
        endpoint=f"catalog_{_ending}",
    )
blueprint.add_url_rule("/.well-known/void", view_func=api.void)
blueprint.add_url_rule("/dumps/<int:number>/<name>", view_func=api.dump)
blueprint.add_url_rule(openapi.PATH, view_func=openapi.answer)
blueprint.add_url_rule("/healthz", view_func=api.alive)
blueprint.add_url_rule("/readyz", view_func=api.ready)
blueprint.add_url_rule("/version", view_func=api.about)
