"""From a request to a job: its files, bounded, and what is to be done with them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from flask import request
from pyoxigraph import RdfFormat
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from kg.changing.reading import MEDIA_TYPES
from kg.errors import InvalidInput, InvalidParameter, NoRoom
from kg.importing import imports, reading
from kg.importing.jobs import File, Job
from kg.importing.jobs.jobs import FILES
from kg.importing.jobs.worker import FULL
from kg.settings import BARS
from service.graphs.bodies import FORM, allow_uploads
from service.negotiation import CSV, JSON, TSV, XLSX
from service.state import jobs, state

#: Media types of tables → ending of their files.
TABLES = {
    CSV.media_type: "csv",
    TSV.media_type: "tsv",
    XLSX.media_type: "xlsx",
    JSON.media_type: "json",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
}
#: Media types of a body → ending of its file.
ENDINGS = {kind: known.file_extension for kind, known in MEDIA_TYPES.items()} | TABLES
_CHUNK = 1 << 16
_NAME = 200
_GZIP = ("gzip", "x-gzip")
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
#: Further endings of RDF.
_RDF = ("jsonld", "owl")


class WrongFile(UnsupportedMediaType):
    """A media type, an ending or an encoding that is not imported."""

    accepted = (FORM, *ENDINGS)


@dataclass(frozen=True)
class Sent:
    """What a request has sent.

    Attributes:
        folder: Folder that `Jobs.submit` makes a job of.
        source: Key of the source.
        files: The files.
        mapping: The mapping of a table of the sender's own.
        bar: Gravity that refuses.
        dry_run: Whether it is to be checked only.
    """

    folder: Path
    source: str
    files: tuple[File, ...]
    mapping: File | None
    bar: str | None
    dry_run: bool

    @property
    def bytes(self) -> int:
        """Size of the files."""
        return sum(file.bytes for file in self.files)

    def submit(self, who: str, *, dry_run: bool = False) -> Job:
        """Let it wait for its turn.

        Args:
            who: Name of the token of the sender.
            dry_run: Whether it is checked only in any case.

        Raises:
            TooManyRequests: The sender has as many jobs waiting as one may have.
        """
        return jobs().submit(
            self.folder,
            who,
            self.source,
            self.files,
            mapping=self.mapping,
            bar=self.bar,
            dry_run=dry_run or self.dry_run,
        )


@contextmanager
def received() -> Iterator[Sent]:
    """What the request sends: a form with files, or one file as its body.

    Yields:
        It; its files go unless it is submitted.

    Raises:
        WrongFile: A file of a kind that is not imported (415).
        RequestEntityTooLarge: More bytes than allowed (413).
        InvalidInput: There is no file.
        InvalidParameter: A parameter has a value that is not allowed.
    """
    allow_uploads()
    with jobs().receiving() as folder:
        mapping = None
        if request.mimetype == FORM:
            given: Mapping[str, str] = {**request.args.to_dict(), **request.form.to_dict()}
            files = tuple(
                _saved(folder, item.stream, _name(item), number)
                for number, item in enumerate(_documents())
            )
            mapping = _mapping(folder)
        else:
            given = request.args
            files = (_body(folder, given.get("name", "")),)
        if not files:
            raise InvalidInput(
                "The form holds no file.", where=FORM, hint="Send each file in a field named file."
            )
        if not any(file.bytes for file in files):
            raise InvalidInput("The body is empty.", hint="Send a table or a document of RDF.")
        source = given.get("source") or imports.source_key(files[0].name)
        imports.require_key(source)
        yield Sent(folder, source, files, mapping, _bar(given), _yes(given, "dry_run"))


def _documents() -> list[FileStorage]:
    found = (item for key, item in request.files.items(multi=True) if key != "mapping")
    # A browser sends a field without a chosen file as one without a name.
    return [item for item in found if item.filename]


def _mapping(folder: Path) -> File | None:
    item = request.files.get("mapping")
    if item is None or not item.filename:
        return None
    return _stored(folder, item.stream, _plain(item.filename), "mapping.rq")


def _name(item: FileStorage) -> str:
    name = _plain(item.filename or "")
    if _is_known(name):
        return name
    ending = ENDINGS.get(item.mimetype)
    if ending is None or PurePosixPath(name).suffix:
        raise WrongFile
    return f"{name}.{ending}"


def _plain(name: str) -> str:
    """The name of a file without folders and without characters that cannot be seen."""
    last = PurePosixPath(name.replace("\\", "/")).name
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    stem, dot, ending = seen.rpartition(".")
    return f"{stem[:_NAME]}{dot}{ending}" if len(seen) > _NAME else seen


def _is_known(name: str) -> bool:
    if reading.is_table(name):
        return True
    ending = PurePosixPath(name.removesuffix(".gz")).suffix.removeprefix(".").lower()
    return ending in _RDF or RdfFormat.from_extension(ending) is not None


def _body(folder: Path, name: str) -> File:
    ending = ENDINGS.get(request.mimetype)
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    if ending is None or packed not in ("", "identity", *_GZIP):
        raise WrongFile
    called = _plain(name) or f"{_plain(request.args.get('source', '')) or 'body'}.{ending}"
    if not _is_known(called):
        called = f"{called}.{ending}"
    if packed in _GZIP and not called.endswith(".gz"):
        called += ".gz"
    return _saved(folder, request.stream, called, 0)


def _saved(folder: Path, source: IO[bytes], name: str, number: int) -> File:
    """Copy a file into the folder, under a number and its ending."""
    whole = PurePosixPath(name.lower())
    ending = "".join(whole.suffixes[-2:]) if whole.suffix == ".gz" else whole.suffix
    return _stored(folder, source, name, f"{number}{ending}")


def _stored(folder: Path, source: IO[bytes], name: str, kept: str) -> File:
    most = state().settings.upload_bytes
    digest, size = hashlib.sha256(), 0
    path = f"{FILES}/{kept}"
    try:
        with (folder / path).open("wb") as file:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise RequestEntityTooLarge
                digest.update(chunk)
                file.write(chunk)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoRoom(
            "There is no room for the file on the disk.",
            where=name,
            hint="Tell who runs the service; nothing was taken in.",
        ) from error
    return File(name, path, size, digest.hexdigest())


def _bar(given: Mapping[str, str]) -> str | None:
    bar = given.get("bar") or None
    if bar not in (None, *BARS):
        raise _wrong("bar", bar, ", ".join(BARS))
    return bar


def _yes(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "").strip().lower()
    if text not in (*_YES, *_NO):
        raise _wrong(name, text, "true, false")
    return text in _YES


def _wrong(name: str, value: str | None, known: str) -> InvalidParameter:
    return InvalidParameter(
        f"Wrong parameters: {name}.",
        where=name,
        hint=f"Use one of: {known}.",
        extra={"errors": [{"parameter": name, "value": value, "expected": f"one of: {known}"}]},
    )


__all__ = ["ENDINGS", "Sent", "WrongFile", "received"]
