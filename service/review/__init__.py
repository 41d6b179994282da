"""Settle what imported records are: the list of links, and decisions."""

from __future__ import annotations

from flask import Blueprint

from service.review import deciding, listing

blueprint = Blueprint("review", __name__)
blueprint.add_url_rule("/review", view_func=listing.review)
blueprint.add_url_rule("/review", view_func=deciding.decide, methods=["POST"], endpoint="decide")
for _form in listing.FORMATS:
    blueprint.add_url_rule(
        f"/review.{_form.name}",
        view_func=listing.review,
        defaults={"ending": _form.name},
        endpoint=f"review_{_form.name}",
    )
