"""Files of a data version: the whole graph, its graphs and its classes, made when asked for.

    /dumps/<version>/istc-kg.nq.gz             and other syntaxes: kg.exporting.files lists them
    /dumps/<version>/class/Organization.csv
    /dumps/<version>/istc-kg.nq.gz.sha256      its checksum
    /dumps/<version>/SHA256SUMS                the checksums of those that have been made

They are made once, never change, and go with the version that they belong to.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Response, redirect

from kg import exporting
from kg.describing import DataSet
from kg.errors import Gone, NotFound
from kg.exporting import WHOLE, Part
from kg.settings import Settings
from kg.store import versions
from kg.store.versions import Version
from service import addresses, caching
from service.files import send
from service.graphs import feed
from service.negotiation import CSV, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE
from service.state import state, version

#: Up to this many quads the catalogue makes the files of the whole and of the sources at once, so
#: that it can tell their sizes.
READY_QUADS = 500_000

_FORMATS = {item.name: item for item in (N_QUADS, TRIG, TURTLE, N_TRIPLES, JSON_LD, RDF_XML, CSV)}
_SOURCES = "source/"
_CHECKSUM = ".sha256"
FOREVER = "public, max-age=31536000, immutable"
_making = threading.Lock()


@dataclass(frozen=True)
class Dump:
    """A file of the current version.

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

    @property
    def packed(self) -> bool:
        """Whether it is packed with gzip."""
        return self.ending.endswith(".gz")


def name_of(found: DataSet) -> str:
    """The name of a data set in the address of its files, e.g. `source/liu-2023`.

    Args:
        found: The data set.

    Returns:
        The name; nothing for a graph whose IRI gives no name for a file.
    """
    return (
        WHOLE
        if found.graph is None
        else exporting.graph_name(found.graph, state().settings.base_iri)
    )


def files(now: Version) -> dict[str, Part]:
    """Names of all files of a version that is kept, with what they hold."""
    base = state().settings.base_iri

    def found() -> dict[str, Part]:
        with versions.hold(now):
            return exporting.file_names(now, base)

    return state().kept.get(version().digest, ("files", now.number), found)


def classes(now: Version) -> list[Part]:
    """The classes whose things have files of their own."""
    return list(dict.fromkeys(part for part in files(now).values() if part.of))


def _folder(settings: Settings, now: Version) -> Path:
    return settings.home.absolute() / "dumps" / str(now.number)


def listed(now: Version, name: str = WHOLE) -> list[Dump]:
    """The files of the whole graph, of a named one or of a class.

    Args:
        now: The data version.
        name: Name of the part.

    Returns:
        The files, whether they exist or not; with sizes and checksums where they do.
    """
    mine = {file: part for file, part in files(now).items() if part.name == name}
    found = exporting.listed(_folder(state().settings, now), mine)
    return [
        Dump(
            addresses.quoted(f"dumps/{now.number}/{file.name}"),
            file.ending,
            _media_type(file.ending),
            file.size,
            file.digest,
        )
        for file in found
    ]


def _media_type(ending: str) -> str:
    return _FORMATS[ending.removesuffix(".gz").rpartition(".")[2]].media_type


def make(now: Version, names: Collection[str]) -> None:
    """Make the files that are missing; those of versions that are no longer kept are removed.

    Args:
        now: The data version.
        names: Names of files, e.g. `istc-kg.nq.gz`, `source/liu-2023.ttl.gz`.
    """
    _make(state().settings, now, names)


def _make(settings: Settings, now: Version, names: Collection[str]) -> None:
    folder = _folder(settings, now)
    if all((folder / name).is_file() for name in names):
        return
    with _making:
        kept = {str(number) for number in versions.numbers(settings.home)}
        for other in folder.parent.glob("*"):
            if other.name not in kept:
                shutil.rmtree(other, ignore_errors=True)
        with versions.hold(now):
            exporting.make(now, names, folder, base_iri=settings.base_iri)


def usual(now: Version) -> list[str]:
    """The files of the whole and of the sources, for a version that is small enough; else none."""
    if now.quads > READY_QUADS:
        return []
    return [
        name
        for name, part in files(now).items()
        if part.name == WHOLE or part.name.startswith(_SOURCES)
    ]


def unready(now: Version) -> bool:
    """Whether some files have not been made yet."""
    folder = _folder(state().settings, now)
    return not all((folder / name).is_file() for name in files(now))


def prepare(now: Version) -> None:
    """Begin to make the usual files, so that a page can soon tell their sizes."""
    settings, names = state().settings, usual(now)
    folder = _folder(settings, now)
    if _making.locked() or all((folder / name).is_file() for name in names):
        return
    threading.Thread(target=_make, args=(settings, now, names), daemon=True).start()


def kept(number: int, where: str) -> Version:
    """The version of a number.

    Raises:
        Gone: It is no longer kept.
        NotFound: It has not been made.
    """
    now = version()
    if number == now.number:
        return now
    found = versions.at(state().settings.home, number)
    if found is not None and number >= feed.hidden(now):
        return found
    if 0 < number < now.number:
        raise Gone(
            f"Data version {number} is no longer kept.",
            where=where,
            extra={"oldest": versions.numbers(state().settings.home)[0], "newest": now.number},
        )
    raise _no_file(now, where)


def _no_file(now: Version, where: str) -> NotFound:
    known = [f"/dumps/{now.number}/{name}" for name in list(files(now))[:6]]
    return NotFound("There is no such file.", where=where, extra={"suggestions": known})


def dump(number: int, name: str) -> Response:
    """A file of a version that is kept.

    Args:
        number: The data version.
        name: Name of the file.

    Raises:
        Gone: The version is no longer kept.
        NotFound: There is no such file.
    """
    where = f"/dumps/{number}/{name}"
    now = kept(number, where)
    if name == exporting.CHECKSUMS:
        return _checksums(now)
    wanted = name.removesuffix(_CHECKSUM)
    if wanted not in files(now):
        raise _no_file(version(), where)
    make(now, [wanted])
    packed = name.endswith(".gz")
    response = send(
        _folder(state().settings, now) / name,
        mimetype="text/plain"
        if name != wanted
        else "application/gzip"
        if packed
        else _media_type(name.rpartition(".")[2]),
        as_attachment=name == wanted,
        download_name=name.rpartition("/")[2],
        etag=caching.tag(None, now.digest, name),
    )
    response.headers["Cache-Control"] = FOREVER
    return response


def latest(name: str) -> Response:
    """To a file of the current version, for what is to follow the data.

    Args:
        name: Name of the file.

    Raises:
        NotFound: There is no such file.
    """
    now = version()
    wanted = name.removesuffix(_CHECKSUM)
    if wanted not in files(now) and wanted != exporting.CHECKSUMS:
        raise _no_file(now, f"/dumps/latest/{name}")
    response = redirect(addresses.public(addresses.quoted(f"dumps/{now.number}/{name}")), 302)
    response.headers["Cache-Control"] = "no-cache"
    return cast(Response, response)


def _checksums(now: Version) -> Response:
    """Checksums of the usual files, and of the others that have been made."""
    make(now, usual(now))
    text = exporting.checksums(_folder(state().settings, now), files(now))
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.add_etag()
    return response


__all__ = [
    "FOREVER",
    "READY_QUADS",
    "Dump",
    "classes",
    "dump",
    "files",
    "kept",
    "latest",
    "listed",
    "make",
    "name_of",
    "prepare",
    "unready",
    "usual",
]
