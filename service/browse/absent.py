"""What is answered for a thing that is not there: where it went, when it left, what is near."""

from __future__ import annotations

from contextlib import suppress

from flask import redirect
from werkzeug.wrappers import Response

from kg import asking, browsing
from kg.description import Thing
from kg.errors import Gone, NoIndex, NotFound
from service import addresses, language
from service.state import engine, state, version


def successor(iri: str) -> str | None:
    """The thing that another one has become, where it has; kept for the data version."""
    return state().kept.get(
        version().digest, ("successor", iri), lambda: browsing.successor(engine(), iri)
    )


def moved(path: str, status: int = 301) -> Response:
    """Send a client to another address of this service for good.

    Args:
        path: From the root of the service; the languages of the reader go along.
        status: 301, or 308 where only the spelling differs.
    """
    return redirect(addresses.public(addresses.with_reader(path)), status)


def meant(iri: str, near: list[Thing]) -> str | None:
    """The one thing whose IRI differs from this one by case alone."""
    folded = iri.casefold()
    same = [t.iri for t in near if t.iri.casefold() == folded and t.iri != iri]
    return same[0] if len(same) == 1 else None


def near(iri: str) -> list[Thing]:
    """Things that may be meant: by their keys, and by their names; best first."""
    found = browsing.near(engine(), iri)
    words = addresses.last_part(iri).replace("-", " ").replace("_", " ")
    with suppress(NoIndex):
        hits = state().indexes.current().suggest(words, limit=browsing.NEAR).hits
        found += [Thing(hit.iri, dict(hit.label)) for hit in hits]
    return list({thing.iri: thing for thing in found}.values())[: browsing.NEAR]


def missing(iri: str, found: list[Thing]) -> NotFound:
    """The error for an IRI of which the graph says nothing.

    Args:
        iri: The IRI.
        found: What is near.

    Returns:
        `Gone` with date and reason for what an earlier version held, else `NotFound` with what is
        near.
    """
    names = [_named(thing) for thing in found]
    hint = f"Did you mean {', '.join(names)}?" if names else None
    extra = {"suggestions": [addresses.public(addresses.document(thing.iri)) for thing in found]}
    home = state().settings.home.absolute()
    removal = state().kept.get(
        version().digest, ("removal", iri), lambda: browsing.removal(engine(), home, iri)
    )
    if removal is None:
        return NotFound(
            "The graph says nothing of this thing.",
            where=iri,
            hint=hint or "Look for it on the home page.",
            extra=extra,
        )
    what = f"It was taken out of the graph with change {removal.change}"
    what += f" on {removal.at[:10]} ({removal.reason})" if removal.at else ""
    return Gone(
        f"{what}.",
        where=iri,
        hint=hint,
        extra=extra
        | {
            "change": addresses.public(f"/changes/{removal.change}"),
            "date": removal.at or None,
            "reason": removal.reason or None,
        },
    )


def _named(thing: Thing) -> str:
    key = addresses.path_of(thing.iri) or thing.iri
    name = asking.pick(thing.label, language.content())
    return f"{name} ({key})" if name else key
