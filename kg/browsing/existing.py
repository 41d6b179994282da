"""Whether a thing is in the graph; and else what it became, when it left, and what is near."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.asking import Selecting
from kg.citing import text_of
from kg.description import Thing
from kg.figures import rows_about
from kg.namespaces import BASE
from kg.store import changes

#: Near things that are given at most.
NEAR = 5


@dataclass(frozen=True)
class Removal:
    """The change in which a thing left the graph.

    Attributes:
        change: Its number.
        at: When, as xsd:dateTime; empty where the journal does not tell.
        reason: What its author said of it, else what it was: `undo`, `build`, `update` …
    """

    change: int
    at: str = ""
    reason: str = ""


def exists(engine: Selecting, iri: str) -> bool:
    """Whether the graph says anything of a thing, or has a named graph of this name."""
    return bool(rows_about(engine, "exists", "thing", [iri]))


def successor(engine: Selecting, iri: str) -> str | None:
    """The thing that another one has become: merged by a link, or replaced.

    Args:
        engine: Where to ask.
        iri: IRI of the other one.

    Returns:
        IRI of the thing that was kept; None for a thing that stands for itself.
    """
    rows = rows_about(engine, "successor", "thing", [iri])
    return next((text_of(row["kept"]) for row in rows), None)


def removal(engine: Selecting, home: Path, iri: str) -> Removal | None:
    """When and why a thing left the graph.

    Args:
        engine: Where to ask for the journal.
        home: ISTC_HOME, whose kept changes are looked through, newest first.
        iri: IRI of a thing that is not in the graph.

    Returns:
        The last change that took away what was said of it; None when no change that is kept did.
    """
    start = f"{NamedNode(iri)} ".encode()
    for number in reversed(changes.numbers(home)):
        # What was removed comes first, in order.
        for sign, line in changes.rows(home, number):
            if sign != b"D" or line[: len(start)] > start:
                break
            if line.startswith(start):
                return _told(engine, number)
    return None


def _told(engine: Selecting, number: int) -> Removal:
    for row in rows_about(engine, "commit", "commit", [f"{BASE}commit/{number}"]):
        return Removal(number, text_of(row["at"]), text_of(row.get("reason")))
    return Removal(number)


def hidden(engine: Selecting) -> frozenset[str]:
    """The digests of those who are hidden, see `kg.hiding`.

    Args:
        engine: Where to ask.
    """
    text = rq.load("kg", "queries", "browse", "hidden").text
    return frozenset(text_of(row["digest"]) for row in engine.select(text))


def near(engine: Selecting, iri: str, number: int = NEAR) -> list[Thing]:
    """Things of the same kind whose key looks like that of an IRI, best first.

    Args:
        engine: Where to ask.
        iri: An IRI that nothing has.
        number: How many at most.

    Returns:
        The things; a first one that differs by case alone is meant without doubt.
    """
    start, key = _split(iri)
    things: dict[str, Thing] = {}
    text = rq.load("kg", "queries", "browse", "near").text
    for row in engine.select(rq.bind(text, ["start"], [[Literal(start)]])):
        found, label = text_of(row["thing"]), row["label"]
        thing = things.setdefault(found.removeprefix(start).casefold(), Thing(found))
        if isinstance(label, Literal):
            thing.label[label.language or ""] = label.value
    wanted = key.casefold()
    names = difflib.get_close_matches(wanted, things, n=5 * number, cutoff=0.5)
    # Between equally close ones, those that begin alike come first.
    names.sort(
        key=lambda name: (
            -difflib.SequenceMatcher(None, name, wanted).ratio(),
            -len([*takewhile(lambda pair: pair[0] == pair[1], zip(name, wanted, strict=False))]),
        )
    )
    return [things[name] for name in names[:number]]


def _split(iri: str) -> tuple[str, str]:
    """An IRI up to its last slash or hash, and the rest."""
    end = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:end], iri[end:]


__all__ = ["NEAR", "Removal", "exists", "hidden", "near", "removal", "successor"]
