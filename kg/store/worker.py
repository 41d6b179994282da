"""A forked worker: answers one query after another on one immutable version, under hard limits.

The answer goes to the named pipe of the job, followed by the token of the job and one byte that
says how it ended, so that a whole answer is told from one that broke off. What the engine says of
a failure goes to a file beside the pipe.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
)

#: How a query ended, beside 0.
FAILED, NO_MEMORY = 3, 5
#: Seconds of CPU after its limit at which a worker ends by itself, should nobody stop it.
GRACE_SECONDS = 2.0
#: Characters of UTF-8 that no XML document can hold (XML 1.0, production 2).
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def work(source: int, done: int, folder: Path, store: Store | None) -> NoReturn:
    """The life of a worker: wait for a query, answer it, tell; end when there are no more.

    Args:
        source: File descriptor of the pipe with jobs, one JSON line each.
        done: File descriptor to which it tells that a job has ended.
        folder: The version on disk, its default graph filled where that is wanted.
        store: The version in memory; None opens the folder.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = FAILED
    try:
        # What the engine says when it runs out of memory is not for our log.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if store is None:
            store = Store.read_only(str(folder))
        began = _faults()
        with os.fdopen(source, "rb") as jobs:
            for text in jobs:
                job = json.loads(text)
                _limit(job)
                ended = _answer(store, job)
                signal.setitimer(signal.ITIMER_PROF, 0)
                told = {
                    "worker": os.getpid(),
                    "code": ended,
                    "own": (_faults() - began) * resource.getpagesize(),
                }
                os.write(done, json.dumps(told).encode() + b"\n")
        code = 0
    finally:
        os._exit(code)


def _faults() -> int:
    """How often this process took a page of memory.

    The engine locks what it reads, so reading copies pages of the store that are shared after the
    fork; no other figure that is quick to ask for counts these copies.
    """
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def _limit(job: dict[str, Any]) -> None:
    """Hard limits that hold even if nobody watches."""
    signal.setitimer(signal.ITIMER_PROF, float(job["seconds"]) + GRACE_SECONDS)
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + job["memory"]
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def _answer(store: Store, job: dict[str, Any]) -> int:
    """Answer one query into its pipe; how it ended."""
    with contextlib.suppress(OSError), open(job["out"], "wb", buffering=0) as out:
        code = _query(store, job, out)
        out.write(bytes.fromhex(job["token"]) + bytes([code]))
        return code
    return FAILED


def _query(store: Store, job: dict[str, Any], out: IO[bytes]) -> int:
    default: list[Any] = [NamedNode(iri) for iri in job["default_graphs"]]
    named: list[Any] = [NamedNode(iri) for iri in job["named_graphs"]]
    given = bool(default or named)
    try:
        found = store.query(
            job["query"],
            base_iri=job["base_iri"],
            default_graph=default if given else None,
            named_graphs=named if given else None,
        )
        target = cast(IO[bytes], _Xml(out)) if job["format"].endswith("xml") else out
        if isinstance(found, QuerySolutions | QueryBoolean):
            found.serialize(target, format=QueryResultsFormat.from_media_type(job["format"]))
        else:
            rdf_format = RdfFormat.from_media_type(job["format"]) or RdfFormat.TURTLE
            found.serialize(target, format=rdf_format)
    except MemoryError:
        return NO_MEMORY
    except _NotXmlError as error:
        return _failed(job, "not-xml", str(error))
    except SyntaxError as error:
        return _failed(job, "syntax", str(error))
    except (OSError, ValueError, RuntimeError) as error:
        return _failed(job, "engine", str(error))
    return 0


class _NotXmlError(Exception):
    """An answer holds a character that XML cannot hold; its text is the code point."""


class _Xml:
    """A file that takes what XML can hold: the engine writes any character as it is.

    Args:
        out: The file.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._last = b""

    def write(self, data: bytes) -> int:
        """Write.

        Raises:
            _NotXmlError: There is such a character.
        """
        found = _NOT_XML.search(self._last + data)
        if found:
            raise _NotXmlError(f"U+{ord(found[0].decode('utf-8')):04X}")
        self._last = data[-2:]
        return self._out.write(data)

    def flush(self) -> None:
        """Flush."""
        self._out.flush()


def _failed(job: dict[str, Any], kind: str, message: str) -> int:
    with open(job["out"] + ".error", "w", encoding="utf-8") as file:
        json.dump({"kind": kind, "message": message}, file)
    return FAILED
