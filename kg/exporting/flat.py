"""The things of a class as one flat table, for spreadsheets, data frames and R.

A row a thing, in the order of keys. Columns, in this order:

    key          its IRI without the base: org/cas
    iri          its IRI
    name_zh      names in Chinese, name_en in English
    class        its most specific classes
    identifiers  scheme:value
    …            the properties that its sources state or that follow directly from facts, each
                 under its local name, in the order of the ontology; texts in a language have a
                 column for each language: altLabel_zh
    facts        how many facts it has a part in
    sources      keys of the documents that state them, or name it

Several values stand in one cell, sorted, with `; ` between them; things are given by key, terms of
the ontology by local name. UTF-8, commas, quotes as RFC 4180 says, line feeds.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from kg import resources, rq
from kg.exporting.things import Things
from kg.namespaces import BASE, OWL, RDF_TYPE, RDFS, RDFS_LABEL

SEPARATOR = "; "
#: Graphs of what follows by inference, or tells of the data themselves.
_LEFT_OUT = ("inferred", "catalogue", "journal")
#: The fixed columns with their headings, before and after those of the properties.
_BEFORE = {
    "key": "编号 / Key",
    "iri": "IRI",
    "name_zh": "中文名称 / Name (Chinese)",
    "name_en": "英文名称 / Name (English)",
    "class": "类别 / Class",
    "identifiers": "标识符 / Identifiers",
}
_AFTER = {"facts": "事实数 / Facts", "sources": "来源文献 / Sources"}
_LANGUAGES = {"zh": "中文 / Chinese", "en": "英文 / English"}
#: A column: the property, and the language of its texts.
_Column = tuple[str, str]


class Table:
    """The table of a class, whose rows are read once.

    Args:
        things: What reads the things of the version.
        of: IRI of the class.
        folder: Where rows are kept, as long as the table is used.
        base_iri: Base of our IRIs.
    """

    def __init__(self, things: Things, of: str, folder: Path, base_iri: str = BASE) -> None:
        self._things = things
        self._base = base_iri
        self._properties = _properties(base_iri)
        self._columns = self._found_columns(of, folder)
        self._rows = folder / "table"
        self.number = 0
        with self._rows.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for thing in things.ordered(of, folder):
                writer.writerow(self._row(thing))
                self.number += 1

    def write(self, out: IO[bytes], *, bilingual: bool = False) -> None:
        """Write the table.

        Args:
            out: Where to write.
            bilingual: With headings in Chinese and English instead of the names of columns, and
                with the mark by which spreadsheets know UTF-8.
        """
        text = io.StringIO()
        named = (f"{_local(iri)}_{tag}" if tag else _local(iri) for iri, tag in self._columns)
        heads: list[str] = (
            [*_BEFORE.values(), *map(self._heading, self._columns), *_AFTER.values()]
            if bilingual
            else [*_BEFORE, *named, *_AFTER]
        )
        csv.writer(text, lineterminator="\n").writerow(heads)
        out.write(text.getvalue().encode("utf-8-sig" if bilingual else "utf-8"))
        with self._rows.open("rb") as rows:
            shutil.copyfileobj(rows, out)

    def _found_columns(self, of: str, folder: Path) -> list[_Column]:
        fixed = {RDFS_LABEL.value, self._things.term("hasIdentifier").value}
        found = {
            _column(quad)
            for thing in self._things.ordered(of, folder)
            for quad in self._said(thing)
            if quad.predicate.value not in fixed
        }
        rank = {iri: number for number, iri in enumerate(self._properties)}
        tags = ["", *_LANGUAGES]
        return sorted(
            found,
            key=lambda c: (
                rank.get(c[0], len(rank)),
                c[0],
                tags.index(c[1]) if c[1] in tags else len(tags),
                c[1],
            ),
        )

    def _said(self, thing: NamedNode) -> Iterator[Quad]:
        """What stands in a cell of its own: no inference, no classes."""
        graphs = {f"{self._base}graph/{name}" for name in _LEFT_OUT}
        for quad in self._things.stated(thing):
            if quad.predicate != RDF_TYPE and getattr(quad.graph_name, "value", "") not in graphs:
                yield quad

    def _heading(self, column: _Column) -> str:
        iri, tag = column
        names = self._properties.get(iri, {})
        both = [names[language] for language in _LANGUAGES if language in names]
        heading = " / ".join(both) or _local(iri)
        return f"{heading} [{_LANGUAGES.get(tag, tag)}]" if tag else heading

    def _row(self, thing: NamedNode) -> list[str]:
        cells: dict[_Column, set[str]] = defaultdict(set)
        for quad in self._said(thing):
            term = quad.object
            cells[_column(quad)].add(
                self._short(term)
                if isinstance(term, NamedNode)
                else term.value
                if isinstance(term, Literal)
                else str(term)
            )
        facts = self._things.facts(thing)
        values = [
            {self._short(thing)},
            {thing.value},
            cells[RDFS_LABEL.value, "zh"],
            cells[RDFS_LABEL.value, "en"],
            {self._short(kind) for kind in self._kinds(thing)},
            set(self._identifiers(thing)),
            *(cells[column] for column in self._columns),
            {str(len(facts))},
            {self._short(document) for document in self._things.documents(thing, facts)},
        ]
        return [SEPARATOR.join(sorted(value)) for value in values]

    def _short(self, node: NamedNode) -> str:
        """A key, the local name of a term of ours, or the IRI of others."""
        for start in (f"{self._base}id/", f"{self._base}ontology#"):
            if node.value.startswith(start):
                return node.value.removeprefix(start)
        return node.value.removeprefix(self._base)

    def _kinds(self, thing: NamedNode) -> set[NamedNode]:
        """The classes of a thing that no other class of it is narrower than."""
        start = self._things.term("").value
        found = {k for k in self._things.objects(thing, RDF_TYPE) if k.value.startswith(start)}
        wider = {w for kind in found for w in self._wider(kind) if w != kind}
        return (found - wider) or found

    def _wider(self, kind: NamedNode) -> list[NamedNode]:
        return self._things.objects(kind, NamedNode(RDFS + "subClassOf"))

    def _identifiers(self, thing: NamedNode) -> Iterator[str]:
        term, text = self._things.term, self._things.text
        for node in self._things.objects(thing, term("hasIdentifier")):
            scheme = text(node, term("identifierScheme")).rpartition("/")[2]
            yield f"{scheme}:{text(node, term('identifierValue'))}"


def _column(quad: Quad) -> _Column:
    tag = quad.object.language if isinstance(quad.object, Literal) else None
    return quad.predicate.value, tag or ""


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


@cache
def _properties(base_iri: str) -> dict[str, dict[str, str]]:
    """The properties in the order of the ontology, general ones first, with their labels."""
    modules = sorted(
        resources.files("ontology", suffix=".ttl"), key=lambda file: file.name != "core.ttl"
    )
    found: dict[str, dict[str, str]] = {}
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for module in modules:
        text = rq.rebase(module.read_text(encoding="utf-8"), base_iri)
        for quad in pyoxigraph.parse(text, format=RdfFormat.TURTLE):
            iri = getattr(quad.subject, "value", "")
            kind = getattr(quad.object, "value", "")
            if quad.predicate == RDF_TYPE and kind.startswith(OWL) and kind.endswith("Property"):
                found.setdefault(iri, labels[iri])
            elif quad.predicate == RDFS_LABEL and isinstance(quad.object, Literal):
                labels[iri][quad.object.language or ""] = quad.object.value
    return found
