"""Finding the question: plain words in Chinese or English, the best questions with values."""

from __future__ import annotations

from flask import Blueprint

from service.finder import views

blueprint = Blueprint("finder", __name__)
blueprint.add_url_rule("/ask", view_func=views.ask)
