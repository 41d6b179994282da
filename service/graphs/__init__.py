"""Changes over HTTP: SPARQL Update, the Graph Store Protocol, and what was changed."""

from __future__ import annotations

from flask import Blueprint

from service.graphs import history, views
from service.sparql import update

blueprint = Blueprint("graphs", __name__)
blueprint.add_url_rule("/update", view_func=update.endpoint, methods=["POST"])
blueprint.add_url_rule("/store", view_func=views.read, methods=["GET"])
blueprint.add_url_rule("/store", view_func=views.write, methods=["PUT", "POST", "DELETE"])
blueprint.add_url_rule("/store/<path:name>", view_func=views.read, methods=["GET"])
blueprint.add_url_rule(
    "/store/<path:name>", view_func=views.write, methods=["PUT", "POST", "DELETE"]
)
blueprint.add_url_rule("/changes/<int:number>", view_func=history.change)
blueprint.add_url_rule("/changes/<int:number>.rdfp.gz", view_func=history.patch)
blueprint.add_url_rule("/changes/<int:number>/undo", view_func=history.undo, methods=["POST"])
