"""Search over the things of the graph: the page, suggestions while one types, OpenSearch."""

from __future__ import annotations

from flask import Blueprint

from service.search import description, suggesting, views

blueprint = Blueprint("search", __name__)
blueprint.add_url_rule("/search", view_func=views.search)
for _form in views.DATA:
    blueprint.add_url_rule(
        f"/search.{_form.name}",
        view_func=views.search,
        defaults={"ending": _form.name},
        endpoint=f"search_{_form.name}",
    )
blueprint.add_url_rule("/suggest", view_func=suggesting.suggest)
blueprint.add_url_rule(description.PATH, view_func=description.answer)
