"""Somebody who imports, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from kg.importing import imports
from kg.importing.drafting import Upload
from kg.importing.imports import Checked, Order
from kg.namespaces import GRAPH, ID, ISTC, RDFS
from kg.settings import Settings
from kg.store import versions

MINE = f"{GRAPH}source/office-register"


@dataclass
class Desk:
    """Somebody who imports."""

    settings: Settings
    folder: Path

    def check(self, *paths: Path, source: str = "office-register", **more: object) -> Checked:
        """Check files."""
        uploads = tuple(Upload(path, path.name) for path in paths)
        order = Order(uploads, source, "desk", **more)  # type: ignore[arg-type]
        return imports.check(self.settings, order, self.folder)

    def digest(self) -> str:
        """Digest of the current data version."""
        now = versions.current(self.settings.home)
        assert now is not None
        return now.digest

    def asks(self, pattern: str, graph: str = MINE) -> bool:
        """Whether a graph holds a pattern."""
        now = versions.current(self.settings.home)
        assert now is not None
        prefixes = (
            f"PREFIX istc: <{ISTC}> PREFIX rdfs: <{RDFS}> PREFIX id: <{ID}> "
            "PREFIX owl: <http://www.w3.org/2002/07/owl#>"
        )
        store = Store.read_only(str(now.path))
        return bool(store.query(f"{prefixes} ASK {{ GRAPH <{graph}> {{ {pattern} }} }}"))
