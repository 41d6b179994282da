"""What the process that checks an import says when it has no memory left."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from kg.importing.jobs import worker
from kg.importing.jobs.job import File, Job


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory")])
def test_an_import_without_memory_is_told_also_when_its_folders_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def check(*_: object, **__: object) -> None:
        raise error

    job = Job("1", "office", "office-register", (File("a.ttl", "a.ttl", 1, "0"),), "2026-01-15")
    (tmp_path / "job.json").write_text(json.dumps(job.stored()))
    monkeypatch.setattr(worker.imports, "check", check)
    monkeypatch.setattr(worker, "_bounds", lambda *_: None)
    assert worker.main(tmp_path, 1) == worker.NO_MEMORY
