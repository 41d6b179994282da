"""From files to the triples of an import: read → map → link, with all that is wrong on the way.

The files are read twice: once for what they declare, once to map them in chunks, so that a cell can
name what stands further down, and memory does not grow with the rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import Quad

from kg import mapping as mapping_
from kg import periods, rq, sparql
from kg.assembling import moved
from kg.errors import InvalidInput, InvalidTable
from kg.importing import measures, reading, tabling
from kg.importing.data_sets import CHUNK
from kg.importing.declaring import ACTORS, Declared
from kg.importing.findings import Gathered, from_error
from kg.importing.naming import Names
from kg.importing.reading import Grid
from kg.importing.tabling import Layout
from kg.linking import Linker
from kg.mapping import Mapping as TableMapping
from kg.messages import invalid_table
from kg.namespaces import BASE, ID, graph
from kg.progress import Progress, silent
from kg.report import Severity
from kg.tables import Row, Sheet, Table


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
        findings: What is wrong.
        rows: Rows by table.
        new: How many new things the rows declare.
        linked: Things that were there already: IRI, and the cell that names it.
    """

    source: str
    triples: Path
    findings: Gathered
    rows: Counter[str] = field(default_factory=Counter)
    new: int = 0
    linked: dict[str, str] = field(default_factory=dict)
    _sheets: list[Layout] = field(default_factory=list)
    _places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def where(self, iri: str, path: str | None) -> Mapping[str, Any]:
        """Members of the place where a node and its property are written."""
        found = self._places.get(iri)
        if found is None:
            for kind in ("participation", "name", "cooperation"):
                found = found or self._places.get(iri.replace(f"/id/{kind}/", "/id/fact/"))
        if found is None:
            return {}
        sheet, number = found
        plan = self._sheets[sheet]
        local = (path or "").rpartition("#")[2].rpartition("/")[2]
        column = next(
            (
                c.name
                for c in plan.how.columns.values()
                if c.property == local or (c.type == "edtf" and "/id/period/" in iri)
            ),
            None,
        )
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
        findings: Takes up what is wrong.
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
        findings: Gathered,
        base_iri: str,
        most: int,
        names: Names,
        link: Linker | None = None,
        mappings: Mapping[str, TableMapping] | None = None,
    ) -> None:
        self._own = mappings is not None
        self._known = mapping_.mappings() if mappings is None else mappings
        self._base = base_iri
        self._most = most
        self._names = names
        self._declared = Declared(source, names, link)
        self._target = graph(f"source/{source}")
        self._again = False
        self._sheets: dict[int, int] = {}
        self._total = 0
        self.draft = Draft(source, folder / "triples.nt", findings)

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
        self._settle()
        with self.draft.triples.open("wb") as out:
            if self._total == 0 and not self.draft.findings.violated:
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
                self._read(error)

    def _guarded(self, plan: Layout, grid: Grid) -> Iterator[Row]:
        try:
            for row, wrong in tabling.rows(plan, grid, self.draft.source):
                for error in wrong:
                    self._read(error, plan)
                yield row
        except InvalidTable as error:
            self._read(error)

    def _note(
        self, error: InvalidTable, plan: Layout | None = None, severity: Severity = "violation"
    ) -> None:
        finding = replace(from_error(error), severity=severity)
        if plan is not None:
            name = str(finding.place.get("column"))
            finding = replace(
                finding, place={**finding.place, "column": plan.headings.get(name, name)}
            )
        self.draft.findings.add(finding)

    def _read(self, error: InvalidTable, plan: Layout | None = None) -> None:
        """Note what is wrong with a file or a row; it shows both times that it is read."""
        if not self._again:
            self._note(error, plan)

    def _declare(self, plan: Layout, found: Iterator[Row]) -> None:
        self.draft._sheets.append(plan)
        at = len(self.draft._sheets) - 1
        for row in found:
            self._total += 1
            self._declared.add(row, plan)
            for iri, names in tabling.declares(row, plan):
                self._names.add(iri, names)
                self._unique(row, plan, at, iri)
            if self._placed(row, plan):
                self._names.add(f"{ID}location/{row.source}/{row.cells['location']}")

    def _settle(self) -> None:
        """Things get their keys when all rows have been seen."""
        self._sheets = {plan.number: at for at, plan in enumerate(self.draft._sheets)}
        for thing in self._declared.settle():
            plan = thing.plan
            row = Row(plan.table, self.draft.source, thing.number, {"key": thing.key}, plan.sheet)
            if ID + thing.key not in self._declared.linked:
                self._unique(row, plan, self._sheets[plan.number], ID + thing.key)
        self.draft.linked = self._declared.linked

    @staticmethod
    def _placed(row: Row, plan: Layout) -> bool:
        """Whether the row itself is the place of what it says."""
        return row.cells.get("location") == tabling.place_key(plan, row.number)

    def _unique(self, row: Row, plan: Layout, at: int, iri: str) -> None:
        first = next(iter(plan.how.columns.values()))
        if first.name != "key":
            return
        if iri in self.draft._places:
            known, number = self.draft._places[iri]
            sheet = self.draft._sheets[known].sheet
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
        self.draft._places.setdefault(iri, (at, row.number))

    # --- the second time --------------------------------------------------------------------------

    def _map(self, files: tuple[Upload, ...], out: Any, progress: Progress) -> None:
        done = 0
        self._again = True
        for plan, found in self._rows(files):
            while chunk := list(islice(found, CHUNK)):
                progress("map", done, self._total)
                done += len(chunk)
                self.draft.rows[plan.table] += len(chunk)
                self._write(self._chunk(plan, chunk), out)
        if not self.draft.findings.violated:
            self._write(self._named(), out)
        progress("map", self._total, self._total)

    def _named(self) -> Iterator[Quad]:
        """What is new and has no row of its own."""
        how = mapping_.mappings()[ACTORS]
        found = tuple(self._declared.rows())
        self.draft.new += len(found)
        table = Table(ACTORS, self.draft.source, tuple(how.columns), found)
        yield from how.quads(table, self._target)

    def _chunk(self, plan: Layout, chunk: list[Row]) -> Iterator[Quad]:
        ready: list[Row] = []
        for row in chunk:
            keyed = self._declared.keyed(row, plan)
            linked = plan.how.kinds and ID + keyed.cells["key"] in self.draft.linked
            named, wrong = tabling.resolved(keyed, plan, self._names)
            for error in wrong:
                self._note(error, plan)
            for error in measures.doubts(keyed, named, plan, self._names):
                self._note(error, plan, "warning")
            if linked:
                if not named.cells.get("location"):
                    continue  # All that it says is there already.
                named.cells.update(dict.fromkeys(("label_zh", "label_en"), ""))
            elif plan.how.kinds and not (named.cells["label_zh"] or named.cells["label_en"]):
                error = invalid_table("no-label", row.where(), place=row.place("label_en"))
                self._note(error, plan)
            self.draft.new += bool(plan.how.kinds) and not linked
            self._periods(named, plan)
            ready.append(named)
        if self.draft.findings.violated or not ready:
            return
        names = tuple(plan.how.columns)
        yield from plan.how.quads(
            Table(plan.table, self.draft.source, names, tuple(ready)), self._target
        )
        places = [row for row in ready if self._placed(row, plan)]
        if places:
            yield from self._own_places(plan, places)

    def _periods(self, row: Row, plan: Layout) -> None:
        """Note where a period is written first; it is a node of its own."""
        for column in plan.how.columns.values():
            if column.type == "edtf" and row.cells[column.name]:
                with suppress(InvalidInput):
                    key = periods.parse(row.cells[column.name]).key
                    place = (self._sheets[plan.number], row.number)
                    self.draft._places.setdefault(f"{ID}period/{key}", place)

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
