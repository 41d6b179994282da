"""Templates of tables to download, and the page that says what each table is for."""

from __future__ import annotations

from flask import Blueprint

from service.layouts import views

blueprint = Blueprint("layouts", __name__)
blueprint.add_url_rule("/templates", view_func=views.listing)
blueprint.add_url_rule("/templates/<kind>", view_func=views.layout)
blueprint.add_url_rule("/templates/<kind>.<any(csv, xlsx):ending>", view_func=views.download)
