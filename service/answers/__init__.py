"""Frozen answers: made by citing, read under the hash of their content."""

from __future__ import annotations

from flask import Blueprint

from service.answers import views

blueprint = Blueprint("answers", __name__)
blueprint.add_url_rule("/questions/<question_id>/cite", view_func=views.freeze, methods=["POST"])
blueprint.add_url_rule("/answers/<digest>", view_func=views.answer)
blueprint.add_url_rule("/answers/<digest>/now", view_func=views.now)
for _ending in views.ENDINGS:
    blueprint.add_url_rule(
        f"/answers/<digest>.{_ending}",
        view_func=views.answer,
        defaults={"ending": _ending},
        endpoint=f"answer_{_ending}",
    )
