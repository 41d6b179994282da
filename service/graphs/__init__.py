"""Changes over HTTP: SPARQL Update, the Graph Store Protocol, and what was changed."""

from __future__ import annotations

from flask import Blueprint

from service.graphs import feed, history, views
from service.sparql import update

blueprint = Blueprint("graphs", __name__)
blueprint.add_url_rule("/update", view_func=update.endpoint, methods=["POST"])
blueprint.add_url_rule("/store", view_func=views.read, methods=["GET"])
blueprint.add_url_rule("/store", view_func=views.write, methods=["PUT", "POST", "DELETE"])
blueprint.add_url_rule("/store/<path:name>", view_func=views.read, methods=["GET"])
blueprint.add_url_rule(
    "/store/<path:name>", view_func=views.write, methods=["PUT", "POST", "DELETE"]
)
blueprint.add_url_rule("/changes", view_func=feed.feed)
for _form in feed.FORMATS:
    blueprint.add_url_rule(
        f"/changes.{_form.name}",
        view_func=feed.feed,
        defaults={"ending": _form.name},
        endpoint=f"feed_{_form.name}",
    )
blueprint.add_url_rule("/changes/<int:number>.rdfp", view_func=feed.of_change)
blueprint.add_url_rule(
    "/changes/<int:number>/<any(added, removed):side>.nq", view_func=feed.quads_of_change
)
blueprint.add_url_rule("/changes/<int:number>", view_func=history.change)
blueprint.add_url_rule("/changes/<int:number>.rdfp.gz", view_func=history.patch)
blueprint.add_url_rule("/changes/<int:number>/undo", view_func=history.undo, methods=["POST"])
blueprint.add_url_rule("/hide", view_func=history.hide, methods=["POST"])
