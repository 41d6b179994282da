"""From files to the triples of an import: read → map → link, with all that is wrong on the way.

The files are read twice: once for what they declare, once to map them in chunks, so that a cell can
name what stands further down, and memory does not grow with the rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import Quad

from kg import mapping as mapping_
from kg import rq, sparql
from kg.assembling import Progress, moved, silent
from kg.errors import InvalidInput, InvalidTable
from kg.importing import reading, tabling
from kg.importing.data_sets import CHUNK, Candidate, Linking
from kg.importing.findings import Finding, from_error
from kg.importing.naming import Names
from kg.importing.reading import Grid
from kg.importing.tabling import Layout
from kg.mapping import Mapping as TableMapping
from kg.messages import invalid_table
from kg.namespaces import BASE, ID, graph
from kg.tables import Row, Sheet, Table

#: Cells that are wrong at most before the rest is left unread; a report of more helps nobody.
_ENOUGH = 1_000_000


@dataclass(frozen=True)
class Upload:
    """A file to be imported.

    Attributes:
        path: The file.
        name: How its sender calls it.
    """

    path: Path
    name: str

    @property
    def checksum(self) -> str:
        """SHA-256 of its content, as hexadecimal digits."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def day(self) -> str:
        """The day on which it was written."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).date().isoformat()


@dataclass
class Draft:
    """What files say, as triples of one graph.

    Attributes:
        source: Key of the source.
        triples: File of N-Triples under the base IRI of the settings.
        rows: Rows by table.
        new: How many new things the rows declare.
        linked: Things that were there already: IRI, and the cell that names it.
        findings: What is wrong.
    """

    source: str
    triples: Path
    rows: Counter[str] = field(default_factory=Counter)
    new: int = 0
    linked: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _sheets: list[Layout] = field(default_factory=list)
    _places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def where(self, iri: str, path: str | None) -> Mapping[str, Any]:
        """Members of the place where a node and its property are written."""
        found = self._places.get(iri)
        if found is None:
            for kind in ("participation", "name"):
                found = found or self._places.get(iri.replace(f"/id/{kind}/", "/id/fact/"))
        if found is None:
            return {}
        sheet, number = found
        plan = self._sheets[sheet]
        local = (path or "").rpartition("#")[2].rpartition("/")[2]
        column = next((c.name for c in plan.how.columns.values() if c.property == local), None)
        return {
            "file": plan.sheet.file,
            "sheet": plan.sheet.name,
            "row": number,
            "column": plan.headings.get(column or "", column),
        }


def user_mapping(path: Path) -> dict[str, TableMapping]:
    """The mapping of a user's own table.

    Args:
        path: A file like those of `kg/mappings`.

    Raises:
        InvalidInput: It is none.
        OutsideAccess: It would reach another machine.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("The mapping is not UTF-8.", where=path.name) from error
    sparql.refuse_outside(text)
    how = TableMapping.from_file(rq.parse(path.name, text))
    return dict.fromkeys(how.tables, how)


class Drafting:
    """Reads files into a draft.

    Args:
        source: Key of the source.
        folder: Where the triples are written.
        base_iri: Base of the IRIs of the graph.
        most: Bytes that a file may have when it is unpacked.
        names: Finds what cells mean.
        link: Finds things that are in the graph already.
        mappings: The user's own mappings; by default ours.
    """

    def __init__(
        self,
        source: str,
        folder: Path,
        base_iri: str,
        most: int,
        names: Names,
        link: Linking | None = None,
        mappings: Mapping[str, TableMapping] | None = None,
    ) -> None:
        self._own = mappings is not None
        self._known = mapping_.mappings() if mappings is None else mappings
        self._base = base_iri
        self._most = most
        self._names = names
        self._link = link
        self._target = graph(f"source/{source}")
        self._keys: dict[str, str] = {}
        self._seen: dict[str, tuple[Sheet, int]] = {}
        self._noted: set[tuple[Any, ...]] = set()
        self._total = 0
        self.draft = Draft(source, folder / "triples.nt")

    def read(self, uploads: Iterable[Upload], progress: Progress = silent) -> Draft:
        """Read the files.

        Args:
            uploads: The files.
            progress: Told the stage, rows done and rows in all.

        Returns:
            The draft; where its findings are violations, the triples are not whole.
        """
        files = tuple(uploads)
        progress("read", None, None)
        for plan, found in self._rows(files):
            self._declare(plan, found)
        with self.draft.triples.open("wb") as out:
            if self._total == 0 and not self.draft.findings:
                self._note(invalid_table("no-rows", files[0].name, place={"file": files[0].name}))
            self._document(files, out)
            self._map(files, out, progress)
        return self.draft

    # --- the first time ---------------------------------------------------------------------------

    def _rows(self, files: Iterable[Upload]) -> Iterator[tuple[Layout, Iterator[Row]]]:
        """Each sheet that can be read, with its rows; what cannot be read is noted."""
        number = 0
        for upload in files:
            try:
                for grid in reading.grids(upload.path, self._most, upload.name):
                    if grid.sheet.name.startswith("_"):
                        continue
                    number += 1
                    plan = tabling.layout(grid, self._known, number, own=self._own)
                    yield plan, self._guarded(plan, grid)
            except InvalidTable as error:
                self._note(error)

    def _guarded(self, plan: Layout, grid: Grid) -> Iterator[Row]:
        try:
            for row, wrong in tabling.rows(plan, grid, self.draft.source):
                for error in wrong:
                    self._note(error, plan)
                yield row
        except InvalidTable as error:
            self._note(error)

    def _note(self, error: InvalidTable, plan: Layout | None = None) -> None:
        finding = from_error(error)
        if plan is not None:
            name = str(finding.place.get("column"))
            finding = replace(
                finding, place={**finding.place, "column": plan.headings.get(name, name)}
            )
        # What is wrong with a whole sheet shows both times.
        known = (finding.rule, finding.value, *finding.place.items())
        if known not in self._noted and len(self._noted) < _ENOUGH:
            self._noted.add(known)
            self.draft.findings.append(finding)

    def _declare(self, plan: Layout, found: Iterator[Row]) -> None:
        self.draft._sheets.append(plan)
        for row in found:
            self._total += 1
            named = self._keyed(row, plan)
            for iri, names in tabling.declares(named, plan):
                self._names.add(iri, names)
                self._unique(named, plan, iri)
            if self._placed(named, plan):
                self._names.add(f"{ID}location/{row.source}/{row.cells['location']}")

    @staticmethod
    def _placed(row: Row, plan: Layout) -> bool:
        """Whether the row itself is the place of what it says."""
        return row.cells.get("location") == tabling.place_key(plan, row.number)

    def _unique(self, row: Row, plan: Layout, iri: str) -> None:
        first = next(iter(plan.how.columns.values()))
        if first.name != "key" or iri in self.draft.linked:
            return
        if iri in self._seen:
            sheet, number = self._seen[iri]
            self._note(
                invalid_table(
                    "key-twice",
                    row.where(first.name),
                    place=row.place(first.name),
                    cell=row.cells[first.name],
                    other={
                        "zh": f"{sheet.name or sheet.file} 第{number}行",
                        "en": f"{sheet.name or sheet.file} row {number}",
                    },
                ),
                plan,
            )
        self._seen.setdefault(iri, (row.sheet or Sheet(""), row.number))
        self.draft._places.setdefault(iri, (len(self.draft._sheets) - 1, row.number))

    def _keyed(self, row: Row, plan: Layout) -> Row:
        """A row of a thing under its key: that of a thing of the graph, its own, or a new one."""
        first = plan.how.columns.get("key")
        if first is None or first.type != "id":
            return row
        cells, own = dict(row.cells), row.cells["key"]
        labels = [cells.get(name, "") for name in ("label_zh", "label_en")]
        labels = [label for label in labels if label]
        place = f"{plan.number}-{row.number}"
        if place not in self._keys:
            self._keys[place] = self._key(own, labels, row, plan)
        cells["key"] = self._keys[place]
        return Row(row.table, row.source, row.number, cells, row.sheet)

    def _key(self, own: str, labels: list[str], row: Row, plan: Layout) -> str:
        if own and self._names.in_graph(ID + own):
            self.draft.linked[ID + own] = own
            return own
        kind = own.partition("/")[0] or plan.how.kinds.get(row.table, plan.how.name)
        key = own or f"{kind}/{row.source}-{plan.number}-{row.number}"
        same = self._names.same(kind, row.cells.get("label_zh", ""), row.cells.get("label_en", ""))
        if same is not None:
            key = same.removeprefix(ID)
        elif self._link is not None and plan.how.kinds:
            key = self._link.key(Candidate(kind, key, {}, tuple(labels)))
        if self._names.in_graph(ID + key):
            self.draft.linked[ID + key] = own or labels[0]
        return key

    # --- the second time --------------------------------------------------------------------------

    def _map(self, files: tuple[Upload, ...], out: Any, progress: Progress) -> None:
        done = 0
        for plan, found in self._rows(files):
            while chunk := list(islice(found, CHUNK)):
                progress("map", done, self._total)
                done += len(chunk)
                self.draft.rows[plan.table] += len(chunk)
                self._write(self._chunk(plan, chunk), out)
        progress("map", self._total, self._total)

    def _chunk(self, plan: Layout, chunk: list[Row]) -> Iterator[Quad]:
        ready: list[Row] = []
        for row in chunk:
            keyed = self._keyed(row, plan)
            linked = plan.how.kinds and ID + keyed.cells["key"] in self.draft.linked
            named, wrong = tabling.resolved(keyed, plan, self._names)
            for error in wrong:
                self._note(error, plan)
            if linked:
                continue
            if plan.how.kinds and not (named.cells["label_zh"] or named.cells["label_en"]):
                error = invalid_table("no-label", row.where(), place=row.place("label_en"))
                self._note(error, plan)
            self.draft.new += bool(plan.how.kinds)
            ready.append(named)
        if self.draft.findings or not ready:
            return
        names = tuple(plan.how.columns)
        yield from plan.how.quads(
            Table(plan.table, self.draft.source, names, tuple(ready)), self._target
        )
        places = [row for row in ready if self._placed(row, plan)]
        if places:
            yield from self._own_places(plan, places)

    def _own_places(self, plan: Layout, found: list[Row]) -> Iterator[Quad]:
        how = mapping_.mappings()["locations"]
        sheet = plan.sheet.name or plan.sheet.file
        yield from how.quads(
            Table(
                "locations",
                self.draft.source,
                tuple(how.columns),
                tuple(
                    Row(
                        "locations",
                        row.source,
                        row.number,
                        dict.fromkeys(how.columns, "")
                        | {
                            "key": row.cells["location"],
                            "class": "RecordLocation",
                            "locator": f"{plan.sheet}, row {row.number}",
                            "label_zh": f"{sheet}，第{row.number}行",
                            "label_en": f"{sheet}, row {row.number}",
                        },
                        row.sheet,
                    )
                    for row in found
                ),
            ),
            self._target,
        )

    def _document(self, files: tuple[Upload, ...], out: Any) -> None:
        """The document of the source, where neither the import nor the graph declares it."""
        key = f"doc/{self.draft.source}"
        if self._names.declared(ID + key):
            return
        how = mapping_.mappings()["documents"]
        title = ", ".join(upload.name for upload in files)
        cells = dict.fromkeys(how.columns, "") | {
            "key": key,
            "class": "SourceDataset",
            "label_zh": title,
            "label_en": title,
            "retrieved": max(upload.day for upload in files),
        }
        row = Row("documents", self.draft.source, 1, cells, Sheet(files[0].name))
        table = Table("documents", self.draft.source, tuple(how.columns), (row,))
        self._write(how.quads(table, self._target), out)
        self._names.add(ID + key)

    def _write(self, quads: Iterable[Quad], out: Any) -> None:
        lines = [f"{quad.triple} .\n" for quad in moved(quads, BASE, self._base)]
        out.write("".join(lines).encode())


__all__ = ["Draft", "Drafting", "Upload", "user_mapping"]
