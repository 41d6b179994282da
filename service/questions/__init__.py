"""Competency questions: catalogue, pages with form and answer, answers for programs."""

from __future__ import annotations

from flask import Blueprint

from service.questions import api, charts, drawing, reading, views

blueprint = Blueprint("questions", __name__, url_prefix="/questions")
blueprint.add_url_rule("", view_func=views.listing)
blueprint.add_url_rule("/<question_id>", view_func=views.question)
blueprint.add_url_rule("/<question_id>/embed", view_func=views.embed)
blueprint.add_app_template_global(drawing.chart_of)
blueprint.add_app_template_filter(charts.embedded)
blueprint.add_app_template_test(reading.numeric)
for _ending in api.ENDINGS:
    blueprint.add_url_rule(
        f"/<question_id>.{_ending}",
        view_func=api.answer,
        defaults={"ending": _ending},
        endpoint=f"answer_{_ending}",
    )
