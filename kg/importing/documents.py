"""RDF that comes in: into which graphs it goes, and which things it declares.

What a document states outside any graph goes into the graph of the source. Graphs that documents
name belong to the source that names them first: its next import replaces them, other sources may
not fill them. Documents are never rewritten by the linker, only by what people have accepted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from kg.changing import Part
from kg.changing.reading import MEDIA_TYPES, parsed
from kg.importing import reading
from kg.importing.drafting import Upload
from kg.linking import Candidate
from kg.linking.links import ELSEWHERE
from kg.linking.merging import renamed
from kg.messages import invalid_table
from kg.namespaces import BASE, ID, RDF_TYPE, RDFS_LABEL, SKOS, VOCAB, istc
from kg.settings import Settings

_QUADS = (RdfFormat.TRIG, RdfFormat.N_QUADS, RdfFormat.JSON_LD)
_NAMES = frozenset({RDFS_LABEL, NamedNode(SKOS + "altLabel")})
_COUNTRIES = frozenset({istc("country"), istc("locatedIn")})
_HAS, _SCHEME, _VALUE = istc("hasIdentifier"), istc("identifierScheme"), istc("identifierValue")
_SCHEMES = f"{VOCAB}identifier-scheme/"
#: What `_note` looks at.
_TELLING = (*_NAMES, *_COUNTRIES, _HAS, _SCHEME, _VALUE)
_LINES, _SOME = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS), 10_000
_N_QUADS = "application/n-quads"
_OUTSIDE = DefaultGraph()


@dataclass(frozen=True)
class Documents:
    """The RDF of an import.

    Attributes:
        plain: Documents that name no graph.
        named: Documents that do; in all of their quads.
        graphs: IRIs of the graphs that they name.
    """

    plain: tuple[Part, ...] = ()
    named: tuple[Part, ...] = ()
    graphs: frozenset[str] = frozenset()

    def mapped(self, change: Callable[[Part], Part]) -> Documents:
        """The same with each document changed."""
        return replace(
            self, plain=tuple(map(change, self.plain)), named=tuple(map(change, self.named))
        )


def read(uploads: Iterable[Upload], folder: Path, settings: Settings, target: str) -> Documents:
    """Look at documents.

    Args:
        uploads: The files.
        folder: Where they are unpacked, and rewritten where they name graphs.
        settings: Base IRI, and how large a file may be when it is unpacked.
        target: IRI of the graph of the source.

    Returns:
        Where they go.

    Raises:
        InvalidTable: A file has no known ending, is damaged or too large.
        InvalidRdf: It cannot be read.
        OutsideAccess: It asks for something outside.
    """
    plain: list[Part] = []
    named: list[Part] = []
    graphs: set[str] = set()
    base_iri = settings.base_iri
    for upload in uploads:
        rdf_format = _format(upload.name)
        path = reading.plain(upload.path, settings.import_bytes, upload.name, folder)
        media_type = next(kind for kind, known in MEDIA_TYPES.items() if known == rdf_format)
        part = Part(str(path), media_type, upload.checksum, upload.name)
        names = _graphs(part, base_iri) if rdf_format in _QUADS else set()
        if names:
            graphs |= names
            named.append(_rewritten(part, _placed(parsed(part, base_iri), target), folder))
        else:
            plain.append(part)
    return Documents(tuple(plain), tuple(named), frozenset(graphs - {target}))


def _format(name: str) -> RdfFormat:
    ending = Path(name.removesuffix(".gz")).suffix.removeprefix(".").lower()
    found = RdfFormat.from_extension({"jsonld": "jsonld", "owl": "rdf"}.get(ending, ending))
    if found is None:
        raise invalid_table("unknown-format", name, place={"file": name}, name=name)
    return found


def _graphs(part: Part, base_iri: str) -> set[str]:
    names = {quad.graph_name for quad in parsed(part, base_iri)}
    return {str(name.value) for name in names if isinstance(name, NamedNode)}


def _placed(quads: Iterable[Quad], target: str) -> Iterator[Quad]:
    graph = NamedNode(target)
    for quad in quads:
        outside = quad.graph_name == _OUTSIDE
        yield Quad(quad.subject, quad.predicate, quad.object, graph) if outside else quad


def _rewritten(part: Part, quads: Iterable[Quad], folder: Path) -> Part:
    digest = hashlib.sha256(part.path.encode()).hexdigest()[:16]
    path = folder / f"document-{digest}.nq"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(
            f"{quad.triple if quad.graph_name == _OUTSIDE else quad} .\n" for quad in quads
        )
    return Part(str(path), _N_QUADS, part.checksum, part.name)


def settled(found: Documents, same: Mapping[str, str], folder: Path, base_iri: str) -> Documents:
    """Documents with things in place of the records that people have found to be these things.

    Args:
        found: The documents.
        same: IRI of a record → IRI of the thing that it is.
        folder: Where they are rewritten.
        base_iri: For relative IRIs.
    """
    if not same:
        return found
    return found.mapped(
        lambda part: _rewritten(part, renamed(parsed(part, base_iri), same), folder)
    )


# --- things ---------------------------------------------------------------------------------------


@dataclass
class _Described:
    kind: str
    names: set[str] = field(default_factory=set)
    country: str | None = None
    nodes: set[str] = field(default_factory=set)


def candidates(
    parts: Iterable[Part],
    base_iri: str,
    kinds: Mapping[str, str],
    known: Callable[[str], bool],
) -> Iterator[Candidate]:
    """The things that documents declare, of kinds that are linked, and the graph does not know.

    Args:
        parts: The documents.
        base_iri: Of the IRIs of the graph.
        kinds: IRI of a class → kind.
        known: Says whether the graph knows the IRI of a thing, under the default base.

    Yields:
        Candidates with what the documents say of them.
    """
    documents = tuple(parts)
    things: dict[str, _Described] = {}
    for part in documents:
        for quad in _sifted(part, base_iri, (RDF_TYPE,)):
            if quad.predicate == RDF_TYPE and isinstance(quad.object, NamedNode):
                kind = kinds.get(quad.object.value.replace(base_iri, BASE))
                iri = getattr(quad.subject, "value", "").replace(base_iri, BASE)
                if kind and isinstance(quad.subject, NamedNode) and not known(iri):
                    things.setdefault(iri, _Described(kind))
    if not things:
        return
    schemes: dict[str, str] = {}
    values: dict[str, str] = {}
    for part in documents:
        for quad in _sifted(part, base_iri, _TELLING):
            _note(quad, base_iri, things, schemes, values)
    for iri, thing in things.items():
        identifiers = {
            schemes[node]: values[node]
            for node in thing.nodes
            if node in schemes and node in values
        }
        for scheme, start in ELSEWHERE.items():
            if iri.startswith(start):
                identifiers.setdefault(scheme, iri)
        names = tuple(sorted(thing.names))
        yield Candidate(thing.kind, iri.removeprefix(ID), identifiers, names, thing.country)


def _sifted(part: Part, base_iri: str, predicates: Iterable[NamedNode]) -> Iterator[Quad]:
    """The quads of a document with some predicates, and perhaps others.

    Lines are not parsed where they need not be; what is wrong with them shows when they are loaded.
    """
    rdf_format = MEDIA_TYPES[part.media_type]
    if rdf_format not in _LINES:
        yield from parsed(part, base_iri)
        return
    wanted = re.compile(b"|".join(re.escape(str(p).encode()) for p in predicates))
    with Path(part.path).open("rb") as file, suppress(SyntaxError, ValueError):
        lines = filter(wanted.search, file)
        while some := b"".join(islice(lines, _SOME)):
            yield from pyoxigraph.parse(input=some, format=rdf_format)


def _note(
    quad: Quad,
    base_iri: str,
    things: Mapping[str, _Described],
    schemes: dict[str, str],
    values: dict[str, str],
) -> None:
    subject = str(getattr(quad.subject, "value", quad.subject)).replace(base_iri, BASE)
    value = str(getattr(quad.object, "value", quad.object)).replace(base_iri, BASE)
    if quad.predicate == _SCHEME:
        schemes[subject] = value.removeprefix(_SCHEMES)
    elif quad.predicate == _VALUE:
        values[subject] = value
    thing = things.get(subject)
    if thing is None:
        return
    if quad.predicate in _NAMES and isinstance(quad.object, Literal):
        thing.names.add(quad.object.value)
    elif quad.predicate in _COUNTRIES and value.startswith(f"{ID}country/"):
        thing.country = value.removeprefix(ID)
    elif quad.predicate == _HAS:
        thing.nodes.add(value)


__all__ = ["Documents", "candidates", "read", "settled"]
