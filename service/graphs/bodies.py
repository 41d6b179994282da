"""The body of an upload as files: bounded, unpacked, with the media type of each part."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, cast

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from kg.changing import Part
from kg.changing.reading import MEDIA_TYPES
from kg.errors import InvalidInput, InvalidRdf
from service.state import state

FORM = "multipart/form-data"
_CHUNK = 1 << 16
_GZIP = ("gzip", "x-gzip")
_CHARSETS = ("utf-8", "utf8", "us-ascii", "ascii")


class WrongUpload(UnsupportedMediaType):
    """A media type, a charset or an encoding that is not read."""

    accepted = tuple(MEDIA_TYPES)


def allow_uploads() -> None:
    """Let this request have the larger body that uploads may have."""
    request.max_content_length = state().settings.upload_bytes


@contextmanager
def parts() -> Iterator[tuple[Part, ...]]:
    """The documents of the request, in files that are removed afterwards.

    Yields:
        One document; of a form, one for each file.

    Raises:
        WrongUpload: A type that is not read (415).
        RequestEntityTooLarge: More bytes than allowed, packed or unpacked (413).
        InvalidInput: A form without files, or a damaged archive.
    """
    allow_uploads()
    with ExitStack() as files:
        if request.mimetype == FORM:
            found = tuple(_document(files, item) for item in request.files.values())
            if not found:
                raise InvalidInput(
                    "The form holds no file.",
                    where=FORM,
                    hint="Send each document as a file with its Content-Type.",
                )
        else:
            kind = _type(request.mimetype, request.mimetype_params)
            found = (_saved(files, _unpacked(), kind),)
        yield found


def _document(files: ExitStack, item: FileStorage) -> Part:
    kind = _type(item.mimetype, item.mimetype_params)
    return _saved(files, item.stream, kind, item.filename or item.name or "")


def _type(mimetype: str, parameters: dict[str, str]) -> str:
    charset = parameters.get("charset", "utf-8").lower().replace("_", "-")
    if mimetype not in MEDIA_TYPES or charset not in _CHARSETS:
        raise WrongUpload
    return mimetype


def _unpacked() -> IO[bytes]:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in _GZIP:
        return cast(IO[bytes], gzip.GzipFile(fileobj=request.stream))
    if encoding not in ("", "identity"):
        raise WrongUpload
    return request.stream


def _saved(files: ExitStack, source: IO[bytes], media_type: str, name: str = "") -> Part:
    """Copy a document to a file, not past the bound."""
    most = state().settings.upload_bytes
    handle, path = tempfile.mkstemp(prefix="istc-upload-")
    files.callback(_removed, path)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(handle, "wb") as file:
        try:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise RequestEntityTooLarge
                digest.update(chunk)
                file.write(chunk)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise InvalidRdf(
                "The body is not a whole gzip archive.",
                where="Content-Encoding",
                hint="Pack it again, or send it as it is.",
            ) from error
    return Part(path, media_type, digest.hexdigest(), name)


def _removed(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
