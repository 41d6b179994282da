"""Files that are whole or not there, packed where their names say so, with their checksums."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

CHECKSUM = ".sha256"
#: Level of compression: half as long as the highest, some percent larger.
_LEVEL = 6
#: Bytes that are handed to the compressor at once.
_BUFFER = 1 << 16


@contextmanager
def whole_or_not(path: Path, *, summed: bool = False) -> Iterator[IO[bytes]]:
    """A file that takes its place when it has been written; packed when its name says so.

    Args:
        path: The file.
        summed: Whether its checksum stands beside it, before it does.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as raw:
            if path.suffix == ".gz":
                # No name and no time in the header: same content, same bytes.
                with (
                    gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed,
                    io.BufferedWriter(cast("io.RawIOBase", packed), _BUFFER) as buffered,
                ):
                    yield buffered
            else:
                yield raw
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        if summed:
            with open(temporary, "rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            with whole_or_not(path.with_name(path.name + CHECKSUM)) as beside:
                beside.write(f"{digest}  {path.name}\n".encode())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def checksum(file: Path) -> str:
    """The SHA-256 of a file with its checksum beside it, as hexadecimal digits."""
    return file.with_name(file.name + CHECKSUM).read_text("ascii").partition(" ")[0]
