"""Parts of a version as files: made as streams, whole or not at all, with their checksums.

    istc-kg.nq.gz                  the whole; and .trig, .ttl, .nt, .jsonld, .rdf
    source/liu-2023.ttl.gz         a named graph
    class/Organization.ttl.gz      the things of a class, with their facts and evidence
    class/Organization.csv         the same things as a flat table, .zh-en.csv for spreadsheets
    istc-kg.nq.gz.sha256           the checksum of each, as `sha256sum -c` reads it
    SHA256SUMS                     the checksums of all

Memory is bounded: what must be sorted is sorted in runs on disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg import skolem
from kg.errors import InvalidInput, NotFound
from kg.exporting import parts
from kg.exporting.flat import Table
from kg.exporting.forms import DATASETS, format_named, prefixes
from kg.exporting.parts import WHOLE, Part, Row
from kg.exporting.things import Things
from kg.exporting.whole import checksum, whole_or_not
from kg.namespaces import BASE, JOURNAL
from kg.progress import Progress, silent
from kg.store.sorting import sorted_lines
from kg.store.versions import Version

#: Files of a part, by the ending of their names.
ENDINGS = ("nq.gz", "trig.gz", "ttl.gz", "jsonld.gz")
#: Further files of the whole.
_WHOLE_TOO = ("nt.gz", "rdf.gz")
#: Flat tables of a class: with names of columns, and with headings in both languages.
CSV = ("csv", "zh-en.csv")
CHECKSUMS = "SHA256SUMS"
#: Quads between two words on progress.
_STEP = 20_000


@dataclass(frozen=True)
class File:
    """A file of a part.

    Attributes:
        name: Its name, e.g. `source/liu-2023.ttl.gz`.
        part: What it holds.
        ending: Ending of its name.
        size: Its bytes; None as long as it has not been made.
        digest: SHA-256 of its bytes, as hexadecimal digits.
    """

    name: str
    part: Part
    ending: str
    size: int | None = None
    digest: str | None = None


# --- one stream -----------------------------------------------------------------------------------


def stream(
    found: Iterable[Row], out: IO[bytes], rdf_format: RdfFormat, folder: Path, base_iri: str = BASE
) -> int:
    """Write rows in a format, in bounded memory.

    Args:
        found: Rows of a part, in any order.
        out: Where to write, in binary.
        rdf_format: The format; without named graphs it gets the union as triples.
        folder: Where rows are kept meanwhile.
        base_iri: Base of our IRIs, for the prefixes.

    Returns:
        How many quads or triples were written.
    """
    number = 0

    def counted(lines: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal number
        for line in lines:
            number += 1
            yield line + b"\n"

    if rdf_format == RdfFormat.N_QUADS:
        out.writelines(counted(sorted_lines((_line(*row) for row in found), folder)))
        return number
    if rdf_format not in DATASETS:
        ordered = sorted_lines((triple for _, triple in found), folder)
        if rdf_format == RdfFormat.N_TRIPLES:
            out.writelines(counted(ordered))
            return number
    else:
        pairs = sorted_lines((graph + b"\t" + triple for graph, triple in found), folder)
        ordered = (
            _line(graph, triple) for pair in pairs for graph, _, triple in [pair.partition(b"\t")]
        )
    genid = skolem.GENID.replace(BASE, base_iri)
    renamed = False

    def watched(lines: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal renamed
        mark = genid.encode()
        for line in lines:
            renamed = renamed or mark in line
            yield line

    with tempfile.TemporaryFile(dir=folder) as file:
        file.writelines(watched(counted(ordered)))
        file.seek(0)
        content: Iterable[Quad] = pyoxigraph.parse(input=file, format=RdfFormat.N_QUADS)
        if renamed:
            content = skolem.restore_blank_nodes(content, genid)
        pyoxigraph.serialize(content, output=out, format=rdf_format, prefixes=prefixes(base_iri))
    return number


def _line(graph: bytes, triple: bytes) -> bytes:
    return triple[:-1] + graph + b" ." if graph else triple


def _told(found: Iterable[Row], stage: str, total: int | None, progress: Progress) -> Iterator[Row]:
    for number, row in enumerate(found):
        if not number % _STEP:
            progress(stage, number, total)
        yield row


# --- one file -------------------------------------------------------------------------------------


def _selected(store: Store, graph: str | None, of: str | None, base_iri: str) -> Part:
    if graph is not None and of is not None:
        raise InvalidInput("Give a graph or a class, not both.")
    if graph is not None:
        return parts.named_graph(store, graph)
    return Part(WHOLE) if of is None else parts.named_class(store, of, base_iri)


def quads(version: Version, graph: str | None = None, *, journal: bool = False) -> list[Quad]:
    """The quads of a version, in memory.

    Args:
        version: A data version.
        graph: Only this graph: its name, e.g. `ontology` or `source/liu-2023`, or its IRI.
        journal: With the journal.

    Returns:
        The quads, in the order of their N-Quads lines.

    Raises:
        NotFound: There is no such graph.
    """
    store = parts.opened(version.path)
    if graph is None:
        found = [q for q in store if journal or q.graph_name != JOURNAL]
    else:
        name = NamedNode(parts.named_graph(store, graph).graph)
        found = list(store.quads_for_pattern(None, None, None, name))
    return sorted(found, key=str)


def export(
    version: Version,
    out: Path | IO[bytes],
    form: str | None = None,
    *,
    graph: str | None = None,
    of: str | None = None,
    journal: bool = False,
    base_iri: str = BASE,
    progress: Progress = silent,
) -> int:
    """Write a version, or a part of it.

    Args:
        version: A data version.
        out: A file, written whole or not at all, `.gz` at the end compresses it; or a stream.
        form: A format of graphs, `csv` or `zh-en.csv`; by default from the file's ending.
        graph: Only this graph.
        of: Only the things of this class, with their facts and evidence.
        journal: With the journal.
        base_iri: Base of our IRIs, for the prefixes.
        progress: Told of the stages.

    Returns:
        How many quads, triples or, in a table, things were written.

    Raises:
        InvalidInput: Unknown format, or a table of something else than a class.
        NotFound: Unknown graph, class or folder.
    """
    named = out.name if isinstance(out, Path) else ""
    chosen = form or _form(named.removesuffix(".gz"))
    if chosen not in CSV:
        format_named(chosen)
    elif of is None:
        raise InvalidInput("A table holds the things of one class.", hint="Name it: --class NAME.")
    store = parts.opened(version.path)
    part = _selected(store, graph, of, base_iri)
    things = Things(store, base_iri)
    beside = out.parent if isinstance(out, Path) else None
    if beside is not None and not beside.is_dir():
        raise NotFound("There is no such folder.", where=str(beside))
    with (
        whole_or_not(out) if isinstance(out, Path) else nullcontext(out) as file,
        tempfile.TemporaryDirectory(dir=beside, prefix=".") as scratch,
    ):
        if chosen in CSV:
            progress(named, None, None)
            table = Table(things, part.of, Path(scratch), base_iri)
            table.write(file, bilingual=chosen != CSV[0])
            return table.number
        found = parts.rows(store, part, Path(scratch), journal=journal, things=things)
        total = version.quads if part.name == WHOLE else None
        told = _told(found, named, total, progress)
        return stream(told, file, format_named(chosen), Path(scratch), base_iri)


def _form(name: str) -> str:
    return next((e for e in sorted(CSV, key=len, reverse=True) if name.endswith(f".{e}")), "") or (
        Path(name).suffix.removeprefix(".")
    )


# --- all files ------------------------------------------------------------------------------------


def endings(part: Part) -> tuple[str, ...]:
    """The files of a part, by the ending of their names."""
    if part.name == WHOLE:
        return (*ENDINGS, *_WHOLE_TOO)
    return (*ENDINGS, *CSV) if part.of else ENDINGS


def file_names(version: Version, base_iri: str = BASE) -> dict[str, Part]:
    """Names of all files of a version, with what they hold.

    Args:
        version: A data version; hold it, unless it is the current one.
        base_iri: Base of our IRIs.

    Returns:
        Name → part: the whole first, then graphs and classes.
    """
    found = parts.parts(parts.opened(version.path), base_iri)
    return {f"{part.name}.{ending}": part for part in found for ending in endings(part)}


def listed(folder: Path, names: dict[str, Part]) -> list[File]:
    """Files with the sizes and checksums of those that exist.

    Args:
        folder: Where the files of the version are.
        names: Name → part.
    """
    found = []
    for name, part in names.items():
        size, digest = None, None
        file = folder / name
        if file.is_file():
            size, digest = file.stat().st_size, checksum(file)
        found.append(File(name, part, name.removeprefix(f"{part.name}."), size, digest))
    return found


def make(
    version: Version,
    names: Collection[str],
    folder: Path,
    *,
    base_iri: str = BASE,
    progress: Progress = silent,
) -> None:
    """Make files that are missing, each with its checksum beside it.

    Args:
        version: A data version; hold it, unless it is the current one.
        names: Names of files, e.g. `istc-kg.nq.gz`.
        folder: Where they go.
        base_iri: Base of our IRIs, for the prefixes.
        progress: Told of the stages.

    Raises:
        NotFound: A version has no such file.
    """
    missing = [name for name in names if not (folder / name).is_file()]
    if not missing:
        return
    known = file_names(version, base_iri)
    wrong = [name for name in missing if name not in known]
    if wrong:
        raise NotFound("There is no such file.", where=wrong[0])
    maker = _Maker(version, folder, base_iri, progress)
    by_part: dict[Part, list[str]] = {}
    for name in missing:
        by_part.setdefault(known[name], []).append(name)
    for part, wanted in by_part.items():
        (folder / part.name).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
            maker.make(part, wanted, Path(scratch))


class _Maker:
    """Makes files, and reads what many of them share once."""

    def __init__(self, version: Version, folder: Path, base_iri: str, progress: Progress) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._base = base_iri
        self._progress = progress
        self._quads = version.quads
        self._store = parts.opened(version.path)
        self._things = Things(self._store, base_iri)

    def make(self, part: Part, names: Sequence[str], scratch: Path) -> None:
        """The files of one part, whose rows are read once."""
        forms = {name: _form(name.removesuffix(".gz")) for name in names}
        if any(form in CSV for form in forms.values()):
            self._progress(part.name, None, None)
            table = Table(self._things, part.of, scratch, self._base)
            for name, form in forms.items():
                if form in CSV:
                    with whole_or_not(self._folder / name, summed=True) as out:
                        table.write(out, bilingual=form != CSV[0])
        wanted = {name: format_named(form) for name, form in forms.items() if form not in CSV}
        if not wanted:
            return
        kept = scratch / "rows"
        found = parts.rows(self._store, part, scratch, things=self._things)
        lines = sorted_lines((graph + b"\t" + triple for graph, triple in found), scratch)
        with kept.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
        total = self._quads if part.name == WHOLE else None
        for name, rdf_format in wanted.items():
            with whole_or_not(self._folder / name, summed=True) as out:
                told = _told(_kept(kept), name, total, self._progress)
                stream(told, out, rdf_format, scratch, self._base)


def _kept(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for line in file:
            graph, _, triple = line.rstrip(b"\n").partition(b"\t")
            yield graph, triple


def checksums(folder: Path, names: Iterable[str]) -> str:
    """The checksums of files that have been made, as `sha256sum -c` reads them.

    Args:
        folder: Where the files of the version are.
        names: Names of files; those that have not been made are left out.
    """
    made = (name for name in sorted(names) if (folder / name).is_file())
    return "".join(f"{checksum(folder / name)}  {name}\n" for name in made)


def write_checksums(folder: Path, names: Iterable[str]) -> None:
    """Write what `checksums` gives to the file `SHA256SUMS`."""
    with whole_or_not(folder / CHECKSUMS) as file:
        file.write(checksums(folder, names).encode())
