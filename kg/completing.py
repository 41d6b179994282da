"""The words of queries on this graph: classes and properties, with how often they occur.

Counts are those of the catalogue (VoID partitions); a term of the ontology without one has 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal

from kg import rq
from kg.catalogue import Bilingual
from kg.citing import Selecting, text_of


@dataclass(frozen=True)
class Word:
    """A class or property.

    Attributes:
        iri: Its IRI.
        uses: Instances of a class, triples of a property.
        label: Its names, by language.
    """

    iri: str
    uses: int
    label: Bilingual


def words(engine: Selecting) -> dict[str, list[Word]]:
    """The classes and properties of the graph.

    Args:
        engine: Where to ask.

    Returns:
        `class` and `property`, each with its words, the most frequent first.
    """
    uses: dict[tuple[str, str], int] = {}
    labels: dict[tuple[str, str], Bilingual] = {}
    for row in engine.select(rq.load("kg", "queries", "edit", "terms").text):
        key = (text_of(row["kind"]), text_of(row["term"]))
        uses[key] = max(uses.get(key, 0), int(text_of(row["uses"])))
        label = row.get("label")
        if isinstance(label, Literal) and label.language:
            labels.setdefault(key, {})[label.language] = label.value
    order = sorted(uses, key=lambda key: (-uses[key], key))
    return {
        kind: [Word(key[1], uses[key], labels.get(key, {})) for key in order if key[0] == kind]
        for kind in ("class", "property")
    }
