"""All ends of one relation of a thing, page by page: `?outgoing=` or `?incoming=` a property."""

from __future__ import annotations

from flask import render_template, request
from pyoxigraph import NamedNode

from kg import asking, browsing
from kg.description import Relation, Thing
from kg.errors import InvalidParameter, NotFound
from service import addresses, formatting, language, signposting
from service.browse import whole
from service.questions import asked
from service.state import engine, state

#: Parameters that ask for one relation, and whether others point to the thing.
SIDES = {"outgoing": False, "incoming": True}
SIZE = 100


def wanted() -> bool:
    """Whether the request is for one relation."""
    return any(name in request.args for name in SIDES)


def address(iri: str, entry: Relation, incoming: bool) -> str:
    """Where all ends of a relation are listed.

    Args:
        iri: IRI of the thing on whose page the relation stands.
        entry: The relation.
        incoming: Whether the other things point to this one.

    Returns:
        The address of the page.
    """
    side = next(name for name, value in SIDES.items() if value is incoming)
    predicate = entry.predicate.iri
    value = addresses.term_of(predicate) or predicate
    return formatting.with_query(addresses.href(iri), {side: value})


def page(iri: str, links: signposting.Links) -> str:
    """The page of one relation of a thing.

    Args:
        iri: IRI of the thing.
        links: The links of the page, which are told its neighbours.

    Returns:
        The page.

    Raises:
        InvalidParameter: What is given is no property, or there is no such page.
        NotFound: The thing has no such relation.
    """
    side = next(name for name in SIDES if name in request.args)
    incoming, text = SIDES[side], request.args[side]
    try:
        predicate = NamedNode(
            text if "://" in text else f"{state().settings.base_iri}ontology#{text}"
        ).value
    except ValueError:
        raise InvalidParameter(
            f"Wrong parameters: {side}.",
            where=side,
            extra={
                "errors": [
                    {"parameter": side, "value": text, "expected": "a property", "allowed": []}
                ]
            },
        ) from None
    number = request.args.get("page", "1")
    start = (int(number) - 1) * SIZE if number.isascii() and number.isdigit() else 0
    relation = browsing.related(
        engine(),
        iri,
        predicate,
        language.content(),
        incoming=incoming,
        limit=SIZE,
        offset=max(0, min(start, 10**9)),
    )
    if relation is None:
        raise NotFound("The graph says nothing of this thing.", where=f"{iri} {side}={text}")
    shown = asked.page(relation.total, SIZE)
    for name, other in (("prev", shown.number - 1), ("next", shown.number + 1)):
        if 1 <= other <= shown.last:
            links.add(name, formatting.with_parameters(page=other))
    names = asking.labels(engine(), [iri])
    return render_template(
        "browse/relation.html",
        item=Thing(iri, names.get(iri, {})),
        relation=relation,
        incoming=incoming,
        page=shown,
        links=links,
        query=whole.relation(iri, relation, incoming),
    )
