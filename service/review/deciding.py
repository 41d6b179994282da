"""Decisions on links: read from JSON or a form, made in one change, told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

from kg.changing import Changed
from kg.errors import InvalidInput, InvalidParameter, Stale
from kg.linking import reviewing
from kg.linking.links import STATUSES
from kg.linking.reviewing import VERBS, Decision
from kg.store.truth import Truth
from service import addresses, auth
from service.graphs import committing
from service.graphs.committing import Target
from service.state import state

#: Decisions that one request may hold.
MOST = 500
#: How often the links are read again when somebody changes the graph in between.
_TRIES = 3
_JSON, FORM = "application/json", "application/x-www-form-urlencoded"
#: Members of a decision → what they may be; empty: any text.
_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "id": (),
    "verb": tuple(VERBS),
    "as": (),
    "seen": STATUSES,
}


class WrongType(UnsupportedMediaType):
    """A media type in which no decisions are read."""

    accepted = (_JSON, FORM)


def decide() -> Response:
    """Decide on links, all in one change of the graph.

    Returns:
        What was changed, with the links of the records concerned as they are now.
    """
    token = auth.require("import")
    decisions = _decisions()
    with committing.writing():
        done = _decided(decisions, token.name)
    committing.shown(done.version.number)
    known = reviewing.all_links(state().settings)
    begun = tuple(decision.number for decision in decisions)
    records = {link.candidate for link in known if link.number.startswith(begun)}
    response = jsonify(
        **committing.summary(done),
        links=[link.record() for link in known if link.candidate in records],
    )
    link = addresses.public(f"/changes/{done.version.number}")
    response.headers["Link"] = f'<{link}>; rel="http://www.w3.org/ns/prov#wasGeneratedBy"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _decided(decisions: list[Decision], agent: str) -> Changed:
    def expected(truth: Truth) -> None:
        if request.if_match:
            committing.preconditions(truth, Target())

    for _ in range(_TRIES - 1):
        try:
            return reviewing.decide(state().settings, decisions, agent, guard=expected)
        except Stale:
            # Whether what others have changed concerns these links is seen by reading them again.
            if request.if_match:
                raise
    return reviewing.decide(state().settings, decisions, agent, guard=expected)


def _decisions() -> list[Decision]:
    if request.mimetype == FORM:
        given: Any = _of_form()
    elif request.mimetype == _JSON:
        try:
            given = json.loads(request.get_data())
        except ValueError as error:
            raise InvalidInput(
                f"The body is not JSON: {error}.",
                hint='Send {"decisions": [{"id": …, "verb": …}]}.',
            ) from error
    else:
        raise WrongType
    listed = given.get("decisions") if isinstance(given, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST:
        raise _wrong([("decisions", "", f"a list of 1 to {MOST} decisions", ())])
    wrong = [error for at, one in enumerate(listed) for error in _errors(at, one)]
    if wrong:
        raise _wrong(wrong)
    return [
        Decision(one["id"], one["verb"], one.get("as") or "", one.get("seen") or "")
        for one in listed
    ]


def _of_form() -> dict[str, Any]:
    """The decisions of a form: one verb for each `id` that is given."""
    rest = {name: value for name, value in request.form.items() if name != "id"}
    return {"decisions": [{**rest, "id": number} for number in request.form.getlist("id")]}


def _errors(at: int, one: Any) -> list[tuple[str, str, str, tuple[str, ...]]]:
    place = f"decisions[{at}]"
    if not isinstance(one, dict):
        return [(place, str(one), "an object with id and verb", ())]
    found: list[tuple[str, str, str, tuple[str, ...]]] = [
        (f"{place}.{name}", str(one[name]), "a member of a decision", tuple(_MEMBERS))
        for name in one
        if name not in _MEMBERS
    ]
    for name, allowed in _MEMBERS.items():
        value = one.get(name) or ""
        if not isinstance(value, str) or (not value and name in ("id", "verb")):
            found.append((f"{place}.{name}", str(value), "a text", allowed))
        elif value and allowed and value not in allowed:
            found.append((f"{place}.{name}", value, "one of several", allowed))
    if one.get("as") and one.get("verb") != "accept":
        found.append((f"{place}.as", str(one["as"]), "left out, unless the verb is accept", ()))
    return found


def _wrong(errors: list[tuple[str, str, str, tuple[str, ...]]]) -> InvalidParameter:
    names = ", ".join(name for name, *_ in errors[:5])
    return InvalidParameter(
        f"Wrong parameters: {names}.",
        where=errors[0][0],
        hint=f"{errors[0][0]} must be {errors[0][2]}.",
        extra={
            "errors": [
                {"parameter": name, "value": value, "expected": expected, "allowed": list(allowed)}
                for name, value, expected, allowed in errors
            ]
        },
    )


__all__ = ["FORM", "MOST", "decide"]
