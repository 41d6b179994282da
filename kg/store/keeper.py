"""The process that holds one data version and forks a child for each query.

    python -m kg.store.keeper FD FOLDER SPARE memory|disk

It has one thread, so that forking is safe, and no way to the network where the system allows it
(a network namespace of its own). Requests come as JSON lines over the socket FD, from
`kg.store.readers`:

    {"id": …, "query": …, "format": …, "union": …, "default_graphs": […], "named_graphs": […],
     "out": …, "seconds": …, "memory": …, "size": …}     run a query
    {"kill": id}                                          stop it

and are answered by {"ready": quads}, and {"id": …, "code": …} when a child has ended, its exit
code negative for a signal. A child writes its whole answer to the file `out`, or an error to
`out` + `.error`, under hard limits of memory, size and time, and ends. When the socket closes
or this process dies, all children end.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import resource
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
)

from kg.store import union

#: Exit codes of a child beside 0.
FAILED, TOO_LARGE, NO_MEMORY = 3, 4, 5
#: Seconds after its limit at which a child ends by itself, should nobody stop it.
GRACE_SECONDS = 2.0

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def leave_network() -> bool:
    """Give this process a network namespace without any interface.

    Returns:
        Whether the system allowed it.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        # Files are made under our own user only when it is mapped into the new namespace.
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        return True
    return bool(libc.unshare(_CLONE_NEWNET) == 0)


def _end_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def load(folder: Path) -> Store:
    """A version as a store in memory, its default graph the union of all graphs.

    The files are read in a child, since the engine on disk starts threads and a process with
    threads must not fork.

    Args:
        folder: The checkpoint.

    Returns:
        The store.
    """
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(source)
            with os.fdopen(sink, "wb") as out:
                Store.read_only(str(folder)).dump(out, format=RdfFormat.N_QUADS)
            os._exit(0)
        except BaseException:
            os._exit(1)
    os.close(sink)
    store = Store()
    with os.fdopen(source, "rb") as lines:
        store.bulk_load(lines, format=RdfFormat.N_QUADS)
    union.fill(store)
    _, status = os.waitpid(child, 0)
    if status:
        raise OSError(f"{folder} cannot be read")
    return store


class Keeper:
    """Forks children, hands each one query, and tells when it has ended.

    Args:
        control: The socket to who asks.
        folder: The checkpoint of the version.
        store: The version in memory; None lets each child open the checkpoint.
        spare: How many children wait for a query.
    """

    def __init__(self, control: socket.socket, folder: Path, store: Store | None, spare: int):
        self._control, self._folder, self._store, self._spare = control, folder, store, spare
        self._idle: dict[int, int] = {}
        self._jobs: dict[int, str] = {}
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._wake, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def run(self) -> None:
        """Serve until the socket closes."""
        self._fill()
        self._tell({"ready": 0 if self._store is None else len(self._store)})
        waiting = selectors.DefaultSelector()
        waiting.register(self._control, selectors.EVENT_READ)
        waiting.register(self._wake, selectors.EVENT_READ)
        held = b""
        while True:
            for key, _ in waiting.select():
                if key.fd == self._wake:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._wake, 4096)
                    self._reap()
                    continue
                data = self._control.recv(1 << 20)
                if not data:
                    self._stop()
                *lines, held = (held + data).split(b"\n")
                for line in lines:
                    self._do(json.loads(line))

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self._stop()

    def _stop(self) -> NoReturn:
        for child in (*self._idle, *self._jobs):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        os._exit(0)

    def _fill(self) -> None:
        while len(self._idle) < self._spare:
            self._fork()

    def _fork(self) -> int:
        source, sink = os.pipe()
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            _end_with_parent(parent)
            os.close(sink)
            self._control.close()
            _work(source, self._folder, self._store)
        os.close(source)
        self._idle[child] = sink
        return child

    def _do(self, message: dict[str, Any]) -> None:
        if "kill" in message:
            for child, name in self._jobs.items():
                if name == message["kill"]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
            return
        child = next(iter(self._idle), None) or self._fork()
        sink = self._idle.pop(child)
        self._jobs[child] = message["id"]
        with contextlib.suppress(BrokenPipeError), os.fdopen(sink, "wb") as pipe:
            pipe.write(json.dumps(message).encode() + b"\n")
        self._fill()

    def _reap(self) -> None:
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            sink = self._idle.pop(child, None)
            if sink is not None:
                os.close(sink)
                continue
            name = self._jobs.pop(child, None)
            if name is not None:
                self._tell({"id": name, "code": os.waitstatus_to_exitcode(status)})


def _work(source: int, folder: Path, store: Store | None) -> NoReturn:
    """The life of a child: wait for a query, answer it, end."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    code = FAILED
    try:
        in_memory = store is not None
        if store is None:
            store = Store.read_only(str(folder))
        with os.fdopen(source, "rb") as pipe:
            # A line, not the whole: later children hold the other end as well.
            text = pipe.readline()
        if not text:
            os._exit(0)
        job = json.loads(text)
        _limit(job)
        code = _answer(store, job, in_memory)
    finally:
        os._exit(code)


def _limit(job: dict[str, Any]) -> None:
    """Hard limits that hold even if nobody watches."""
    # What the engine says when it runs out of memory is not for our log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.setitimer(signal.ITIMER_REAL, float(job["seconds"]) + GRACE_SECONDS)
    # Past the size a write fails instead of ending the process without a word.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (job["size"], job["size"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + job["memory"]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _answer(store: Store, job: dict[str, Any], in_memory: bool) -> int:
    out: str = job["out"]
    default: list[Any] = [NamedNode(iri) for iri in job["default_graphs"]]
    named: list[Any] = [NamedNode(iri) for iri in job["named_graphs"]]
    given = bool(default or named)
    try:
        found = store.query(
            job["query"],
            use_default_graph_as_union=job["union"] and not in_memory,
            default_graph=default if given else None,
            named_graphs=named if given else None,
        )
        if isinstance(found, QuerySolutions | QueryBoolean):
            found.serialize(out, format=QueryResultsFormat.from_media_type(job["format"]))
        else:
            rdf_format = RdfFormat.from_media_type(job["format"]) or RdfFormat.TURTLE
            found.serialize(out, format=rdf_format)
    except MemoryError:
        return NO_MEMORY
    except OSError as error:
        if os.path.exists(out) and os.path.getsize(out) >= job["size"]:
            return TOO_LARGE
        return _failed(out, "engine", str(error))
    except SyntaxError as error:
        return _failed(out, "syntax", str(error))
    except (ValueError, RuntimeError) as error:
        return _failed(out, "engine", str(error))
    return 0


def _failed(out: str, kind: str, message: str) -> int:
    with open(out + ".error", "w", encoding="utf-8") as file:
        json.dump({"kind": kind, "message": message}, file)
    return FAILED


def main(arguments: list[str]) -> None:
    """Load the version and serve."""
    handle, folder, spare, where = arguments
    # Ctrl-C reaches the whole group; who asks decides when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(handle))
    leave_network()
    path = Path(folder)
    store = load(path) if where == "memory" else None
    gc.collect()
    gc.freeze()
    Keeper(control, path, store, int(spare)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
