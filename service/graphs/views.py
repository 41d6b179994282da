"""SPARQL 1.1 Graph Store HTTP Protocol at `/store`.

`?graph=IRI` and `?default` name a graph indirectly; `/store/<path>` is itself the IRI of a graph;
without either it is the whole dataset, as TriG or N-Quads. In the dataset `union` the default graph
is the union of all graphs: it can be read, and changes must name a graph. A graph exists as long as
it holds a triple.
"""

from __future__ import annotations

import uuid
from functools import partial

from flask import Response, request
from pyoxigraph import DefaultGraph, NamedNode, Quad
from werkzeug.exceptions import MethodNotAllowed

from kg import exporting, skolem
from kg.changing import Drop, Load, Part, Step
from kg.changing.reading import MEDIA_TYPES
from kg.errors import InvalidInput, NotFound
from kg.namespaces import BASE, JOURNAL
from kg.store import versions
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import Version
from service import addresses, auth, negotiation, rdf
from service.graphs import bodies, committing
from service.graphs.committing import Target
from service.negotiation import GRAPHS, JSON_LD, N_QUADS, TRIG
from service.state import state, version

_DATASETS = (TRIG, N_QUADS, JSON_LD)
#: Media types of documents that can name graphs.
_QUADS = tuple(kind for kind, form in MEDIA_TYPES.items() if form.supports_datasets)
_READING = ("GET", "HEAD", "OPTIONS")


def _target(name: str | None) -> Target:
    """The graph that the address names."""
    graphs = request.args.getlist("graph")
    default = "default" in request.args
    if name is not None:
        return Target(addresses.site() + addresses.quoted(f"/store/{name}"))
    if len(graphs) > 1 or (graphs and default):
        raise InvalidInput(
            "The address names more than one graph.",
            where="graph",
            hint="Give graph once, or default, not both.",
            extra={"parameter": "graph"},
        )
    if not graphs:
        return Target("" if default else None)
    try:
        iri = NamedNode(graphs[0]).value
    except ValueError:
        iri = ""
    if ":" not in iri:
        raise InvalidInput(
            f"“{graphs[0]}” is not an absolute IRI.", where="graph", extra={"parameter": "graph"}
        )
    return Target(iri)


# --- reading --------------------------------------------------------------------------------------


def read(name: str | None = None) -> Response:
    """A graph, the default graph, or the whole dataset."""
    target = _target(name)
    offered = _DATASETS if target.graph is None else GRAPHS
    chosen = negotiation.choose(offered, request.args.getlist("format"))
    # Not the version that queries are answered from: that one may still be loading the last change.
    now = versions.current(state().settings.home) or version()
    digest = state().kept.get(
        now.digest, ("graph", target.graph), partial(_digest, now, target.graph)
    )
    etag = committing.tag(digest, chosen.name)
    response = Response(content_type=chosen.content_type)
    if request.if_none_match.contains(etag):
        response.status_code = 304
        response.content_type = None  # type: ignore[assignment]
    else:
        response.set_data(rdf.body(_read_back(_quads(now, target.graph)), chosen))
    response.set_etag(etag)
    return negotiation.vary(response)


def _digest(now: Version, graph: str | None) -> str:
    return versions.content_digest(f"{quad} .".encode() for quad in _quads(now, graph))


def _quads(now: Version, graph: str | None) -> list[Quad]:
    """What a graph holds; the journal is read by its name only.

    Raises:
        NotFound: There is no such graph.
    """
    if graph:
        with versions.hold(now):
            return exporting.quads(now, graph)
    with versions.hold(now):
        found = exporting.quads(now)
    if graph is None or state().settings.dataset == "union":
        return found
    return [quad for quad in found if quad.graph_name == DefaultGraph()]


def _read_back(quads: list[Quad]) -> list[Quad]:
    """Blank nodes as they came, where the service keeps what others loaded."""
    if state().settings.dataset == "union":
        return quads
    genid = skolem.GENID.replace(BASE, state().settings.base_iri)
    return list(skolem.restore_blank_nodes(quads, genid))


# --- writing --------------------------------------------------------------------------------------


def write(name: str | None = None) -> Response:
    """Replace, add to or remove a graph; add to the dataset."""
    token = auth.require("write")
    target = _target(name)
    if target.graph is None and request.method != "POST":
        raise MethodNotAllowed(valid_methods=[*_READING, "POST"])
    if target.graph == "" and state().settings.dataset == "union":
        raise InvalidInput(
            "The default graph is the union of all graphs and cannot be changed itself.",
            where="default",
            hint="Name a graph of your own: ?graph=…",
            extra={"parameter": "default"},
        )
    if target.graph == JOURNAL.value:
        target = Target(JOURNAL.value)
    if request.method == "DELETE":
        return _deleted(target, token.name)
    with bodies.parts() as parts:
        if target.graph is None and not all(part.media_type in _QUADS for part in parts):
            # A document of triples sent to the store as a whole becomes a new graph.
            target = Target(f"{addresses.site()}/store/{uuid.uuid4()}")
        return _loaded(target, parts, token.name)


def _loaded(target: Target, parts: tuple[Part, ...], agent: str) -> Response:
    replace = request.method == "PUT"
    step = Load(parts, target.graph or request.base_url, target.graph, replace)
    told = committing.entry(
        agent, "upload", target.graph or "", parts[0].checksum if len(parts) == 1 else ""
    )
    return _done(target, step, told)


def _deleted(target: Target, agent: str) -> Response:
    graph = target.graph or ""
    return _done(target, Drop(graph), committing.entry(agent, "delete", graph))


def _done(target: Target, step: Step, told: Entry) -> Response:
    existed = False

    def guard(truth: Truth) -> None:
        nonlocal existed
        existed = committing.preconditions(truth, target)
        if not existed and isinstance(step, Drop):
            raise NotFound(f"There is no graph “{target.graph}”.", where="graph")

    done = committing.run(step, told, guard)
    if isinstance(done, Response):
        return done
    created = not existed and done.added > 0
    plain = 200 if done.warnings or target.graph is None else 204
    response = committing.answer(done, 201 if created else plain)
    if created and target.graph:
        response.headers["Location"] = addresses.header(target.graph)
    return response
