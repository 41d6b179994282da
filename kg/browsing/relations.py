"""The other ends of one relation of a thing, page by page."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.asking import Selecting
from kg.citing import cited, text_of
from kg.description import Related, Relation
from kg.figures import Names, rows_about
from kg.namespaces import XSD
from kg.rq import Term

_BOOLEAN = NamedNode(XSD + "boolean")


def related(
    engine: Selecting,
    iri: str,
    predicate: str,
    language: str,
    *,
    incoming: bool,
    limit: int,
    offset: int = 0,
) -> Relation | None:
    """A part of the ends of a relation.

    Args:
        engine: Where to ask.
        iri: IRI of the thing.
        predicate: IRI of the property.
        language: Reader's language.
        incoming: Whether the other things point to this one.
        limit: How many ends at most.
        offset: How many are left out before.

    Returns:
        The relation with these ends, stated before inferred ones, and the number of all; None when
        there is none.
    """
    counted = engine.select(_bound("related-count", iri, predicate, incoming))
    total = next((int(text_of(row["number"])) for row in counted), 0)
    if not total:
        return None
    text = rq.cut(_bound("related", iri, predicate, incoming), limit, offset)
    rows = [row for row in engine.select(text) if "other" in row]
    behind = _behind(engine, iri, predicate, [row["other"] for row in rows], incoming)
    sources, located = cited(engine, (fact for some in behind.values() for fact, _ in some))
    inverse = rq.load("kg", "queries", "browse", "inverses").text
    inverses = {
        text_of(row["predicate"]): text_of(row["inverse"])
        for row in (engine.select(inverse) if incoming else ())
    }
    names = Names(engine, language)
    ends = [row["other"].value for row in rows if isinstance(row["other"], NamedNode)]
    names.learn({iri, predicate, *ends, *inverses.get(predicate, "").split()}, located)
    items = []
    for row in rows:
        some = behind.get(row["other"], [])
        items.append(
            Related(
                names.node(row["other"]),
                text_of(row["inferred"]) == "1",
                next((period for _, period in some if period), None),
                tuple(fact for fact, _ in some),
                tuple(source for fact, _ in some for source in sources.get(fact, ())),
            )
        )
    named = names.thing(inverses[predicate]) if predicate in inverses else None
    return Relation(names.thing(predicate), named, tuple(items), total)


def _bound(name: str, iri: str, predicate: str, incoming: bool) -> str:
    text = rq.load("kg", "queries", "browse", name).text
    for variable, term in (
        ("thing", NamedNode(iri)),
        ("predicate", NamedNode(predicate)),
        ("incoming", Literal(str(incoming).lower(), datatype=_BOOLEAN)),
    ):
        text = rq.bind(text, [variable], [[term]])
    return text


def _behind(
    engine: Selecting, iri: str, predicate: str, ends: list[Term], incoming: bool
) -> dict[Term, list[tuple[str, str | None]]]:
    """Other end → the facts behind the tie, each with its period."""
    if not ends:
        return {}
    thing = NamedNode(iri)
    pairs = [(end, thing) if incoming else (thing, end) for end in ends]
    text = rq.load("kg", "queries", "browse", "ties").text
    text = rq.bind(text, ["predicate"], [[NamedNode(predicate)]])
    found: dict[Term, list[tuple[str, str | None]]] = {}
    for row in engine.select(rq.bind(text, ["subject", "object"], pairs)):
        entry = (text_of(row["fact"]), text_of(row.get("period")) or None)
        some = found.setdefault(row["subject" if incoming else "object"], [])
        if entry not in some:
            some.append(entry)
    return found


def commits(engine: Selecting, iri: str) -> dict[str, tuple[int, ...]]:
    """The changes that made the graphs which state something of a thing.

    Args:
        engine: Where to ask.
        iri: IRI of the thing.

    Returns:
        IRI of a graph → numbers of the data versions in which it was made, earliest first.
    """
    found: dict[str, set[int]] = {}
    for row in rows_about(engine, "commits", "thing", [iri]):
        number = text_of(row["commit"]).rpartition("/")[2]
        found.setdefault(text_of(row["graph"]), set()).add(int(number))
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}


__all__ = ["commits", "related"]
