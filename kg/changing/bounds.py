"""What holds for changes here: bases, bars, and the graphs that nobody else may change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from kg import skolem
from kg.errors import BuiltGraph, InvalidRdf
from kg.hiding import HIDDEN
from kg.namespaces import BASE, JOURNAL

#: What XML 1.0 cannot hold (section 2.2, production Char), nor RDF/XML and results in XML.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Rules:
    """What holds for changes here.

    Attributes:
        base_iri: Base of our IRIs.
        unite: Whether the default graph is the union of all graphs.
        bar: Gravity that refuses: `violation`, `warning` or `none`.
        owned: IRIs of the graphs that a build makes.
        trusted: Whether the change may write into those.
    """

    base_iri: str
    unite: bool
    bar: str
    owned: frozenset[str]
    trusted: bool = False

    @property
    def genid(self) -> str:
        """Beginning of the IRIs of blank nodes."""
        return skolem.GENID.replace(BASE, self.base_iri)

    def here(self, name: NamedNode) -> NamedNode:
        """One of our IRIs under the base IRI."""
        return NamedNode(name.value.replace(BASE, self.base_iri))


def allowed(names: set[str], rules: Rules) -> None:
    """Refuse a change of a graph that a build makes, or of the journal.

    Args:
        names: IRIs of the graphs that are to be changed.
        rules: What holds here.

    Raises:
        BuiltGraph: One of them is not for others to change.
    """
    closed = {*rules.owned, rules.here(HIDDEN).value}
    wrong = sorted(names & (closed if not rules.trusted else set()))
    if JOURNAL.value in names:
        raise BuiltGraph(
            "The journal is written by commits only.",
            where=JOURNAL.value,
            hint="Say in a graph of your own what you have to say.",
            extra={"graphs": [JOURNAL.value]},
        )
    if wrong:
        raise BuiltGraph(
            "The change touches a graph that is built from tables.",
            where=", ".join(wrong),
            hint="Correct the row of the table, or use a graph of your own.",
            extra={"graphs": wrong},
        )


def writable(added: Iterable[Quad], rules: Rules) -> None:
    """Refuse texts that not every syntax of RDF can hold.

    Args:
        added: What a change adds.
        rules: What holds here; a store of others keeps whatever it gets, and what is trusted, such
            as an undo, brings back what was there.

    Raises:
        InvalidRdf: A text holds a control character.
    """
    for quad in added if rules.unite and not rules.trusted else ():
        found = isinstance(quad.object, Literal) and _CONTROLS.search(quad.object.value)
        if found:
            raise InvalidRdf(
                f"A text holds the control character U+{ord(found[0]):04X}.",
                where=f"{quad.subject} {quad.predicate}",
                hint="Remove it: XML cannot hold it, nor can whoever reads XML.",
            )
