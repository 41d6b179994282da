"""Real stores for the tests: started on free ports of this machine, stopped by their process."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests import needs

#: The one place that names the version of Fuseki, with the SHA-256 of its jar.
FUSEKI = "org.apache.jena:jena-fuseki-server:5.6.0"
FUSEKI_SHA256 = "d28c1eaf703122ee628895a460c20fa4aa60a892f435d403ea8c036f241da1f8"
#: Seconds for a store to start.
STARTS = 120
#: Rows that the Virtuoso of the tests gives at most; a larger answer must be an error.
MOST_ROWS = 150_000

_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
DirsAllowed = .
DisableUnixSocket = 1

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 20

[SPARQL]
ResultSetMaxRows = {rows}
"""


@dataclass(frozen=True)
class Store:
    """A store that runs.

    Attributes:
        name: Its dialect.
        remote: How ISTC_REMOTE names it.
        query: Its address for queries.
        process: Its process.
    """

    name: str
    remote: str
    query: str
    process: subprocess.Popen[bytes]

    def rows(self, query: str, **parameters: str) -> str:
        """Ask it past our service; the answer as CSV."""
        told = requests.post(
            self.query, {"query": query, **parameters}, headers={"Accept": "text/csv"}, timeout=60
        )
        assert told.ok, told.text
        return told.text

    def cpu_seconds(self) -> float:
        """The CPU time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fuseki_jar() -> Path:
    """The jar of Fuseki, fetched once into the user's cache and checked."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "istc-kg"
    _, artifact, version = FUSEKI.split(":")
    jar = cache / f"{artifact}-{version}.jar"
    if not jar.exists():
        maven = needs.program("mvn", "maven")
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [maven, "-B", "-q", "dependency:copy", f"-Dartifact={FUSEKI}",
             f"-DoutputDirectory={cache}"],
            cwd=cache, check=True, capture_output=True, timeout=600,
        )  # fmt: skip
    found = hashlib.sha256(jar.read_bytes()).hexdigest()
    assert found == FUSEKI_SHA256, f"{jar} is not the jar that is wanted: {found}"
    return jar


@contextmanager
def fuseki(folder: Path, *, memory: str = "1g") -> Iterator[Store]:
    """Apache Jena Fuseki on TDB2, one empty dataset.

    Args:
        folder: For its files.
        memory: Largest heap, as Java writes it.

    Yields:
        The store, answering.
    """
    java = needs.program("java", "default-jre-headless")
    jar, port, data = fuseki_jar(), free_port(), folder / "data"
    data.mkdir(parents=True)
    command = [java, f"-Xmx{memory}", "-jar", str(jar), "--localhost", f"--port={port}",
               "--update", "--tdb2", f"--loc={data}", "/istc"]  # fmt: skip
    base = f"http://127.0.0.1:{port}/istc"
    with _running(command, folder, f"{base}/query", {"FUSEKI_BASE": str(folder)}) as process:
        yield Store("fuseki", f"fuseki+{base}", f"{base}/query", process)


@contextmanager
def virtuoso(folder: Path, *, buffers: int = 10_000, rows: int = MOST_ROWS) -> Iterator[Store]:
    """OpenLink Virtuoso, with little memory unless told otherwise.

    Args:
        folder: For its files.
        buffers: Pages of 8 KiB that it holds in memory.
        rows: Rows that it gives at most.

    Yields:
        The store, answering.
    """
    program = needs.program("virtuoso-t", "virtuoso-opensource-7-bin")
    folder.mkdir(parents=True)
    http = free_port()
    ini = _INI.format(
        sql=free_port(), http=http, rows=rows, buffers=buffers, dirty=buffers * 3 // 5
    )
    (folder / "virtuoso.ini").write_text(ini)
    base = f"http://127.0.0.1:{http}"
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with _running(command, folder, f"{base}/sparql", {}) as process:
        yield Store(
            "virtuoso", f"virtuoso+http://dba:dba@127.0.0.1:{http}", f"{base}/sparql", process
        )


@contextmanager
def _running(
    command: list[str], folder: Path, query: str, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + STARTS
        while True:
            try:
                if requests.get(query, {"query": "ASK {}"}, timeout=5).ok:
                    break
            except requests.RequestException:
                pass
            said = (folder / "output.log").read_text(errors="replace")
            assert process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.2)
        yield process
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


STORES = {"fuseki": fuseki, "virtuoso": virtuoso}
