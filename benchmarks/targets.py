"""What answers the queries of a benchmark: the bare engine, our service, and its peers.

Each is started with the same quads: twelve named graphs, and their merge as the default graph.
Virtuoso and rdflib-endpoint make that merge themselves; the others are given it.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph
import requests
from pyoxigraph import DefaultGraph, RdfFormat, Store

from benchmarks.clients import BareClient, Client, HttpClient
from kg.store import union
from kg.store.journal import Entry
from kg.store.truth import FOLDER as TRUTH
from kg.store.truth import Truth
from tests.needs import shared
from tests.remote import engines
from tests.serving import ROOT, ROWS, Service, serving

N_TRIPLES = "application/n-triples"
CSV = "text/csv"
OXIGRAPH = "oxigraph==0.5.13"
RDFLIB_ENDPOINT = "rdflib-endpoint[web]==0.6.3"
#: Seconds for a peer to start, with its data.
STARTS = 900
#: Bytes that our workers may take by copying, so that all targets fit into one machine.
WORKER_BYTES = 6_000_000_000
_LINES = 20_000


@dataclass(frozen=True)
class Data:
    """A generated graph.

    Attributes:
        size: What the generator was asked for.
        quads: Its N-Quads, all in named graphs.
        merged: The merge of these graphs, as N-Triples.
        folder: For files of peers.
    """

    size: int
    quads: Path
    merged: Path
    folder: Path


@dataclass(frozen=True)
class Target:
    """Something that answers.

    Attributes:
        name: Of it, with its version.
        client: Makes a client with a connection of its own.
        process: The root of its processes.
        loaded: Seconds until it answered, with its data.
        service: Our own service, where it is that.
    """

    name: str
    client: Callable[[], Client]
    process: int
    loaded: float
    service: Service | None = None


class Failed(Exception):
    """A target cannot be started, or does not answer; the text says why."""


def generator(name: str) -> ModuleType:
    """A module of the data generator (folder `bench` of ISTC_SHARED)."""
    folder = str(shared("bench"))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


def prepared(size: int, folder: Path) -> Data:
    """Generate a graph, unless it is there.

    Args:
        size: Quads to aim at.
        folder: Where it is kept.

    Returns:
        The graph.
    """
    data = Data(size, folder / f"{size}.nq", folder / f"{size}.nt", folder)
    if not data.merged.exists():
        folder.mkdir(parents=True, exist_ok=True)
        generator("gen_istc").generate(size, str(data.quads))
        partial = data.merged.with_suffix(".partial")
        filled(data).dump(str(partial), format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
        partial.rename(data.merged)
    return data


def filled(data: Data) -> Store:
    """The graph in the bare engine, laid out as our readers hold it."""
    store = Store()
    store.bulk_load(path=str(data.quads), format=RdfFormat.N_QUADS)
    return union.fill(store)


@contextmanager
def bare(data: Data, seconds: float) -> Iterator[Target]:
    """pyoxigraph in memory, in this process."""
    began = time.perf_counter()
    store = filled(data)
    taken = time.perf_counter() - began
    name = f"bare engine (pyoxigraph {pyoxigraph.__version__}, in process)"
    yield Target(name, lambda: BareClient(store), os.getpid(), taken)


@contextmanager
def oxigraph(data: Data, seconds: float) -> Iterator[Target]:
    """The same engine behind its own HTTP server, in memory."""
    script = installed(OXIGRAPH, data.folder, "oxigraph")
    url = f"http://127.0.0.1:{free_port()}"
    command = [str(script), "serve", "--bind", urlsplit(url).netloc]
    began = time.perf_counter()
    with started(command, f"{url}/query") as process:
        for file, kind, where in (
            (data.quads, "application/n-quads", "/store"),
            (data.merged, N_TRIPLES, "/store?default"),
        ):
            _post(url + where, file, kind)
        yield _http("oxigraph serve 0.5.13", f"{url}/query", seconds, process, began)


@contextmanager
def ours(data: Data, seconds: float) -> Iterator[Target]:
    """`istc serve`, the data committed as one version."""
    home = data.folder / f"home-{data.size}"
    if not (home / TRUTH).exists():
        home.mkdir(parents=True, exist_ok=True)
        store = Store(str(home / TRUTH))
        store.bulk_load(path=str(data.quads), format=RdfFormat.N_QUADS)
        store.flush()
        del store
        # In a process of its own: a commit holds all lines in memory.
        subprocess.run(
            [sys.executable, "-c", "from benchmarks.targets import commit; commit()", str(home)],
            cwd=ROOT, check=True,
        )  # fmt: skip
    began = time.perf_counter()
    with serving(home, worker_bytes=str(WORKER_BYTES)) as service:
        url = f"{service.url}/sparql"
        _answers(url, service.process)
        taken = time.perf_counter() - began
        yield Target(
            "istc serve", lambda: HttpClient(url, seconds), service.process.pid, taken, service
        )


def commit() -> None:
    """Make what the truth under the folder of the first argument holds a version."""
    with Truth.open(Path(sys.argv[1])) as truth:
        truth.commit([], [], Entry(agent="benchmark", activity="import"))


@contextmanager
def fuseki(data: Data, seconds: float) -> Iterator[Target]:
    """Apache Jena Fuseki on TDB2."""
    began = time.perf_counter()
    with engines.fuseki(data.folder / "fuseki", memory="4g") as store:
        base = store.query.removesuffix("/query")
        _post(f"{base}/data", data.quads, "application/n-quads")
        _post(f"{base}/data?default", data.merged, N_TRIPLES)
        version = engines.FUSEKI.rpartition(":")[2]
        yield _http(f"Fuseki {version}, TDB2", store.query, seconds, store.process, began)


@contextmanager
def virtuoso(data: Data, seconds: float) -> Iterator[Target]:
    """OpenLink Virtuoso."""
    began = time.perf_counter()
    folder = data.folder / "virtuoso"
    with engines.virtuoso(folder, buffers=170_000, rows=10_000_000) as store:
        url = f"{store.query}-graph-crud-auth"
        with requests.Session() as session:
            session.auth = requests.auth.HTTPDigestAuth("dba", "dba")
            for graph, lines in _by_graph(data):
                reply = session.post(
                    url,
                    params={"graph-uri": graph},
                    data=b"".join(lines),
                    headers={"Content-Type": "text/turtle"},
                    timeout=STARTS,
                )
                reply.raise_for_status()
        yield _http("Virtuoso 7.2.5", store.query, seconds, store.process, began)


def _by_graph(data: Data) -> Iterator[tuple[str, list[bytes]]]:
    """The triples in parts that Virtuoso takes, each with its graph."""
    held: dict[bytes, list[bytes]] = {}
    with data.quads.open("rb") as quads:
        for line in quads:
            triple, _, graph = line.rstrip(b" .\n").rpartition(b" ")
            lines = held.setdefault(graph, [])
            lines.append(triple + b" .\n")
            if len(lines) == _LINES:
                yield graph.decode().strip("<>"), held.pop(graph)
    for graph, lines in held.items():
        yield graph.decode().strip("<>"), lines


@contextmanager
def rdflib(data: Data, seconds: float) -> Iterator[Target]:
    """rdflib-endpoint with rdflib's own store."""
    script = installed(RDFLIB_ENDPOINT, data.folder, "rdflib-endpoint")
    port = free_port()
    command = [str(script), "serve", "--host", "127.0.0.1", "--port", str(port), str(data.quads)]
    began = time.perf_counter()
    # It serves at the root.
    with started(command, f"http://127.0.0.1:{port}/") as process:
        yield _http("rdflib-endpoint 0.6.3", f"http://127.0.0.1:{port}/", seconds, process, began)


TARGETS = {
    "bare": bare,
    "ours": ours,
    "oxigraph": oxigraph,
    "fuseki": fuseki,
    "virtuoso": virtuoso,
    "rdflib": rdflib,
}


def _http(
    name: str, url: str, seconds: float, process: subprocess.Popen[bytes], began: float
) -> Target:
    taken = time.perf_counter() - began
    return Target(name, lambda: HttpClient(url, seconds), process.pid, taken)


def _post(url: str, file: Path, kind: str) -> None:
    """Load a file (SPARQL 1.1 Graph Store Protocol, section 5.5)."""
    with file.open("rb") as body:
        reply = requests.post(url, data=body, headers={"Content-Type": kind}, timeout=STARTS)
    reply.raise_for_status()


def free_port() -> int:
    """A port nobody listens on now."""
    return engines.free_port()


def installed(requirement: str, folder: Path, command: str) -> Path:
    """A command from an environment of its own, installed there once.

    Args:
        requirement: The package, as pip names it.
        folder: Where the environment is kept.
        command: The command that it brings.

    Returns:
        The command.

    Raises:
        Failed: It cannot be installed.
    """
    script = folder / command / "bin" / command
    if not script.exists():
        print(f"installing {requirement}", file=sys.stderr)
        venv.create(folder / command, with_pip=True)
        pip = [str(folder / command / "bin" / "pip"), "install", "-q", requirement]
        if subprocess.run(pip, check=False).returncode:
            raise Failed(f"{requirement} cannot be installed here")
    return script


def _answers(url: str, process: subprocess.Popen[Any]) -> None:
    """Wait until an endpoint answers."""
    until = time.monotonic() + STARTS
    while True:
        try:
            HttpClient(url, 5).ask("ASK {}", ROWS)
        except OSError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise Failed(f"it does not answer: {error}") from error
            time.sleep(0.05)
        else:
            return


@contextmanager
def started(command: list[str], url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run an endpoint; it answers at an address when this yields, and is gone afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answers(url, process)
        yield process
    finally:
        # Some do not end while a query runs.
        process.kill()
        process.wait()
