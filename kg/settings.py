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
#: What queries may see as the default graph.
DATASETS = ("union", "plain")
#: Severities that may refuse a change; `none` refuses nothing.
BARS = ("violation", "warning", "none")
#: Forms of the log.
LOGS = ("text", "json")
_POSITIVE = (
    "query_seconds", "query_bytes", "result_bytes", "request_bytes", "workers", "import_seconds",
    "job_bytes", "jobs", "client_jobs", "job_days", "analyses", "analysis_seconds",
    "analysis_bytes",
)  # fmt: skip


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
    stream_seconds: float = _setting(
        3600.0, "How long a client may take to read one answer, in seconds."
    )
    query_bytes: int = _setting(
        1_000_000_000, "Memory one query may use beyond the graph itself, in bytes."
    )
    whole_bytes: int = _setting(
        16_000_000, "Answers up to this size are whole before their first byte is sent, in bytes."
    )
    result_bytes: int = _setting(10_000_000_000, "Largest result of one query, in bytes.")
    cache_bytes: int = _setting(200_000_000, "Memory for answers kept per data version, in bytes.")
    page_bytes: int = _setting(
        64_000_000,
        "Pages that are kept for the current data version at most, in bytes; 0 keeps none.",
    )
    request_bytes: int = _setting(2_000_000, "Largest request body, in bytes.")
    workers: int = _setting(16, "Queries that may run at the same time.")
    worker_bytes: int = _setting(
        0,
        "Memory that workers may take together by copying pages of the graph: fewer run at the "
        "same time on a large graph, two at least; 0: half of the memory of the machine.",
    )
    short_seconds: float = _setting(
        0.25,
        "A query that runs longer lets the shorter ones go first, in seconds of a core of its own.",
    )
    queue_seconds: float = _setting(10.0, "How long a query waits for a free worker, in seconds.")
    client_waiting: int = _setting(32, "Queries of one client that may wait at the same time.")
    client_seconds: float = _setting(
        600.0, "Seconds of querying that one client may use in a minute; 0 sets no bound."
    )
    dataset: str = _setting(
        "union",
        "Default graph of queries: “union” of all graphs, or “plain”: what was loaded there, with "
        "blank nodes as they came.",
    )
    write_bar: str = _setting(
        "violation",
        "Gravity that refuses a change: “violation”, “warning”, or “none”: everything is taken.",
    )
    write_seconds: float = _setting(300.0, "Hard time limit of one change, in seconds.")
    write_bytes: int = _setting(
        4_000_000_000, "Memory one change may use beyond the graph itself, in bytes."
    )
    upload_bytes: int = _setting(
        100_000_000, "Largest update or upload of a graph, uncompressed, in bytes."
    )
    import_bytes: int = _setting(
        2_000_000_000, "Largest file of an import, uncompressed, in bytes."
    )
    import_seconds: float = _setting(
        3600.0, "Hard time limit of reading and checking one import over HTTP, in seconds."
    )
    job_bytes: int = _setting(
        20_000_000_000, "Disk space that one import over HTTP may take while it is read, in bytes."
    )
    jobs: int = _setting(1, "Imports over HTTP that are read and checked at the same time.")
    client_jobs: int = _setting(20, "Imports of one token that may wait at the same time.")
    job_days: float = _setting(
        7.0, "How long the files of an import over HTTP are kept, in days; its report stays."
    )
    validate_bytes: int = _setting(
        1_000_000, "Up to this many bytes are validated while the client waits."
    )
    analyses: int = _setting(2, "Analyses that are computed at the same time for HTTP.")
    analysis_seconds: float = _setting(
        900.0, "Hard time limit of one analysis over HTTP, in seconds."
    )
    analysis_bytes: int = _setting(
        8_000_000_000, "Memory one analysis over HTTP may use, in bytes."
    )
    remote: str = _setting(
        "",
        "A remote SPARQL store that answers queries in place of our own readers, dialect+URL, e.g. "
        "fuseki+http://127.0.0.1:3030/istc; see docs/backends.md.",
    )
    memory_quads: int = _setting(
        5_000_000, "Up to this many quads a version is held in memory; past it, read from disk."
    )
    keep_versions: int = _setting(5, "Snapshots of earlier data versions that are kept.")
    answers: int = _setting(10_000, "Frozen answers that are kept at most.")
    answers_per_hour: int = _setting(120, "New frozen answers in an hour at most.")
    answer_bytes: int = _setting(10_000_000, "Largest frozen answer, in bytes.")
    links: int = _setting(10_000, "Short links to queries that are kept at most.")
    links_per_hour: int = _setting(120, "New short links in an hour at most.")
    link_bytes: int = _setting(100_000, "Longest query of a short link, in bytes.")
    threads: int = _setting(16, "Threads of the HTTP server.")
    stop_seconds: float = _setting(
        10.0, "How long running requests may take to end when the service stops, in seconds."
    )
    trusted_proxies: int = _setting(
        0, "Proxies in front of the service whose X-Forwarded-… and X-Request-Id are believed."
    )
    log: str = _setting("text", "Log lines as “text” for people or “json” for machines.")
    token_file: Path = _setting(Path("tokens"), "File of write tokens, relative to the home.")

    def __post_init__(self) -> None:
        """Check what a type cannot say."""
        if not self.base_iri.endswith("/"):
            raise InvalidSetting(
                "The base IRI must end with a slash.",
                where=f"ISTC_BASE_IRI={self.base_iri}",
                hint=f"Use {self.base_iri}/.",
            )
        if self.dataset not in DATASETS:
            raise InvalidSetting(
                f"There is no dataset “{self.dataset}”.",
                where=f"ISTC_DATASET={self.dataset}",
                hint=f"Use one of: {', '.join(DATASETS)}.",
            )
        if self.log not in LOGS:
            raise InvalidSetting(
                f"There is no form of log “{self.log}”.",
                where=f"ISTC_LOG={self.log}",
                hint=f"Use one of: {', '.join(LOGS)}.",
            )
        for name in ("stop_seconds", "trusted_proxies", "page_bytes"):
            if getattr(self, name) < 0:
                raise InvalidSetting(
                    "The value must not be negative.",
                    where=f"ISTC_{name.upper()}={getattr(self, name)}",
                )
        if self.write_bar not in BARS:
            raise InvalidSetting(
                f"There is no bar “{self.write_bar}”.",
                where=f"ISTC_WRITE_BAR={self.write_bar}",
                hint=f"Use one of: {', '.join(BARS)}.",
            )
        for name in _POSITIVE:
            if getattr(self, name) <= 0:
                raise InvalidSetting(
                    "The value must be greater than zero.",
                    where=f"ISTC_{name.upper()}={getattr(self, name)}",
                )

    def in_memory(self, quads: int) -> bool:
        """Whether a version of so many quads is held in memory."""
        return quads <= self.memory_quads

    def environ(self) -> dict[str, str]:
        """The settings as variables, for a process of ours; `from_env` reads them."""
        return {f"ISTC_{f.name.upper()}": str(getattr(self, f.name)) for f in fields(self)}

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
