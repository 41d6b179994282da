"""The SPARQL endpoint: protocol, editor, service description, running queries, short links."""

from __future__ import annotations

from flask import Blueprint

from service.sparql import charting, downloads, editor, links, views

blueprint = Blueprint("sparql", __name__)
blueprint.add_url_rule("/sparql", view_func=views.endpoint, methods=["GET", "POST", "QUERY"])
blueprint.add_url_rule("/sparql/running", view_func=views.running)
blueprint.add_url_rule("/sparql/running/<query_id>", view_func=views.state_of)
blueprint.add_url_rule(
    "/sparql/running/<query_id>", view_func=views.cancel, methods=["DELETE"], endpoint="cancel"
)
blueprint.add_url_rule("/sparql/terms", view_func=editor.terms)
blueprint.add_url_rule("/sparql/download", view_func=downloads.download, methods=["POST"])
blueprint.add_url_rule("/sparql/links", view_func=links.shorten, methods=["POST"])
blueprint.add_url_rule("/q/<name>", view_func=links.follow)
blueprint.add_url_rule("/q/<name>.rq", view_func=links.query)
blueprint.add_app_template_test(charting.is_number, "number_term")
blueprint.add_app_template_global(editor.island, "editor_island")
blueprint.add_app_template_global(links.permanent, "link_of")
