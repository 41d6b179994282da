"""What a cell means by a name: things, concepts and terms of the graph or of the import itself.

A cell may name a thing by its key, by a label or another name in either language, or by an
identifier. Names are compared as they are written; who knows more ways is asked last (`Linker`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Store

from kg import tables
from kg.linking import Linker, Outcome
from kg.namespaces import (
    BASE,
    GRAPH,
    ID,
    ISTC,
    RDF_TYPE,
    RDFS_LABEL,
    SKOS,
    VOCAB,
    istc,
)
from kg.tables import Column, Row

_KEY = re.compile(r"[a-z][a-z-]*/[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_NAMES = (RDFS_LABEL, NamedNode(SKOS + "altLabel"))
_PREFERRED = (NamedNode(SKOS + "prefLabel"), NamedNode(SKOS + "altLabel"))
_LANGUAGES = ("zh", "en")
_FOLLOWING = {GRAPH + name for name in ("truthy", "derived", "inferred", "catalogue")}
_QUOTED = re.compile(r"[\"“](?P<text>[^\"“”]*)[\"”](?P<type>\^\^(?:date|string|integer|decimal))?")
#: What nobody calls by a name.
_UNNAMED = tuple(f"{ID}{kind}/" for kind in ("location", "period", "fact", "issue", "breakdown"))
_NEAR = 0.75
#: Cells for which something near is sought.
_SOUGHT = 50
_SHOWN = 4


class Names:
    """Finds what a cell means.

    Args:
        store: The graph, None when there is none yet.
        base_iri: Base of its IRIs.
        replaced: IRIs of the graphs that the import replaces; what only they say does not count.

    Attributes:
        link: Knows more ways to find a thing.
    """

    def __init__(self, store: Store | None, base_iri: str, replaced: Iterable[str]) -> None:
        self._store = store
        self._base = base_iri
        self._ignored = _FOLLOWING.union(iri.replace(base_iri, BASE) for iri in replaced)
        self.link: Linker | None = None
        self._sought = 0
        self._own: dict[str, set[str]] = {}
        self._called: dict[str, set[str]] = {}
        self._declared: set[str] = set()
        self.find = lru_cache(maxsize=50_000)(self._find)
        self.declared = lru_cache(maxsize=50_000)(self._is_declared)

    def add(self, iri: str, names: Iterable[str] = ()) -> None:
        """Note that the import declares something, under its names."""
        self._declared.add(iri)
        for name in names:
            folded = _folded(name)
            self._own.setdefault(folded, set()).add(iri)
            self._called.setdefault(iri, set()).add(folded)

    def of(self, iri: str) -> set[str]:
        """The names of something in the import and the graph."""
        node = NamedNode(iri)
        found = set(self._called.get(iri, ()))
        for property_ in _NAMES:
            found |= {label.value for _, label in self._quads(node, property_, None)}
        return found

    # --- the graph --------------------------------------------------------------------------------

    def _quads(self, subject: Any, predicate: Any, object_: Any) -> Iterator[tuple[str, Any]]:
        """Subject and object of the quads that count, under the default base."""
        if self._store is None:
            return
        s, p, o = (
            NamedNode(term.value.replace(BASE, self._base)) if isinstance(term, NamedNode) else term
            for term in (subject, predicate, object_)
        )
        for quad in self._store.quads_for_pattern(s, p, o, None):
            name = getattr(quad.graph_name, "value", "").replace(self._base, BASE)
            if name not in self._ignored and isinstance(quad.subject, NamedNode):
                yield quad.subject.value.replace(self._base, BASE), quad.object

    def in_graph(self, iri: str) -> bool:
        """Whether the graph says of which class something is, outside the replaced graph."""
        try:
            node = NamedNode(iri)
        except ValueError:
            # A cell with blanks, say, is no part of an IRI.
            return False
        return next(self._quads(node, RDF_TYPE, None), None) is not None

    def _is_declared(self, iri: str) -> bool:
        return iri in self._declared or self.in_graph(iri)

    def _labelled(self, text: str, properties: Iterable[NamedNode]) -> Iterator[str]:
        for property_ in properties:
            for language in _LANGUAGES:
                literal = Literal(text, language=language)
                for subject, _ in self._quads(None, property_, literal):
                    yield subject

    def _identified(self, text: str) -> Iterator[str]:
        for node, _ in self._quads(None, istc("identifierValue"), Literal(text)):
            for predicate in (istc("object"), istc("hasIdentifier")):
                for subject, _ in self._quads(None, predicate, NamedNode(node)):
                    facts = self._quads(NamedNode(subject), istc("subject"), None)
                    about = next(facts, None)
                    yield subject if about is None else about[1].value.replace(self._base, BASE)
        for name in ("isoAlpha2", "isoAlpha3", "doi"):
            for subject, _ in self._quads(None, istc(name), Literal(text)):
                yield subject

    def in_graph_by_name(self, texts: Iterable[str]) -> set[str]:
        """The things of the graph that have one of these names or identifiers."""
        return {
            iri
            for text in texts
            for found in (self._labelled(text, _NAMES), self._identified(text))
            for iri in found
            if iri.startswith(ID)
        }

    def same(self, kind: str, zh: str, en: str) -> str | None:
        """The one thing of the graph that has just these labels; sure enough without asking more.

        Args:
            kind: First part of its key.
            zh: Chinese label; without it nothing is sure, since many bodies have one English name.
            en: English label; may be empty.

        Returns:
            Its IRI.
        """
        found = set()
        for iri, _ in self._quads(None, RDFS_LABEL, Literal(zh, language="zh")) if zh else ():
            labels = [label for _, label in self._quads(NamedNode(iri), RDFS_LABEL, None)]
            english = {label.value for label in labels if label.language == "en"}
            if iri.startswith(f"{ID}{kind}/") and (not en or not english or en in english):
                found.add(iri)
        return found.pop() if len(found) == 1 else None

    def _find(self, text: str) -> frozenset[str]:
        """IRIs of the things that a name, key or identifier may mean."""
        if is_key(text) and self.declared(ID + text):
            return frozenset([ID + text])
        own = self._own.get(_folded(text))
        if own:
            return frozenset(own)
        found = self.in_graph_by_name([text])
        if not found and self.link is not None:
            match = self.link.named(text)
            found = {ID + match.key} if match.outcome is Outcome.LINKED else set()
        return frozenset(found)

    def spellings(self, names: Iterable[str]) -> frozenset[str]:
        """Terms of the ontology as cells may have them: their names and labels.

        Args:
            names: Local names of terms.
        """
        labels = (
            label.value
            for name in names
            for _, label in self._quads(NamedNode(ISTC + name), RDFS_LABEL, None)
        )
        return frozenset({*names, *labels})

    # --- cells ------------------------------------------------------------------------------------

    def resolved(self, row: Row, column: Column, cell: str) -> str:
        """One value of a cell as a key, a notation or the name of a term.

        Args:
            row: Its row, for messages.
            column: Its column.
            cell: The value, not empty.

        Returns:
            The value as `kg.tables` reads it; cells of other types as they are.

        Raises:
            InvalidTable: It names nothing, or more than one thing.
        """
        kind, _, argument = column.type.partition(":")
        match kind:
            case "id":
                return self._thing(row, column, cell)
            case "object":
                return self._object(row, column, cell)
            case "concept":
                return self._concept(row, column, cell, argument)
            case "term":
                return self._term(row, column, cell)
            case "location":
                path = cell if "/" in cell else f"{row.source}/{cell}"
                if not self.declared(f"{ID}location/{path}"):
                    raise tables.wrong("unknown-place", row, column, cell)
            case "fact":
                if not self.declared(f"{ID}fact/{row.source}-{cell}"):
                    raise tables.wrong("unknown-fact", row, column, cell)
        return cell

    def _thing(self, row: Row, column: Column, cell: str) -> str:
        found = self.find(cell)
        if len(found) == 1:
            return next(iter(found)).removeprefix(ID)
        if not found:
            near = self._near(cell)
            raise tables.wrong("unknown-thing", row, column, cell, near=_did_you_mean(near))
        keys = ", ".join(sorted(iri.removeprefix(ID) for iri in found)[:_SHOWN])
        raise tables.wrong("ambiguous-name", row, column, cell, keys=keys)

    def _object(self, row: Row, column: Column, cell: str) -> str:
        quoted = _QUOTED.fullmatch(cell)
        if quoted:
            return f'"{quoted["text"]}"{quoted["type"] or ""}'
        if cell.startswith("v:"):
            if self.declared(VOCAB + cell[2:]):
                return cell
            scheme = cell[2:].partition("/")[0]
            raise tables.wrong("unknown-concept", row, column, cell, scheme=scheme, near="")
        return self._thing(row, column, cell)

    def _concept(self, row: Row, column: Column, cell: str, scheme: str) -> str:
        if self.declared(VOCAB + (f"{scheme}/{cell}" if scheme else cell)):
            return cell
        start = f"{VOCAB}{scheme}/" if scheme else VOCAB
        found = {i for i in self._labelled(cell, _PREFERRED) if i.startswith(start)}
        if len(found) == 1:
            return found.pop().removeprefix(start)
        if found:
            keys = ", ".join(sorted(iri.removeprefix(VOCAB) for iri in found)[:_SHOWN])
            raise tables.wrong("ambiguous-name", row, column, cell, keys=keys)
        near = _closest(cell, self._notations(start))
        raise tables.wrong(
            "unknown-concept", row, column, cell, scheme=scheme or "–", near=_did_you_mean(near)
        )

    @lru_cache(maxsize=64)  # noqa: B019 - lives as long as the import
    def _notations(self, start: str) -> tuple[str, ...]:
        concepts = self._quads(None, RDF_TYPE, NamedNode(SKOS + "Concept"))
        return tuple(iri.removeprefix(start) for iri, _ in concepts if iri.startswith(start))

    def _term(self, row: Row, column: Column, cell: str) -> str:
        if re.fullmatch(r"\w+", cell) and self.declared(ISTC + cell):
            return cell
        found = {iri for iri in self._labelled(cell, [RDFS_LABEL]) if iri.startswith(ISTC)}
        if len(found) == 1:
            return found.pop().removeprefix(ISTC)
        near = _closest(cell, self._terms())
        raise tables.wrong("unknown-term", row, column, cell, near=_did_you_mean(near))

    @lru_cache(maxsize=1)  # noqa: B019 - lives as long as the import
    def _terms(self) -> tuple[str, ...]:
        labelled = [
            (iri.removeprefix(ISTC), label.value)
            for iri, label in self._quads(None, RDFS_LABEL, None)
            if iri.startswith(ISTC)
        ]
        return tuple(sorted({word for words in labelled for word in words}))

    @lru_cache(maxsize=1)  # noqa: B019 - lives as long as the import
    def _all(self) -> dict[str, str]:
        """Names and keys of things, for remarks on those that are near."""
        found = {iri.removeprefix(ID): iri for iri in self._declared if iri.startswith(ID)}
        found |= {name: next(iter(iris)) for name, iris in self._own.items()}
        for iri, label in self._quads(None, RDFS_LABEL, None):
            if iri.startswith(ID) and not iri.startswith(_UNNAMED):
                found[iri.removeprefix(ID)] = iri
                found[label.value] = iri
        return found

    @lru_cache(maxsize=1000)  # noqa: B019 - lives as long as the import
    def _near(self, text: str) -> str | None:
        """The key of what may be meant; sought for the first cells only, since it takes long."""
        if self._sought >= _SOUGHT:
            return None
        self._sought += 1
        options = () if self.link is None else self.link.named(text).options
        if options:
            return options[0].key
        known = self._all()
        near = _closest(text, known)
        return None if near is None else known[near].removeprefix(ID)


def is_key(text: str) -> bool:
    """Whether a text has the form of a key, `kind/key`."""
    return _KEY.fullmatch(text) is not None


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _closest(text: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(text, list(known), n=1, cutoff=_NEAR)), None)


def _did_you_mean(near: str | None) -> dict[str, str]:
    if near is None:
        return {"zh": "", "en": ""}
    return {"zh": f"是否指 {near}？", "en": f"Did you mean {near}? "}


__all__ = ["Names", "is_key"]
