"""The graph and its parts as files, made when they are first asked for."""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Response, send_file
from pyoxigraph import Quad

from kg import exporting
from kg.describing import DataSet
from kg.errors import NotFound
from kg.store.versions import Version
from service import addresses, caching
from service.home.datasets import data_sets
from service.negotiation import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE
from service.state import state, version

#: Files of the whole graph, by the ending of their name.
ENDINGS = ("nq.gz", "trig.gz", "ttl.gz", "nt.gz", "jsonld.gz", "rdf.gz")
#: A named graph comes in this one.
PART_ENDING = "ttl.gz"
WHOLE = "istc-kg"
#: Up to this many quads the catalogue makes all files at once, so that it can tell their sizes.
READY_QUADS = 500_000

_FORMATS = {item.name: item for item in (N_QUADS, TRIG, TURTLE, N_TRIPLES, JSON_LD, RDF_XML)}
#: Segments of a path that do not start with a dot.
_NAME = re.compile(r"(?!\.)[\w.~-]+(/(?!\.)[\w.~-]+)*", re.ASCII)
_making = threading.Lock()


@dataclass(frozen=True)
class Dump:
    """A file with a graph.

    Attributes:
        path: Its address, from the root of the service.
        ending: Ending of its name.
        media_type: What it holds once it is unpacked.
        size: Its bytes; None as long as it has not been made.
        digest: SHA-256 of its bytes, as hexadecimal digits.
    """

    path: str
    ending: str
    media_type: str
    size: int | None = None
    digest: str | None = None


def name_of(found: DataSet) -> str:
    """The name of a data set in the address of its file, e.g. `source/liu-2023`.

    Args:
        found: The data set.

    Returns:
        The name; nothing for a graph whose IRI gives no name for a file.
    """
    if found.graph is None:
        return WHOLE
    name = found.graph.removeprefix(f"{state().settings.base_iri}graph/")
    return name if _NAME.fullmatch(name) else ""


def _folder(now: Version) -> Path:
    return state().settings.home / "dumps" / str(now.number)


def _address(now: Version, name: str, ending: str) -> str:
    return addresses.quoted(f"dumps/{now.number}/{name}.{ending}")


def _endings(name: str) -> tuple[str, ...]:
    return ENDINGS if name == WHOLE else (PART_ENDING,) if name else ()


def listed(now: Version, name: str = WHOLE) -> list[Dump]:
    """The files of the whole graph or of a named one, with the sizes of those that exist.

    Args:
        now: The data version.
        name: Name of the graph.

    Returns:
        The files, whether they exist or not.
    """
    found = []
    for ending in _endings(name):
        file = _folder(now) / f"{name}.{ending}"
        media_type = _FORMATS[ending.removesuffix(".gz")].media_type
        size, digest = None, None
        if file.is_file():
            told = file.stat()
            size, digest = told.st_size, _digest(file, told.st_mtime_ns)
        found.append(Dump(_address(now, name, ending), ending, media_type, size, digest))
    return found


@lru_cache(maxsize=256)
def _digest(file: Path, _changed: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def make(now: Version, names: Sequence[str]) -> None:
    """Make the files that are missing, those of earlier versions are removed.

    Args:
        now: The data version.
        names: Names of files, e.g. `istc-kg.nq.gz`, `source/liu-2023.ttl.gz`.
    """
    folder = _folder(now)
    with _making:
        missing = [name for name in names if not (folder / name).is_file()]
        if not missing:
            return
        for other in folder.parent.glob("*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        quads = exporting.quads(now)
        prefix = f"{state().settings.base_iri}graph/"
        parts: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            parts[getattr(quad.graph_name, "value", "").removeprefix(prefix)].append(quad)
        for name in missing:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            whole = name.startswith(f"{WHOLE}.")
            _write(quads if whole else parts[name.removesuffix(f".{PART_ENDING}")], target)


def _write(quads: Iterable[Quad], target: Path) -> None:
    exporting.write(quads, target, base_iri=state().settings.base_iri)


def names() -> list[str]:
    """Names of all files: those of the whole graph, and one for each named graph."""
    found = (name_of(data_set) for data_set in data_sets())
    return [f"{name}.{ending}" for name in found for ending in _endings(name)]


def dump(number: int, name: str) -> Response:
    """A file of the current version.

    Args:
        number: The data version.
        name: Name of the file.

    Raises:
        NotFound: There is no such file, or the version is not the current one.
    """
    now = version()
    known = names()
    if number != now.number or name not in known:
        raise NotFound(
            "There is no such file.",
            where=f"/dumps/{number}/{name}",
            extra={"suggestions": [f"/dumps/{now.number}/{item}" for item in known[:6]]},
        )
    make(now, [name])
    response = send_file(
        (_folder(now) / name).resolve(),
        mimetype="application/gzip",
        as_attachment=True,
        download_name=name.rpartition("/")[2],
        conditional=True,
        etag=caching.tag(now.digest, name),
    )
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


__all__ = ["ENDINGS", "READY_QUADS", "WHOLE", "Dump", "dump", "listed", "make", "name_of", "names"]
