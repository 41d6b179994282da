"""What is to be imported, and what an import is when it has been read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.changing import Prepared
from kg.importing import reading
from kg.importing.drafting import Upload
from kg.importing.findings import Findings
from kg.linking.links import Link
from kg.store.journal import Entry


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

    @property
    def tables(self) -> tuple[Upload, ...]:
        """The files that hold tables."""
        return tuple(upload for upload in self.uploads if reading.is_table(upload.name))

    @property
    def documents(self) -> tuple[Upload, ...]:
        """The other files, which hold RDF."""
        return tuple(upload for upload in self.uploads if not reading.is_table(upload.name))


@dataclass(frozen=True)
class Checked:
    """An import that has been read and checked.

    Attributes:
        order: What is imported.
        findings: All that is wrong or doubtful.
        rows: Rows by table; empty for RDF.
        new: How many new things the tables declare.
        linked: Things that were there already: IRI, and the cell that names it.
        links: What the linker found: records that are linked, and those that may be something else.
        prepared: The change, to be committed; None when it is refused.
        entry: What the journal will say.
    """

    order: Order
    findings: Findings
    rows: Mapping[str, int]
    new: int
    linked: Mapping[str, str]
    links: tuple[Link, ...]
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
            "links": [link.record() for link in self.links],
            "added": added,
            "removed": removed,
            "counts": self.findings.counts,
        }

    def stored(self) -> dict[str, Any]:
        """What a later commit needs, as plain values; `restored` reads it."""
        assert self.prepared is not None  # noqa: S101 - told to the type checker
        entry = {name: value for name, value in asdict(self.entry).items() if value}
        return {"prepared": self.prepared.record(), "entry": entry}


def restored(record: Mapping[str, Any], order: Order, folder: Path) -> Checked:
    """A checked import that is to be committed, from what was stored.

    Args:
        record: What `Checked.stored` has given.
        order: What is imported.
        folder: The folder of `check`, where it still is.
    """
    prepared, entry = Prepared.parse(record["prepared"], folder), Entry(**record["entry"])
    return Checked(order, Findings(), {}, 0, {}, (), prepared, entry)


__all__ = ["Checked", "Order", "restored"]
