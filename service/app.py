"""The application: `create_app` is a list of steps."""

from __future__ import annotations

from flask import Flask

from kg.querying import Engine
from kg.settings import Settings
from service import formatting, language, logs, metrics, problems, remote, security
from service.analysis import blueprint as analysis
from service.analysis import files as tables
from service.answers import blueprint as answers
from service.browse import blueprint as browse
from service.finder import blueprint as finder
from service.graphs import blueprint as graphs
from service.home import blueprint as home
from service.imports import blueprint as imports
from service.layouts import blueprint as layouts
from service.pictures import blueprint as pictures
from service.questions import blueprint as questions
from service.review import blueprint as review
from service.search import blueprint as search
from service.sparql import blueprint as sparql
from service.state import State


def create_app(settings: Settings, engine: Engine | None = None) -> Flask:
    """Make the web application.

    Args:
        settings: Everything that can be set.
        engine: What answers queries, if it has been started already.

    Returns:
        A WSGI application; `close` in `service.server` ends what it started.
    """
    app = Flask("service", static_folder="static", template_folder="templates")
    app.url_map.strict_slashes = True
    # A redirect of the framework would repeat the Host header.
    app.url_map.merge_slashes = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    engine = engine or Engine(settings, remote.connect(settings, follow=True))
    app.extensions["istc"] = State(settings, engine, language.read_messages())
    # First the errors: from here on each failure has the one shape.
    problems.install(app)
    # Flask runs what follows an answer in reverse, so these two see it last.
    logs.install(app)
    metrics.install(app)
    # Then the headers, which errors need as well.
    security.install(app, settings)
    app.after_request(language.mark)
    formatting.install(app)
    for blueprint in (
        home,
        finder,
        search,
        sparql,
        graphs,
        imports,
        questions,
        pictures,
        analysis,
        tables,
        answers,
        review,
        layouts,
        browse,
    ):
        app.register_blueprint(blueprint)
    return app
