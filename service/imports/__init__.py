"""Imports over HTTP: sent, checked as jobs, looked at, committed and taken back; `/validate`."""

from __future__ import annotations

from flask import Blueprint

from service.imports import events, reports, validating, views

blueprint = Blueprint("imports", __name__)
blueprint.add_url_rule("/imports", view_func=views.send, methods=["POST"])
blueprint.add_url_rule("/validate", view_func=validating.validate, methods=["POST"])
for _path, _view in (
    ("/imports", views.listing),
    ("/imports/new", views.new),
    ("/imports/<id_>", views.job),
    ("/imports/<id_>/events", events.follow),
    ("/imports/<id_>/report", reports.report),
    ("/imports/<id_>/diff", reports.difference),
):
    blueprint.add_url_rule(_path, view_func=_view)
blueprint.add_url_rule("/imports/<id_>", view_func=views.cancel, methods=["DELETE"])
blueprint.add_url_rule("/imports/<id_>/commit", view_func=views.commit, methods=["POST"])
blueprint.add_url_rule("/imports/<id_>/revert", view_func=views.revert, methods=["POST"])
