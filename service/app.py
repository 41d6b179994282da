"""The application: `create_app` is a list of steps."""

from __future__ import annotations

from flask import Flask

from kg.querying import Engine
from kg.settings import Settings
from service import formatting, language, problems, security
from service.answers import blueprint as answers
from service.browse import blueprint as browse
from service.finder import blueprint as finder
from service.home import blueprint as home
from service.questions import blueprint as questions
from service.sparql import blueprint as sparql
from service.state import State


def create_app(settings: Settings) -> Flask:
    """Make the web application.

    Args:
        settings: Everything that can be set.

    Returns:
        A WSGI application; `close` in `service.server` ends what it started.
    """
    app = Flask("service", static_folder="static", template_folder="templates")
    app.url_map.strict_slashes = True
    # A redirect of the framework would repeat the Host header.
    app.url_map.merge_slashes = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["istc"] = State(settings, Engine(settings), language.read_messages())
    # First the errors: from here on each failure has the one shape.
    problems.install(app)
    # Then the headers, which errors need as well.
    security.install(app, settings)
    app.after_request(language.mark)
    formatting.install(app)
    for blueprint in (home, finder, sparql, questions, answers, browse):
        app.register_blueprint(blueprint)
    return app
