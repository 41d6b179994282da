"""The catalogue as RDF, downloads, health and version."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response, jsonify, send_file

from kg import browsing, exporting
from kg.building import tool_version
from kg.errors import IstcError, NotFound
from service import caching, negotiation, rdf
from service.negotiation import RDF, Format, vary
from service.state import engine, state, version

#: Files that can be downloaded, ending of the name as `istc export` takes it.
DUMPS = ("nq.gz", "trig.gz", "ttl.gz", "nt.gz", "jsonld.gz", "rdf.gz")

_READY = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"


def catalogue_as(chosen: Format) -> Response:
    """The catalogue of our data sets (DCAT 3 and VoID)."""
    now = version()
    etag = caching.tag(now.digest, "catalogue", chosen.name)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    graph = f"{state().settings.base_iri}graph/catalogue"
    body = rdf.body(browsing.document(engine(), graph), chosen)
    response = Response(body, content_type=chosen.content_type)
    response.set_etag(etag)
    return vary(response)


def void() -> Response:
    """The catalogue where VoID says to look for it; Turtle unless another form is asked for."""
    return catalogue_as(negotiation.choose(RDF))


def dump(number: int, name: str) -> Response:
    """The whole graph of the current version as a file, made when it is first asked for."""
    now = version()
    ending = name.removeprefix("istc-kg.")
    if number != now.number or ending == name or ending not in DUMPS:
        raise NotFound(
            "There is no such file.",
            where=f"/dumps/{number}/{name}",
            extra={"suggestions": [f"/dumps/{now.number}/istc-kg.{e}" for e in DUMPS]},
        )
    settings = state().settings
    folder = settings.home / "dumps" / str(number)
    target: Path = folder / name
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        exporting.export(now, target, base_iri=settings.base_iri)
    response = send_file(
        target.resolve(),
        mimetype="application/gzip",
        as_attachment=True,
        download_name=name,
        conditional=True,
        etag=caching.tag(now.digest, name),
    )
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def alive() -> Response:
    """The process answers; says nothing of the graph."""
    response = jsonify(status="ok")
    response.headers["Cache-Control"] = "no-store"
    return response


def ready() -> Response:
    """Whether questions can be answered: store, engine and spool, each by trying it."""
    parts: dict[str, str] = {}
    try:
        now = version()
        parts["store"] = f"version {now.number}"
        engine().select(_READY)
        parts["engine"] = "ok"
        with tempfile.TemporaryFile(dir=state().settings.home):
            parts["spool"] = "ok"
    except (IstcError, OSError) as error:
        failed = next(name for name in ("store", "engine", "spool") if name not in parts)
        parts[failed] = error.what if isinstance(error, IstcError) else str(error.strerror)
        response = jsonify(status="unavailable", failed=failed, parts=parts)
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    else:
        response = jsonify(status="ready", parts=parts)
    response.headers["Cache-Control"] = "no-store"
    return response


def about() -> Response:
    """Version of the software and of the data."""
    now = engine().version()
    return jsonify(
        software=tool_version(),
        base=state().settings.base_iri,
        data=None if now is None else {"version": now.number, "digest": now.digest},
    )


__all__ = ["DUMPS", "about", "alive", "catalogue_as", "dump", "ready", "void"]
