"""Where a thing has its ties: the countries that its relations and figures name, on a small map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kg.description import Description, Relation, Thing
from service import addresses, formatting
from service.language import content, translate
from service.questions import charts, drawing
from service.state import engine, state, version


def chart(description: Description) -> charts.Chart | None:
    """The map of the countries that a thing is tied to.

    Args:
        description: What the graph says of it.

    Returns:
        The drawing as `charts.describe` gives it: a country each, with the number of relations and
        figures on the page that name it; None where no country is named.
    """
    codes = state().kept.get(
        version().digest, "country-codes", lambda: charts.country_codes(engine())
    )
    own = description.thing
    found = [one for one in _named(description) if one.iri in codes and one.iri != own.iri]
    counted = Counter(one.iri for one in found)
    if not counted:
        return None
    if own.iri in codes:
        # A country is on its own map, without a number.
        counted[own.iri] = 0
    named = {one.iri: one for one in (*found, own)}
    rows = []
    places = []
    for number, (iri, ties) in enumerate(counted.most_common()):
        name, text = formatting.name(named[iri]).text, str(ties) if ties else ""
        rows.append(
            {
                "cells": [
                    [translate("Country"), name, "thing"],
                    [translate("Relations and figures"), text, "count"],
                ],
                "sources": [],
                "href": addresses.href(iri),
            }
        )
        places.append(
            {"code": codes[iri], "name": name, "row": number, "value": ties, "text": text}
            | {"exact": True}
        )
    return {
        "view": "map",
        "title": translate("Countries that it is tied to"),
        "language": content(),
        # Lines from China would say what is not meant here, so there is no switch for them.
        "flows": None,
        "rows": rows,
        "panels": [{"label": "", "rank": False, "places": places, "missing": []}],
        "words": drawing.words(),
        "credit": drawing.credit(addresses.site() + addresses.document(description.thing.iri)),
    }


def _named(description: Description) -> Iterator[Thing]:
    """The things that relations and figures name, once for each."""
    relations: tuple[Relation, ...] = (*description.outgoing, *description.incoming)
    for relation in relations:
        yield from (item.node for item in relation.items if isinstance(item.node, Thing))
    for group in description.fact_groups:
        for fact in group.facts:
            yield from (thing for some in fact.dimensions.values() for thing in some)
