"""Lists that a page cuts, in full: the query behind each, run in the SPARQL door."""

from __future__ import annotations

from urllib.parse import quote

from pyoxigraph import NamedNode

from kg import rq
from kg.description import FactGroup, Relation
from service import addresses, formatting


def _page(name: str, **iris: str | None) -> str:
    text = rq.load("kg", "queries", "browse", name).text
    for variable, iri in iris.items():
        text = rq.bind(text, [variable], [[None if iri is None else NamedNode(iri)]])
    return addresses.page(f"/sparql?query={quote(formatting.plain_query(text), safe='')}")


def relation(iri: str, entry: Relation, incoming: bool) -> str:
    """Where all ends of a relation are listed.

    Args:
        iri: IRI of the thing on whose page the relation stands.
        entry: The relation.
        incoming: Whether the other things point to this one.

    Returns:
        The address of the page.
    """
    name = "all-incoming" if incoming else "all-outgoing"
    return _page(name, predicate=entry.predicate.iri, thing=iri)


def facts(iri: str, group: FactGroup) -> str:
    """Where all facts of a group are listed.

    Args:
        iri: IRI of the thing on whose page the group stands.
        group: The group.

    Returns:
        The address of the page.
    """
    heading = None if group.heading is None else group.heading.iri
    return _page("all-facts", role=group.role.iri, heading=heading, thing=iri)


def table(iri: str, role: str | None = None) -> str:
    """Where all facts that a thing has a part in are listed as a table.

    Args:
        iri: IRI of the thing.
        role: IRI of the part; by default any.

    Returns:
        The address of the query, to which a format can be added.
    """
    return _page("all-facts", role=role, heading=None, thing=iri)
