"""The alignments of the ontology with other vocabularies: sets of mappings in SSSOM (TSV).

https://mapping-commons.github.io/sssom/
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg import resources

_SUFFIX = ".sssom.tsv"


@dataclass(frozen=True)
class Mapping:
    """A term of ours and one of another vocabulary that means the same or something near."""

    subject: str
    predicate: str
    target: str
    comment: str = ""


@dataclass(frozen=True)
class Alignment:
    """A set of mappings.

    Attributes:
        name: Last part of its IRI, e.g. `schema`.
        iri: Its IRI.
        title: Its title, in English.
        mappings: Its mappings.
        text: Its file.
    """

    name: str
    iri: str
    title: str
    mappings: tuple[Mapping, ...]
    text: str

    def quads(self) -> list[Quad]:
        """Its mappings as statements."""
        return [
            Quad(NamedNode(m.subject), NamedNode(m.predicate), NamedNode(m.target), DefaultGraph())
            for m in self.mappings
        ]


@cache
def alignments() -> dict[str, Alignment]:
    """All sets of mappings by name."""
    found = {}
    for item in resources.files("ontology", "alignments", suffix=_SUFFIX):
        name, text = item.name.removesuffix(_SUFFIX), item.read_text("utf-8")
        head = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
        said = dict(line.partition(": ")[::2] for line in head)
        rows = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        mappings = tuple(_mappings(csv.DictReader(io.StringIO(rows), delimiter="\t"), said))
        title = said.get("mapping_set_title", name)
        found[name] = Alignment(name, said.get("mapping_set_id", name), title, mappings, text)
    return found


def _mappings(rows: Iterable[dict[str, str]], prefixes: dict[str, str]) -> Iterator[Mapping]:
    for row in rows:
        subject, predicate, target = (
            prefixes.get(prefix, f"{prefix}:") + name
            for key in ("subject_id", "predicate_id", "object_id")
            for prefix, _, name in [row[key].partition(":")]
        )
        yield Mapping(subject, predicate, target, row.get("comment") or "")


@cache
def _by_subject() -> dict[str, list[Mapping]]:
    found: dict[str, list[Mapping]] = {}
    for alignment in alignments().values():
        for mapping in alignment.mappings:
            found.setdefault(mapping.subject, []).append(mapping)
    return found


def mappings(iri: str) -> list[Mapping]:
    """The terms of other vocabularies that a term of the ontology is aligned with."""
    return _by_subject().get(iri, [])


__all__ = ["Alignment", "Mapping", "alignments", "mappings"]
