"""What was found in an import, and what it adds to the graph and takes away."""

from __future__ import annotations

from pathlib import Path

from flask import Response, request, send_file

from kg.errors import WrongState
from kg.importing.jobs import Job
from kg.importing.jobs.preview import DIFF, PATCH
from kg.importing.jobs.worker import report as name_of
from service import language, negotiation
from service.imports import views
from service.negotiation import CSV, JSON, JSON_LD, TURTLE, Format
from service.state import jobs

WORDS = Format("txt", "text/plain", (), ("text",))
RDF_PATCH = Format("rdfp", "application/rdf-patch", (), ("patch",))
REPORTS = (JSON, CSV, TURTLE, JSON_LD, WORDS)
DIFFERENCES = (JSON, RDF_PATCH)


def report(id_: str) -> Response:
    """Everything that is wrong or doubtful, in the form that is asked for."""
    return reported(views.owned(id_))


def chosen() -> Format:
    """The form of a report that the request asks for.

    Raises:
        InvalidInput, NotAcceptable: There is none like it.
    """
    return negotiation.choose(REPORTS, request.args.getlist("format"))


def reported(job: Job, status: int = 200) -> Response:
    """The report of a job.

    Args:
        job: The job.
        status: Status of the answer.

    Raises:
        InvalidInput, NotAcceptable: There is no such form.
        WrongState: The job has no report.
    """
    form = chosen()
    if not job.reported:
        raise _not_there(job, "report")
    language.international()
    ending = f"{language.interface()}.txt" if form is WORDS else form.name
    return _file(job, name_of(ending), form, status)


def difference(id_: str) -> Response:
    """What an import adds and removes: numbers and the first quads, or all of it as a patch."""
    job = views.owned(id_)
    form = negotiation.choose(DIFFERENCES, request.args.getlist("format"))
    if not job.differing:
        raise _not_there(job, "difference")
    return _file(job, DIFF if form is JSON else PATCH, form, 200)


def _not_there(job: Job, what: str) -> WrongState:
    return WrongState(
        f"The import is {job.state}; it has no {what}.",
        where=job.id,
        hint="Look at the import: /imports/" + job.id,
        extra={"state": job.state},
    )


def _file(job: Job, name: str, form: Format, status: int) -> Response:
    path: Path = jobs().folder(job.id) / name
    response = send_file(path, mimetype=form.media_type)
    response.headers["Content-Type"] = form.content_type
    response.headers["Content-Disposition"] = f'inline; filename="{job.source}.{form.name}"'
    response.headers["Cache-Control"] = "no-store"
    if form is WORDS:
        response.headers["Content-Language"] = language.interface()
    response.status_code = status
    return negotiation.vary(response)


__all__ = ["REPORTS", "chosen", "difference", "report", "reported"]
