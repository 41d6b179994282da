"""SPARQL 1.1 Protocol, section 2.2: updates, by POST of the text or of a form, with a token."""

from __future__ import annotations

from flask import Request, Response, request

from kg.changing import Update
from kg.store.truth import Truth
from service import addresses, auth
from service.graphs import bodies, committing
from service.graphs.committing import Target
from service.sparql import protocol
from service.sparql.protocol import FORM_TYPE, UPDATE_TYPE


def wanted(request: Request) -> bool:
    """Whether a request to the endpoint of queries carries an update.

    Args:
        request: The request; its body stays readable.

    Returns:
        True for a POST of an update; what is given otherwise the protocol of queries refuses.
    """
    if request.method != "POST":
        return False
    if request.mimetype == FORM_TYPE:
        names = {name for name, _ in protocol.pairs(request.get_data(), "body")}
        return "update" in names and "query" not in names
    return request.mimetype == UPDATE_TYPE


def endpoint() -> Response:
    """`/update`: change the graph."""
    return answer(request)


def answer(request: Request) -> Response:
    """Run the update of a request.

    Args:
        request: A POST of an update.

    Returns:
        200 with what was done.

    Raises:
        Unauthorized, NotAllowed: No token for this.
        InvalidInput: The request cannot be read, or the update not done.
        IstcError: As for `kg.changing.change`.
    """
    token = auth.require("write")
    bodies.allow_uploads()
    asked = protocol.read_update(request)
    step = Update(
        asked.text, addresses.site() + addresses.quoted(request.path), asked.default, asked.named
    )
    told = committing.entry(token.name, "update", checksum=committing.checksum(asked.text))
    done = committing.run(step, told, _checked)
    if isinstance(done, Response):
        return done
    response = committing.answer(done)
    response.headers["Location"] = addresses.public(f"/changes/{done.version.number}")
    response.set_etag(committing.tag(done.version.digest))
    return response


def _checked(truth: Truth) -> None:
    committing.preconditions(truth, Target())
