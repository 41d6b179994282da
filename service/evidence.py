"""The documents that a page names: each has a card at its end, which its marks open."""

from __future__ import annotations

from flask import g

from kg.asking import Source

_Key = tuple[str, tuple[str, ...]]
_Cards = dict[_Key, tuple[str, Source]]


def _cards() -> _Cards:
    if "cards" not in g:
        g.cards = {}
    found: _Cards = g.cards
    return found


def card(source: Source) -> str:
    """The id of the card of a source on this page, which has one from now on.

    Args:
        source: A place that states something.

    Returns:
        The id; places of a document that have the same upstream share it.
    """
    key = (source.document, tuple(source.upstream))
    known = _cards()
    return known.setdefault(key, (f"source-{len(known) + 1}", source))[0]


def cards() -> list[tuple[str, Source]]:
    """The cards of the marks that have been printed so far."""
    return list(_cards().values())
