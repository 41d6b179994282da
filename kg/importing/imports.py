"""One import: read → map → link → check → preview → commit, for every door.

What files say goes into the graph of its source, `graph/source/<key>`; an import of the same source
replaces it. `check` does everything but the commit and leaves it in a folder; `commit` makes it a
data version with a journal entry. Undo is that of every change (`kg.changing.undo`).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, RdfFormat, Store

from kg import changing, rq
from kg.assembling import Progress, silent
from kg.changing import Changed, Load, Part, Prepared
from kg.changing.reading import MEDIA_TYPES, parsed
from kg.errors import InvalidInput, InvalidParameter, NonConforming
from kg.importing import findings, reading
from kg.importing.data_sets import Linking
from kg.importing.drafting import Draft, Drafting, Upload, user_mapping
from kg.importing.findings import Finding, Findings
from kg.importing.naming import Names
from kg.messages import invalid_table
from kg.namespaces import ID, graph
from kg.resources import tool_version
from kg.settings import Settings
from kg.store import changes, journal, versions
from kg.store.journal import Entry, Recorded

FOLDER = "imports"
ACTIVITY = "import"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
_QUADS = (RdfFormat.TRIG, RdfFormat.N_QUADS, RdfFormat.JSON_LD)

#: Makes what links things of an import to those of the graph, given the graph.
Linker = Callable[[Store], Linking]


@dataclass(frozen=True)
class Order:
    """What is to be imported.

    Attributes:
        uploads: The files: tables, or RDF.
        source: Key of the source: the last part of its document and its graph.
        agent: Who imports.
        mapping: The mapping of a table of the user's own.
        bar: Gravity that refuses: `violation`, `warning` or `none`; None: that of the settings.
    """

    uploads: tuple[Upload, ...]
    source: str
    agent: str
    mapping: Path | None = None
    bar: str | None = None


@dataclass(frozen=True)
class Checked:
    """An import that has been read and checked.

    Attributes:
        order: What is imported.
        findings: All that is wrong or doubtful.
        rows: Rows by table; empty for RDF.
        new: How many new things the tables declare.
        linked: Things that were there already: IRI, and the cell that names it.
        prepared: The change, to be committed; None when it is refused.
        entry: What the journal will say.
    """

    order: Order
    findings: Findings
    rows: Mapping[str, int]
    new: int
    linked: Mapping[str, str]
    prepared: Prepared | None
    entry: Entry

    def record(self) -> dict[str, Any]:
        """The preview as plain values."""
        added, removed = self.prepared.stated if self.prepared else (0, 0)
        return {
            "source": self.order.source,
            "files": [upload.name for upload in self.order.uploads],
            "checksum": self.entry.checksum,
            "accepted": self.prepared is not None,
            "rows": dict(self.rows),
            "newThings": self.new,
            "linkedThings": {iri: str(cell) for iri, cell in sorted(self.linked.items())},
            "added": added,
            "removed": removed,
            "counts": self.findings.counts,
        }


def source_key(text: str) -> str:
    """A key of a source from a name of a file.

    Raises:
        InvalidParameter: The name has no letters for it.
    """
    stem = text.partition(".")[0].lower()
    key = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")
    if not key or not stem.isascii():
        raise InvalidParameter(
            "The name of the file gives no key of a source.",
            where=text,
            hint="Name the source: lower-case letters, digits and hyphens, e.g. office-register.",
        )
    return key


@contextmanager
def workspace(home: Path) -> Iterator[Path]:
    """A folder for one import; those of processes that have ended are removed."""
    base = home.absolute() / FOLDER
    base.mkdir(parents=True, exist_ok=True)
    for left in base.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check(
    settings: Settings,
    order: Order,
    folder: Path,
    *,
    linker: Linker | None = None,
    progress: Progress = silent,
    gone: Callable[[], bool] | None = None,
) -> Checked:
    """Read, map, link and check an import; nothing is changed.

    Args:
        settings: Home, bar and limits.
        order: What is to be imported.
        folder: A folder of this import, see `workspace`; it is needed until the commit.
        linker: Makes what links things to those of the graph.
        progress: Told the stage, steps done and steps in all.
        gone: Says whether who asked has left.

    Returns:
        What was found; its change may be committed where it is not refused.

    Raises:
        InvalidInput: The key of the source or the mapping is wrong.
        BuiltGraph: A build makes the graph of this source.
        OutsideAccess: A document or the mapping reaches out.
        TimeLimit, BudgetExceeded, Cancelled, StoreUnavailable: It was stopped.
    """
    if not _KEY.fullmatch(order.source):
        raise InvalidParameter(
            f"“{order.source}” is no key of a source.",
            hint="Write lower-case letters, digits and hyphens, e.g. office-register.",
        )
    bar = order.bar or settings.write_bar
    settings = replace(settings, write_bar=bar)
    target = rq.rebase(graph(f"source/{order.source}").value, settings.base_iri)
    draft = Draft(order.source, folder / "triples.nt")
    with ExitStack() as held:
        tables = tuple(u for u in order.uploads if reading.is_table(u.name))
        documents = tuple(u for u in order.uploads if u not in tables)
        try:
            step = _step(settings, documents, folder, target)
        except InvalidInput as error:
            draft.findings.append(findings.from_error(error))
            step = Load((), settings.base_iri, target, replace=True)
        if tables:
            drafting = _drafting(settings, order, folder, target, linker, held)
            drafting.draft.findings.extend(draft.findings)
            draft = drafting.read(tables, progress)
            if draft.triples.exists() and draft.triples.stat().st_size:
                step = replace(step, parts=(*step.parts, _part(draft.triples)))
        entry = _entry(settings, order)
        prepared = None
        found = list(draft.findings)
        if not any(finding.severity == "violation" for finding in found):
            try:
                prepared = changing.prepare(settings, step, folder, progress=progress, gone=gone)
                found += [_located(result, draft) for result in prepared.warnings]
            except NonConforming as error:
                found += [_located(result, draft) for result in findings.results(error)]
            except InvalidInput as error:
                found.append(findings.from_error(error))
    return Checked(
        order, Findings.of(found), dict(draft.rows), draft.new, draft.linked, prepared, entry
    )


def _located(result: Any, draft: Draft) -> Finding:
    return findings.from_result(result, draft.where)


def _drafting(
    settings: Settings,
    order: Order,
    folder: Path,
    target: str,
    linker: Linker | None,
    held: ExitStack,
) -> Drafting:
    version = versions.current(settings.home)
    store = None
    if version is not None:
        held.enter_context(versions.hold(version))
        store = Store.read_only(str(version.path))
    link = None if linker is None or store is None else linker(store)
    names = Names(store, settings.base_iri, graph(f"source/{order.source}").value, link)
    mappings = None if order.mapping is None else user_mapping(order.mapping)
    return Drafting(
        order.source, folder, settings.base_iri, settings.import_bytes, names, link, mappings
    )


def _entry(settings: Settings, order: Order) -> Entry:
    sums = [upload.checksum for upload in order.uploads]
    whole = sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()
    return Entry(
        agent=order.agent,
        activity=ACTIVITY,
        source=", ".join(upload.name for upload in order.uploads),
        checksum=whole,
        tool_version=tool_version(),
        document=rq.rebase(f"{ID}doc/{order.source}", settings.base_iri),
    )


# --- RDF ------------------------------------------------------------------------------------------


def _step(settings: Settings, documents: tuple[Upload, ...], folder: Path, target: str) -> Load:
    """The step that loads documents: into the graph of the source, or those that they name."""
    parts: list[Part] = []
    named = False
    for upload in documents:
        rdf_format = _format(upload.name)
        path = reading.plain(upload.path, settings.import_bytes, upload.name, folder)
        media_type = next(kind for kind, known in MEDIA_TYPES.items() if known == rdf_format)
        part = Part(str(path), media_type, upload.checksum, upload.name)
        named = named or (rdf_format in _QUADS and _names_graphs(part, settings.base_iri))
        parts.append(part)
    return Load(tuple(parts), settings.base_iri, None if named else target, replace=not named)


def _format(name: str) -> RdfFormat:
    ending = Path(name.removesuffix(".gz")).suffix.removeprefix(".").lower()
    found = RdfFormat.from_extension({"jsonld": "jsonld", "owl": "rdf"}.get(ending, ending))
    if found is None:
        raise invalid_table("unknown-format", name, place={"file": name}, name=name)
    return found


def _names_graphs(part: Part, base_iri: str) -> bool:
    return any(quad.graph_name != DefaultGraph() for quad in parsed(part, base_iri))


def _part(path: Path) -> Part:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(str(path), "application/n-triples", digest)


# --- afterwards -----------------------------------------------------------------------------------


def commit(settings: Settings, checked: Checked, *, progress: Progress = silent) -> Changed:
    """Make a checked import a data version: everything or nothing.

    Args:
        settings: Home and limits.
        checked: The import; it must not have been refused.
        progress: Told each stage.

    Returns:
        What was done.

    Raises:
        NonConforming: It was refused, or breaks a rule now that the graph has changed.
        StoreUnavailable: Others were writing for too long, or the disk is full.
    """
    if checked.prepared is None:
        raise refused(checked.findings)
    bar = checked.order.bar or settings.write_bar
    return changing.commit(
        replace(settings, write_bar=bar), checked.prepared, checked.entry, progress=progress
    )


def refused(found: Findings) -> NonConforming | InvalidInput:
    """The error of an import that is refused: what does not conform, or cannot even be read."""
    number = found.counts["violation"] or found.counts["warning"]
    first = found.found[0]
    what = first.messages.get("en", first.rule)
    extra = {"findings": found.records()}
    if found.unreadable:
        return InvalidInput(what, where=first.where("en"), extra=extra)
    more = "" if number == 1 else f" ({number - 1} more findings)"
    return NonConforming(f"{what}{more}", where=first.where("en"), extra=extra)


@dataclass(frozen=True)
class Imported:
    """An import of the past.

    Attributes:
        line: Its line in the journal.
        stands: Whether it has not been undone.
        added: How many quads it added, None where its change is not kept.
        removed: How many it removed.
    """

    line: Recorded
    stands: bool
    added: int | None
    removed: int | None


def imports(settings: Settings) -> list[Imported]:
    """The imports of the past, oldest first."""
    version = versions.current(settings.home)
    if version is None:
        return []
    lines = journal.entries(Store.read_only(str(version.path)))
    stand = {line.number for line in journal.standing(lines)}
    found = []
    for line in lines:
        if line.entry.activity == ACTIVITY:
            counts = changes.count(settings.home, line.number) or (None, None)
            found.append(Imported(line, line.number in stand, *counts))
    return found


__all__ = [
    "Checked",
    "Imported",
    "Linker",
    "Order",
    "check",
    "commit",
    "imports",
    "refused",
    "source_key",
    "workspace",
]
