"""Data versions: numbered, immutable snapshots of the truth, and the pointer to the current one.

    home/current           JSON: number, digest and quads of the current version
    home/versions/<n>/     a RocksDB checkpoint, complete as soon as the folder has this name
    home/versions/<n>.partial, <n>.old   being written, being removed

Whoever reads a version holds a shared lock on its folder; pruning takes the exclusive one first.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Store

from kg.errors import NoStore, StoreUnavailable

POINTER = "current"
FOLDER = "versions"
_META = "version.json"


@dataclass(frozen=True)
class Version:
    """A data version.

    Attributes:
        number: 1, 2, 3 …
        digest: SHA-256 of its content, as hexadecimal digits; see `content_digest`.
        path: Its checkpoint, to be opened with `Store.read_only`.
        quads: How many quads it holds, with the journal.
        state: From which its digest goes on; empty where it was not kept.
    """

    number: int
    digest: str
    path: Path
    quads: int = 0
    state: str = ""


class Content:
    """A content digest that follows a change without a look at the rest of the graph.

    AdHash (Bellare and Micciancio 1997): the sum, modulo 2^2048, of a hash of each line; the order
    of the lines does not matter, and lines can be taken out again. Two graphs with one digest are
    as hard to find as two with one SHA-256 by the best known attack on sums of this length.

    Args:
        state: The sum, as hexadecimal digits; empty for an empty graph.
    """

    def __init__(self, state: str = "") -> None:
        self._sum = int(state or "0", 16)

    def add(self, lines: Iterable[bytes]) -> int:
        """Add lines that are not in it; return how many they were."""
        total, count = _summed(lines)
        self._sum = (self._sum + total) % _MODULUS
        return count

    def remove(self, lines: Iterable[bytes]) -> int:
        """Take out lines that are in it; return how many they were."""
        total, count = _summed(lines)
        self._sum = (self._sum - total) % _MODULUS
        return count

    @property
    def state(self) -> str:
        """The sum, to go on from."""
        return f"{self._sum:x}"

    @property
    def digest(self) -> str:
        """SHA-256 of the sum, as hexadecimal digits."""
        return hashlib.sha256(self._sum.to_bytes(_BYTES, "big")).hexdigest()


_BYTES = 256
_MODULUS = 1 << (8 * _BYTES)


def _summed(lines: Iterable[bytes]) -> tuple[int, int]:
    total = count = 0
    for line in lines:
        total += int.from_bytes(hashlib.shake_128(line).digest(_BYTES), "big")
        count += 1
    return total, count


def content_digest(lines: Iterable[bytes]) -> str:
    """Hash a graph independently of the order of its quads.

    Args:
        lines: The quads as canonical N-Quads, without line ends and without the journal.

    Returns:
        The digest of `Content`, as hexadecimal digits.
    """
    content = Content()
    content.add(set(lines))
    return content.digest


def _version(folder: Path, text: str) -> Version:
    entry = json.loads(text)
    number, digest, quads = int(entry["number"]), str(entry["digest"]), int(entry["quads"])
    return Version(number, digest, folder, quads, str(entry.get("state", "")))


def current(home: Path) -> Version | None:
    """The version that is served now, None before the first commit.

    Raises:
        StoreUnavailable: The pointer cannot be read.
    """
    pointer = home.absolute() / POINTER
    try:
        seen = os.stat(pointer)
        return _pointed(pointer, seen.st_ino, seen.st_mtime_ns)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreUnavailable(
            "The pointer to the current data version cannot be read.",
            where=str(pointer),
            hint="Remove the file and run: istc build. The data themselves are in truth/.",
        ) from error


@lru_cache(maxsize=16)
def _pointed(pointer: Path, _inode: int, _moment: int) -> Version:
    """What the pointer says: a commit puts another file in its place, seen by inode and time."""
    text = pointer.read_text(encoding="utf-8")
    return _version(pointer.parent / FOLDER / str(json.loads(text)["number"]), text)


def numbers(home: Path) -> list[int]:
    """Numbers of the versions that are kept, in ascending order."""
    folder = home / FOLDER
    if not folder.is_dir():
        return []
    return sorted(int(item.name) for item in folder.iterdir() if item.name.isdigit())


def at(home: Path, number: int) -> Version | None:
    """A version by its number, None when it is not kept."""
    folder = home.absolute() / FOLDER / str(number)
    try:
        return _version(folder, (folder / _META).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


@contextmanager
def hold(version: Version) -> Iterator[int]:
    """Keep a version from being pruned.

    Args:
        version: The version.

    Yields:
        The file descriptor that carries the lock.

    Raises:
        NoStore: The version has been removed meanwhile.
    """
    gone = NoStore(f"Data version {version.number} is no longer kept.", where=str(version.path))
    try:
        handle = os.open(version.path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError as error:
        raise gone from error
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        # The folder may have been renamed away between opening and locking it.
        if not version.path.exists() or not os.path.samestat(
            os.fstat(handle), os.stat(version.path)
        ):
            raise gone
        yield handle
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_durably(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    sync_folder(path.parent)


def publish(
    store: Store, home: Path, number: int, digest: str, *, quads: int, state: str = ""
) -> Version:
    """Make what the truth holds a version, and the current one.

    Call it with the writer's lock held, after `Store.flush`.

    Args:
        store: The truth.
        home: ISTC_HOME.
        number: Number of the version, from the journal.
        digest: Its content digest.
        quads: How many quads it holds, with the journal.
        state: From which the digest goes on.

    Returns:
        The version.
    """
    folder = home.absolute() / FOLDER
    folder.mkdir(exist_ok=True)
    target = folder / str(number)
    told = {"number": number, "digest": digest, "quads": quads, "state": state}
    text = json.dumps(told)
    partial = folder / f"{number}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    if not target.exists():
        store.backup(str(partial))
        _write_durably(partial / _META, text)
        os.rename(partial, target)
        sync_folder(folder)
    _write_durably(home.absolute() / POINTER, text)
    return _version(target, text)


def clean(home: Path) -> None:
    """Remove what an interrupted commit left; call it with the writer's lock held."""
    folder = home / FOLDER
    for item in folder.iterdir() if folder.is_dir() else ():
        if not item.name.isdigit():
            shutil.rmtree(item, ignore_errors=True)
    (home / f"{POINTER}.partial").unlink(missing_ok=True)


def prune(home: Path, keep: int) -> list[int]:
    """Remove old versions; call it with the writer's lock held.

    Args:
        home: ISTC_HOME.
        keep: How many of the newest versions stay; the current one and those in use always do.

    Returns:
        The numbers of those removed.
    """
    now = current(home)
    removed = []
    for number in numbers(home)[: -max(keep, 1)]:
        folder = home / FOLDER / str(number)
        if now is not None and number == now.number:
            continue
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            old = folder.with_name(f"{number}.old")
            os.rename(folder, old)
        except BlockingIOError:
            continue
        finally:
            os.close(handle)
        shutil.rmtree(old, ignore_errors=True)
        removed.append(number)
    return removed
