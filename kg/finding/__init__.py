"""From plain words to questions: which question of the catalogue is meant, with which values.

A query is matched with the words of each question (BM25F), and the things that it names with the
parameters that can have them as values. Nothing outside is asked, nothing is learned or random:
the same words lead to the same questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual, questions
from kg.choosing import key_of
from kg.citing import Selecting, text_of
from kg.finding.checking import Counting, checked, counting
from kg.finding.finder import Finder, kind_of
from kg.finding.names import ALTERNATIVE, CODE, LABEL, Thing
from kg.finding.results import Found, Recognised, Suggestion, summary
from kg.finding.words import LONGEST
from kg.namespaces import ISTC, RDFS


def build(engine: Selecting) -> Finder:
    """A finder for the graph that an engine answers from.

    Args:
        engine: Where to ask.

    Returns:
        The finder, with the questions of the catalogue.
    """
    catalogue = questions()
    kinds = sorted({k for q in catalogue for p in q.parameters for k in [kind_of(p)] if k})
    return Finder(catalogue, _things(engine, kinds))


def _things(engine: Selecting, kinds: Sequence[str]) -> list[Thing]:
    asked = [[NamedNode(kind)] for kind in kinds]
    rows = {
        name: engine.select(rq.bind(rq.load("kg", "queries", "find", name).text, ["kind"], asked))
        for name in ("names", "kinds")
    }
    types: dict[str, dict[str, list[str]]] = defaultdict(dict)
    sizes: dict[str, set[str]] = defaultdict(set)
    for row in rows["kinds"]:
        thing, kind = text_of(row["thing"]), text_of(row["type"])
        sizes[kind].add(thing)
        known = types[thing].setdefault(kind, [])
        if "label" in row:
            known.append(text_of(row["label"]))
    names: dict[str, list[tuple[str, int]]] = defaultdict(list)
    labels: dict[str, Bilingual] = defaultdict(dict)
    for row in rows["names"]:
        thing, used, name = text_of(row["thing"]), text_of(row["property"]), row["name"]
        rank = LABEL if used == RDFS + "label" else CODE if used.startswith(ISTC) else ALTERNATIVE
        names[thing].append((text_of(name), rank))
        if rank == LABEL and isinstance(name, Literal):
            labels[thing].setdefault(name.language or "en", name.value)
    return [
        Thing(
            iri,
            key_of(iri),
            labels[iri],
            tuple(names[iri]),
            frozenset(types[iri]),
            tuple(types[iri][min(types[iri], key=lambda kind: (len(sizes[kind]), kind))]),
        )
        for iri in sorted(names)
    ]


__all__ = [
    "LONGEST",
    "Counting",
    "Finder",
    "Found",
    "Recognised",
    "Suggestion",
    "build",
    "checked",
    "counting",
    "summary",
]
