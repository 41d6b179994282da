"""The SPARQL endpoint: protocol, editor, service description, running queries."""

from __future__ import annotations

from flask import Blueprint

from service.sparql import views

blueprint = Blueprint("sparql", __name__)
blueprint.add_url_rule("/sparql", view_func=views.endpoint, methods=["GET", "POST", "QUERY"])
blueprint.add_url_rule("/sparql/running", view_func=views.running)
blueprint.add_url_rule("/sparql/running/<query_id>", view_func=views.state_of)
blueprint.add_url_rule(
    "/sparql/running/<query_id>", view_func=views.cancel, methods=["DELETE"], endpoint="cancel"
)
