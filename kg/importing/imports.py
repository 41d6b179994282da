"""One import: read → map → link → check → preview → commit, for every door.

What files say goes into the graph of its source, `graph/source/<key>`; an import of the same source
replaces it. `check` does everything but the commit and leaves it in a folder; `commit` makes it a
data version with a journal entry. Undo is that of every change (`kg.changing.undo`).
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pyoxigraph import Store

from kg import changing
from kg.changing import Changed, Guard, Part
from kg.errors import InvalidInput, InvalidParameter, NonConforming, StoreUnavailable
from kg.importing import documents, findings
from kg.importing.checked import Checked, Order, restored
from kg.importing.documents import Documents
from kg.importing.drafting import Draft, Drafting, user_mapping
from kg.importing.findings import Findings, Gathered
from kg.importing.ground import ACTIVITY, Ground, document_of
from kg.linking.links import Link
from kg.progress import Progress, silent
from kg.report import Result
from kg.resources import tool_version
from kg.settings import Settings
from kg.store import changes, journal, versions
from kg.store.journal import Entry, Recorded

FOLDER = "imports"
#: Findings that an error carries; the report has all.
SHOWN = 100
_KEY = re.compile(r"[a-z0-9][a-z0-9-]*")


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


def require_key(source: str) -> None:
    """Refuse what is no key of a source.

    Raises:
        InvalidParameter: It is none.
    """
    if not _KEY.fullmatch(source):
        raise InvalidParameter(
            f"“{source}” is no key of a source.",
            where="source",
            hint="Write lower-case letters, digits and hyphens, e.g. office-register.",
        )


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


@contextmanager
def _room(home: Path) -> Iterator[None]:
    """Tell of a disk that is full as of something that is to be mended."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StoreUnavailable(
            "The disk is full; nothing was changed.",
            where=str(home),
            hint="Free disk space, then try again.",
        ) from error


def check(
    settings: Settings,
    order: Order,
    folder: Path,
    *,
    progress: Progress = silent,
    gone: Callable[[], bool] | None = None,
) -> Checked:
    """Read, map, link and check an import; nothing is changed.

    Args:
        settings: Home, bar and limits.
        order: What is to be imported.
        folder: A folder of this import, see `workspace`; it is needed until the commit.
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
    require_key(order.source)
    settings = replace(settings, write_bar=order.bar or settings.write_bar)
    wrong = Gathered(folder)
    draft = Draft(order.source, folder / "triples.nt", wrong)
    found = Documents()
    prepared = None
    results: tuple[Result, ...] = ()
    with _room(settings.home), ExitStack() as held:
        ground = Ground.now(settings, order.source, held)
        try:
            found = documents.read(order.documents, folder, settings, ground.target)
            ground.own(found)
        except InvalidInput as error:
            wrong.add(findings.from_error(error))
        if order.tables:
            draft = _drafting(settings, order, folder, ground, wrong).read(order.tables, progress)
            if draft.triples.exists() and draft.triples.stat().st_size:
                found = replace(found, plain=(*found.plain, _part(draft.triples)))
        entry = _entry(settings, order, {ground.target, *found.graphs})
        links: tuple[Link, ...] = ()
        doubted = settings.write_bar == "warning" and wrong.counts["warning"]
        if not (wrong.violated or doubted):
            try:
                progress("link", None, None)
                found = ground.linked(found, folder, mapped=order.mapping is not None)
                links = ground.links()
                step = ground.step(found, links, folder)
                prepared = changing.prepare(settings, step, folder, progress=progress, gone=gone)
                results = prepared.warnings
            except NonConforming as error:
                results = findings.results(error)
            except InvalidInput as error:
                wrong.add(findings.from_error(error))
            for result in results:
                wrong.add(findings.from_result(result, draft.where))
    return Checked(
        order,
        wrong.whole(),
        dict(draft.rows),
        draft.new,
        draft.linked,
        links,
        prepared,
        entry,
    )


def _drafting(
    settings: Settings, order: Order, folder: Path, ground: Ground, wrong: Gathered
) -> Drafting:
    mappings = None if order.mapping is None else user_mapping(order.mapping)
    return Drafting(
        order.source,
        folder,
        wrong,
        settings.base_iri,
        settings.import_bytes,
        ground.names,
        ground.link,
        mappings,
    )


def _entry(settings: Settings, order: Order, graphs: Iterable[str]) -> Entry:
    sums = [upload.checksum for upload in order.uploads]
    whole = sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()
    return Entry(
        agent=order.agent,
        activity=ACTIVITY,
        source=", ".join(upload.name for upload in order.uploads),
        checksum=whole,
        tool_version=tool_version(),
        graphs=tuple(sorted(graphs)),
        document=document_of(settings, order.source),
    )


def _part(path: Path) -> Part:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(str(path), "application/n-triples", digest)


# --- afterwards -----------------------------------------------------------------------------------


def commit(
    settings: Settings,
    checked: Checked,
    *,
    guard: Guard | None = None,
    progress: Progress = silent,
) -> Changed:
    """Make a checked import a data version: everything or nothing.

    Args:
        settings: Home and limits.
        checked: The import; it must not have been refused.
        guard: Looks whether the graph is still as the client has read it.
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
    settings = replace(settings, write_bar=bar)
    with _room(settings.home):
        return changing.commit(
            settings, checked.prepared, checked.entry, guard=guard, progress=progress
        )


def refused(found: Findings) -> NonConforming | InvalidInput:
    """The error of an import that is refused: what does not conform, or cannot even be read."""
    number = found.counts["violation"] or found.counts["warning"]
    first = found.found[0]
    what = first.messages.get("en", first.rule)
    extra = {"findings": list(islice(found.records(), SHOWN)), "counts": dict(found.counts)}
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
    "Order",
    "check",
    "commit",
    "imports",
    "refused",
    "require_key",
    "restored",
    "source_key",
    "workspace",
]
