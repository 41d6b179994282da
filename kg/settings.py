"""All settings, in one frozen object that is read at the door and passed on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from kg.errors import InvalidSetting

#: Variables with our prefix that other parts of the project read: known, and left alone.
FOREIGN = frozenset({"ISTC_SHARED"})


def _setting(default: Any, help_: str) -> Any:
    return field(default=default, metadata={"help": help_})


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside; the environment variable is ISTC_ + the name."""

    home: Path = _setting(Path(".istc"), "Folder of the store, versions, spool and journal.")
    base_iri: str = _setting(
        "https://w3id.org/istc-kg/",
        "Base of all IRIs, ends with a slash; builds and exports follow it, pages not yet.",
    )
    site_url: str = _setting(
        "", "Public address of the service; empty means the address of the request."
    )
    query_seconds: float = _setting(30.0, "Hard time limit of one query, in seconds.")
    query_bytes: int = _setting(
        2_000_000_000, "Memory one query may use beyond the graph itself, in bytes."
    )
    result_bytes: int = _setting(500_000_000, "Largest result of one query, in bytes.")
    request_bytes: int = _setting(2_000_000, "Largest request body, in bytes.")
    workers: int = _setting(4, "Queries that may run at the same time.")
    queue_seconds: float = _setting(10.0, "How long a query waits for a free worker, in seconds.")
    memory_quads: int = _setting(
        5_000_000, "Up to this many quads a version is held in memory; past it, read from disk."
    )
    keep_versions: int = _setting(5, "Snapshots of earlier data versions that are kept.")
    answers: int = _setting(10_000, "Frozen answers that are kept at most.")
    answers_per_hour: int = _setting(120, "New frozen answers in an hour at most.")
    answer_bytes: int = _setting(10_000_000, "Largest frozen answer, in bytes.")
    threads: int = _setting(16, "Threads of the HTTP server.")
    token_file: Path = _setting(Path("tokens"), "File of write tokens, relative to the home.")

    def __post_init__(self) -> None:
        """Check what a type cannot say."""
        if not self.base_iri.endswith("/"):
            raise InvalidSetting(
                "The base IRI must end with a slash.",
                where=f"ISTC_BASE_IRI={self.base_iri}",
                hint=f"Use {self.base_iri}/.",
            )
        for name in ("query_seconds", "query_bytes", "result_bytes", "request_bytes", "workers"):
            if getattr(self, name) <= 0:
                raise InvalidSetting(
                    "The value must be greater than zero.",
                    where=f"ISTC_{name.upper()}={getattr(self, name)}",
                )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from an environment.

        Args:
            environ: Usually `os.environ`.

        Returns:
            The settings; what is not set keeps its default.

        Raises:
            InvalidSetting: A value has the wrong type, or an ISTC_… variable is unknown.
        """
        known = {f"ISTC_{f.name.upper()}": f for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, text in environ.items():
            if not name.startswith("ISTC_") or name in FOREIGN:
                continue
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                raise InvalidSetting(
                    f"Unknown setting {name}.",
                    where=f"{name}={text}",
                    hint=f"Did you mean {near[0]}?" if near else "See docs/settings.md.",
                )
            kind: Callable[[str], Any] = type(known[name].default)
            try:
                values[known[name].name] = kind(text)
            except ValueError as error:
                raise InvalidSetting(
                    f"{name} must be of type {type(known[name].default).__name__}.",
                    where=f"{name}={text}",
                ) from error
        return cls(**values)
