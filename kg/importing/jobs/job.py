"""A job: what is to be imported, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

#: Every state of a job, in the order in which they come.
STATES = (
    "queued",
    "running",
    "checked",
    "refused",
    "failed",
    "cancelled",
    "committing",
    "committed",
    "reverted",
)
#: States that end by themselves.
ACTIVE = frozenset({"queued", "running", "committing"})


@dataclass(frozen=True)
class File:
    """A file of a job.

    Attributes:
        name: How its sender calls it.
        path: Where it is, in the folder of the job.
        bytes: Its size.
        sha256: SHA-256 of its content, as hexadecimal digits.
    """

    name: str
    path: str
    bytes: int
    sha256: str

    def record(self) -> dict[str, Any]:
        """What others may know of it."""
        return {"name": self.name, "bytes": self.bytes, "sha256": self.sha256}


@dataclass(frozen=True)
class Job:
    """An import that somebody has sent.

    Attributes:
        id: Its id; later ones come later in the alphabet.
        who: Name of the token of its sender.
        source: Key of the source.
        files: The files.
        created: When it came, in ISO 8601, like all times here.
        mapping: The mapping of a table of the sender's own.
        bar: Gravity that refuses it; None: that of the settings.
        dry_run: Whether it is checked only, and never committed.
        state: One of STATES.
        started: When reading began.
        checked: When the check ended.
        committed: When it was committed.
        reverted: When it was taken back.
        stage: What is being done.
        done: Steps of the stage that are done.
        total: Steps of the stage in all.
        preview: What it does to the graph (`Checked.record`) and the size of the difference.
        version: The data version that it made.
        changed: Whether the commit has changed anything.
        undo: The data version that took it back.
        problem: Why it has failed: `class`, `what`, `where`, `hint`, `extra`.
        kept: Whether its files are still there.
    """

    id: str
    who: str
    source: str
    files: tuple[File, ...]
    created: str
    mapping: File | None = None
    bar: str | None = None
    dry_run: bool = False
    state: str = "queued"
    started: str | None = None
    checked: str | None = None
    committed: str | None = None
    reverted: str | None = None
    stage: str | None = None
    done: int | None = None
    total: int | None = None
    preview: Mapping[str, Any] | None = None
    version: int | None = None
    changed: bool | None = None
    undo: int | None = None
    problem: Mapping[str, Any] | None = None
    kept: bool = True

    @property
    def active(self) -> bool:
        """Whether its state will change by itself."""
        return self.state in ACTIVE

    @property
    def reported(self) -> bool:
        """Whether there is a report of what was found."""
        return self.preview is not None

    @property
    def differing(self) -> bool:
        """Whether there is a difference that it makes, or has made."""
        return self.preview is not None and "diff" in self.preview

    def stored(self) -> dict[str, Any]:
        """The job as it is kept; `parse` reads it."""
        return asdict(self)

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Job:
        """The job of what is kept."""
        known = {f.name for f in fields(cls)}
        values = {name: value for name, value in record.items() if name in known}
        values["files"] = tuple(File(**file) for file in values["files"])
        if values.get("mapping") is not None:
            values["mapping"] = File(**values["mapping"])
        return cls(**values)

    def record(self) -> dict[str, Any]:
        """The job as the world sees it: the contract of `GET /imports/{id}`.

        Returns:
            Members: `id`, `state`, `active`, `who`, `source`, `bar`, `dryRun`, `files` and
            `mapping` (`name`, `bytes`, `sha256`), `progress` (`stage`, `done`, `total`), times
            `created`, `started`, `checked`, `committed`, `reverted`, the preview `preview`,
            `version`, `changed`, `undoneBy`, `kept`. What has no value yet is null.
        """
        progress = {"stage": self.stage, "done": self.done, "total": self.total}
        return {
            "id": self.id,
            "state": self.state,
            "active": self.active,
            "who": self.who,
            "source": self.source,
            "bar": self.bar,
            "dryRun": self.dry_run,
            "files": [file.record() for file in self.files],
            "mapping": self.mapping and self.mapping.record(),
            "progress": progress if self.active and self.stage else None,
            "created": self.created,
            "started": self.started,
            "checked": self.checked,
            "committed": self.committed,
            "reverted": self.reverted,
            "preview": self.preview,
            "version": self.version,
            "changed": self.changed,
            "undoneBy": self.undo,
            "kept": self.kept,
        }


__all__ = ["ACTIVE", "STATES", "File", "Job"]
