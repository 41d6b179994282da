"""Pictures: the questions that are best seen, each drawn large with filters, sources and table."""

from __future__ import annotations

from flask import Blueprint

from service.pictures import views

blueprint = Blueprint("pictures", __name__, url_prefix="/pictures")
blueprint.add_url_rule("", view_func=views.listing)
blueprint.add_url_rule("/<question_id>", view_func=views.picture)
blueprint.add_url_rule("/<question_id>.json", view_func=views.description)
