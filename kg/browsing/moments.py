"""What happened to a thing, in order of time: its own dates, dated ties, claims, events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.asking import Selecting
from kg.citing import text_of
from kg.description import FactGroup, Moment, Relation, Thing, Value
from kg.figures import Names, rows_about
from kg.namespaces import ISTC

#: Moments that a description holds at most.
SHOWN = 40
#: Related things that are looked up for dates of their own.
_LOOKED_UP = 300
_PERIOD = "/id/period/"
_YEAR = re.compile(r"-?\d{4}")
#: Literal properties that are dates of the thing itself.
_DATES = {
    ISTC + name
    for name in ("published", "signedOn", "inForceFrom", "expiresOn", "beginDate", "endDate")
}


def moments(
    engine: Selecting,
    names: Names,
    properties: Iterable[Relation],
    outgoing: Iterable[Relation],
    incoming: Iterable[Relation],
    groups: Iterable[FactGroup],
) -> tuple[Moment, ...]:
    """What happened to a thing.

    Args:
        engine: Where to ask for the dates of related policies, agreements, events and the like.
        names: Names of the things that the description mentions.
        properties: Its literal properties.
        outgoing: Its relations to others.
        incoming: Relations of others to it.
        groups: Its facts; figures have tables of their own and are left out.

    Returns:
        The moments that have a definite beginning, earliest first.
    """
    outgoing, incoming = list(outgoing), list(incoming)
    found = [
        *_own(properties),
        *_ties(outgoing, incoming=False),
        *_ties(incoming, incoming=True),
        *_claims(groups),
        *_related(engine, names, [*outgoing, *incoming]),
    ]
    dated = [one for one in found if _YEAR.match(one.period)]
    once = {(one.period, one.what.iri, str(one.node), str(one.statement)): one for one in dated}
    return tuple(sorted(once.values(), key=lambda one: (one.period, one.what.iri))[:SHOWN])


def _own(properties: Iterable[Relation]) -> Iterator[Moment]:
    for relation in properties:
        if relation.predicate.iri in _DATES:
            for item in relation.items:
                if isinstance(item.node, Value):
                    yield Moment(item.node.text, relation.predicate)


def _ties(relations: Iterable[Relation], *, incoming: bool) -> Iterator[Moment]:
    for relation in relations:
        what = relation.inverse or relation.predicate
        for item in relation.items:
            node, period = item.node, item.period
            if isinstance(node, Thing) and _PERIOD in node.iri:
                # A date is said by a period as the object: its name is the time.
                time = next(iter(node.label.values()), "")
                yield Moment(time, what, facts=item.facts, sources=item.sources)
            elif period is not None:
                backwards = incoming and relation.inverse is None
                yield Moment(
                    period, what, node, {}, backwards, facts=item.facts, sources=item.sources
                )


def _claims(groups: Iterable[FactGroup]) -> Iterator[Moment]:
    for group in groups:
        if group.role.iri != ISTC + "about" or group.heading is None:
            continue
        for fact in group.facts:
            if fact.statement and fact.period:
                yield Moment(
                    fact.period,
                    group.heading,
                    statement=fact.statement,
                    facts=(fact.iri,),
                    sources=fact.sources,
                )


def _related(engine: Selecting, names: Names, relations: Iterable[Relation]) -> Iterator[Moment]:
    """The dates of the policies, agreements, events and the like that a thing is tied to."""
    nodes = dict.fromkeys(
        item.node.iri
        for relation in relations
        for item in relation.items
        if isinstance(item.node, Thing) and not item.inferred and _PERIOD not in item.node.iri
    )
    rows = rows_about(engine, "dates", "thing", list(nodes)[:_LOOKED_UP])
    names.learn(text_of(row["predicate"]) for row in rows)
    for row in rows:
        yield Moment(
            text_of(row["period"]),
            names.thing(text_of(row["predicate"])),
            names.thing(text_of(row["thing"])),
            facts=(text_of(row["fact"]),),
        )


__all__ = ["SHOWN", "moments"]
