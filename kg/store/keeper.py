"""The process that holds one data version and hands queries to forked workers.

    python -m kg.store.keeper FD FOLDER SPARE BYTES memory|disk union|plain

It has one thread, so that forking is safe, and no way to the network where the system allows it
(a network namespace of its own). Requests come as JSON lines over the socket FD, from
`kg.store.readers`:

    {"id": …, "query": …, "format": …, "default_graphs": […], "named_graphs": […],
     "out": …, "token": …, "seconds": …, "memory": …}     run a query
    {"demote": id}                                        let others go first
    {"kill": id}                                          stop it

and are answered by {"ready": quads, "bytes": …} with what this process holds, and
{"id": …, "code": …} when a query has failed or there is nothing left to stop; the code is negative
for a signal that ended its worker. Of a whole answer its own end tells. How a worker answers is
told in `kg.store.worker`; it is used again unless it was stopped, or waiting workers hold too much.
When the socket closes or this process dies, all workers end.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph
from pyoxigraph import RdfFormat, Store

from kg import skolem
from kg.namespaces import JOURNAL
from kg.processes import end_with_parent as end_with_parent
from kg.store import merging, union, worker

#: Workers that wait for a query at most. As many as usually run at once: a new one costs a fork,
#: and a copy of each page that it writes to.
IDLE = 16
#: Priority of a query that lets others go first.
LOWEST = 19

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


def _lines(folder: Path, sink: int, plain: bool) -> NoReturn:
    """Write the quads of a version as N-Quads, in a process of its own."""
    code = 1
    try:
        with os.fdopen(sink, "wb") as out:
            store = Store.read_only(str(folder))
            if not plain:
                store.dump(out, format=RdfFormat.N_QUADS)
            else:
                found = skolem.restore_blank_nodes(q for q in store if q.graph_name != JOURNAL)
                pyoxigraph.serialize(found, out, format=RdfFormat.N_QUADS)
        code = 0
    finally:
        os._exit(code)


def load(folder: Path, *, plain: bool = False) -> Store:
    """A version as a store in memory.

    The files are read in a child, since the engine on disk starts threads and a process with
    threads must not fork.

    Args:
        folder: The checkpoint.
        plain: Whether the default graph is what was loaded there, and skolem IRIs are blank nodes
            again; otherwise it is the union of all graphs.

    Returns:
        The store.
    """
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        _lines(folder, sink, plain)
    os.close(sink)
    store = Store()
    with os.fdopen(source, "rb") as lines:
        store.bulk_load(lines, format=RdfFormat.N_QUADS)
    if not plain:
        union.fill(store)
    _, status = os.waitpid(child, 0)
    if status:
        raise OSError(f"{folder} cannot be read")
    return store


def _merged(folder: Path) -> Path:
    """The merge of a version, made in a child for the reason that `load` has one."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            merging.merged(folder)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status:
        raise OSError(f"{folder / merging.FOLDER} cannot be written")
    return folder / merging.FOLDER


def _held() -> int:
    """Memory of this process, in bytes: what a worker copies that reads all of the graph."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Keeper:
    """Forks workers, hands each one query at a time, and tells when it has ended.

    Args:
        control: The socket to who asks.
        folder: The version on disk.
        store: The version in memory; None lets each worker open the folder.
        spare: How many workers wait for a query.
        most: Memory that waiting workers may have taken for themselves together, in bytes; what
            they give back to the system and take again counts twice.
    """

    def __init__(
        self, control: socket.socket, folder: Path, store: Store | None, spare: int, most: int
    ) -> None:
        self._control, self._folder, self._store, self._spare = control, folder, store, spare
        self._most = most
        self._idle: dict[int, int] = {}
        self._busy: dict[int, int] = {}
        self._jobs: dict[int, str] = {}
        self._demoted: set[int] = set()
        self._killed: set[int] = set()
        self._own: dict[int, int] = {}
        self._priority = os.getpriority(os.PRIO_PROCESS, 0)
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._wake, False)
        self._done, self._tell_done = os.pipe()
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def run(self) -> None:
        """Serve until the socket closes."""
        self._fill()
        quads = 0 if self._store is None else len(self._store)
        self._tell({"ready": quads, "bytes": _held() if quads else 0})
        waiting = selectors.DefaultSelector()
        for source in (self._control, self._wake, self._done):
            waiting.register(source, selectors.EVENT_READ)
        held: dict[int, bytes] = {}
        while True:
            for key, _ in waiting.select():
                if key.fd == self._wake:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._wake, 4096)
                    self._reap()
                    continue
                data = os.read(key.fd, 1 << 20)
                if not data:
                    self._stop()
                *lines, held[key.fd] = (held.get(key.fd, b"") + data).split(b"\n")
                do = self._end if key.fd == self._done else self._do
                for line in lines:
                    do(json.loads(line))

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self._stop()

    def _stop(self) -> NoReturn:
        for child in (*self._idle, *self._busy):
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
            end_with_parent(parent)
            os.close(sink)
            # The other ends of the pipes to earlier workers, which must see the end of theirs.
            for other in (*self._idle.values(), *self._busy.values(), self._done, self._wake):
                os.close(other)
            self._control.close()
            worker.work(source, self._tell_done, self._folder, self._store)
        os.close(source)
        self._idle[child] = sink
        return child

    def _do(self, message: dict[str, Any]) -> None:
        if "query" in message:
            self._start(message)
            return
        wanted = message.get("kill") or message.get("demote")
        child = next((child for child, name in self._jobs.items() if name == wanted), None)
        if child is None:
            if "kill" in message:
                self._tell({"id": wanted, "code": 0})
            return
        with contextlib.suppress(OSError):
            if "kill" in message:
                self._killed.add(child)
                os.kill(child, signal.SIGKILL)
            else:
                self._demoted.add(child)
                os.setpriority(os.PRIO_PROCESS, child, LOWEST)

    def _start(self, job: dict[str, Any]) -> None:
        # The one that has taken most pages needs to take the fewest.
        child = max(self._idle, key=lambda c: self._own.get(c, 0), default=0) or self._fork()
        sink = self._busy[child] = self._idle.pop(child)
        self._jobs[child] = job["id"]
        with contextlib.suppress(BrokenPipeError):
            data = memoryview(json.dumps(job).encode() + b"\n")
            while data:
                data = data[os.write(sink, data) :]
        self._fill()

    def _end(self, message: dict[str, Any]) -> None:
        """A worker has done its work; it waits for more, or is let go."""
        child = message["worker"]
        # One that was killed right after its last word must not be used again.
        if child not in self._jobs or child in self._killed:
            return
        name = self._jobs.pop(child)
        if message["code"]:
            self._tell({"id": name, "code": message["code"]})
        self._idle[child] = self._busy.pop(child)
        self._own[child] = message["own"]
        if child in self._demoted and not self._promoted(child):
            self._let_go(child)
        # Those that wait for longest go first.
        while len(self._idle) > IDLE or self._taken() > self._most:
            self._let_go(next(iter(self._idle)))

    def _promoted(self, child: int) -> bool:
        """Give a worker its priority back, where the system allows it."""
        try:
            os.setpriority(os.PRIO_PROCESS, child, self._priority)
        except OSError:
            return False
        self._demoted.discard(child)
        return True

    def _taken(self) -> int:
        return sum(self._own.get(child, 0) for child in self._idle)

    def _let_go(self, child: int) -> None:
        """Let a worker that waits end; it sees the end of its jobs."""
        os.close(self._idle.pop(child))

    def _reap(self) -> None:
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            sink = self._idle.pop(child, None)
            if sink is None:
                sink = self._busy.pop(child, None)
            if sink is not None:
                os.close(sink)
            self._demoted.discard(child)
            self._killed.discard(child)
            self._own.pop(child, None)
            name = self._jobs.pop(child, None)
            if name is not None:
                self._tell({"id": name, "code": os.waitstatus_to_exitcode(status)})
            self._fill()


def main(arguments: list[str]) -> None:
    """Load the version and serve."""
    handle, folder, spare, most, where, dataset = arguments
    # Ctrl-C reaches the whole group; who asks decides when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(handle))
    leave_network()
    path = Path(folder)
    store = load(path, plain=dataset == "plain") if where == "memory" else None
    if store is None and dataset == "union":
        path = _merged(path)
    gc.collect()
    gc.freeze()
    Keeper(control, path, store, int(spare), int(most)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
