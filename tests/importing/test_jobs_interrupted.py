"""The service is killed while imports wait, are checked or committed: none is lost or done twice.

A killed commit was done as a whole or not at all, whatever it had come to.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pyoxigraph import NamedNode, Store

from kg.store import versions
from kg.store.truth import Truth
from tests import homes
from tests.importing.conftest import REGISTER, Register
from tests.importing.office import Office, office, small, triples
from tests.serving import children

#: How often a commit is killed.
KILLS = int(os.environ.get("KILLS") or 4)
P = NamedNode("http://example.org/p")


@contextmanager
def killed(home: Path, **settings: str) -> Iterator[Office]:
    """A service that is killed at the end, without a word before."""
    with office(home, **settings) as one:
        try:
            yield one
        finally:
            one.service.process.kill()
            one.service.process.wait()


def test_imports_go_on_where_a_killed_service_left_them(
    built_home: Path, tmp_path: Path, register: Register
) -> None:
    home = tmp_path / "home"
    homes.copy(built_home, home)
    path = register(REGISTER)
    with killed(home) as one:
        checked = one.sent(path)
        assert one.done(checked)["state"] == "checked"
        running, queued = one.sent(path), one.sent(path)
        one.done(running, "running")
        assert one.job(queued)["state"] == "queued"
        workers = children(one.service.process.pid)
    before = _digest(home)
    with office(home) as one:
        # What the killed service had started has ended with it.
        assert not any(Path(f"/proc/{process}/exe").exists() for process in workers)
        for at in (checked, running, queued):
            assert one.done(at)["state"] == "checked"
        assert one.digest == before
        done = one.send("POST", f"{checked}/commit")
        assert (done.status, done.json()["changed"]) == (200, True)
        # The same once more, checked before that: nothing is left to be changed.
        again = one.send("POST", f"{queued}/commit")
        assert (again.status, again.json()["changed"]) == (200, False), again.text
        assert one.send("POST", f"{queued}/revert").status == 409
        assert one.send("POST", f"{checked}/revert").status == 200
        assert one.digest == before


def _digest(home: Path) -> str:
    now = versions.current(home)
    assert now is not None
    return now.digest


def _held(home: Path) -> int:
    now = versions.current(home)
    assert now is not None
    return sum(1 for _ in Store.read_only(str(now.path)).quads_for_pattern(None, P, None, None))


def _commits(home: Path, at: str) -> int:
    with Truth.open(home) as truth:
        return sum(line.entry.job == at.rpartition("/")[2] for line in truth.journal())


def test_a_killed_commit_is_done_once_or_not_at_all(tmp_path: Path) -> None:
    home = small(tmp_path / "home")
    number, random_ = 3000, random.Random(7)
    with office(home) as one:
        at = one.sent(triples(number))
        assert one.done(at)["state"] == "checked"
        began = time.monotonic()
        assert one.send("POST", f"{at}/commit").status == 200
        seconds = time.monotonic() - began
        next_ = one.sent(triples(number, "0"))
        assert one.done(next_)["state"] == "checked"
    seen = set()
    for kill in range(1, KILLS + 1):
        at, before = next_, _digest(home)
        acknowledged: list[int] = []
        with killed(home) as one:

            def commit(one: Office = one, at: str = at, done: list[int] = acknowledged) -> None:
                with suppress(OSError):  # killed meanwhile
                    done.append(one.send("POST", f"{at}/commit").status)

            asking = threading.Thread(target=commit)
            asking.start()
            # The first kill comes at once and the last after the answer, the others in between.
            if kill == KILLS:
                asking.join()
            elif kill > 1:
                time.sleep(random_.uniform(0, 1.2) * seconds)
        asking.join()
        with office(home) as one:
            job = one.done(at)
            seen.add(job["state"])
            # Nothing half: all of the old or all of the new, and once in the journal.
            assert _held(home) == number
            if job["state"] == "checked":
                assert acknowledged == []
                assert (one.digest, _commits(home, at)) == (before, 0)
                assert one.send("POST", f"{at}/commit").status == 200
                job = one.job(at)
            assert (job["state"], job["changed"]) == ("committed", True)
            assert one.digest != before
            assert _commits(home, at) == 1
            assert one.send("POST", f"{at}/commit").status == 409
            if kill % 4 == 0:
                assert one.send("POST", f"{at}/revert").status == 200
                assert one.digest == before
            next_ = one.sent(triples(number, str(kill)))
            assert one.done(next_)["state"] == "checked"
    assert seen == {"checked", "committed"}


def test_old_imports_lose_their_files_and_keep_their_report(tmp_path: Path) -> None:
    home = small(tmp_path / "home")
    with office(home) as one:
        at = one.sent(triples(3))
        assert one.done(at)["state"] == "checked"
    with office(home, job_days="0.000001") as one:
        job = one.done(at, "cancelled")
        assert (job["kept"], job["problem"]["type"]) == (False, "/problems/query-cancelled")
        assert one.send("GET", f"{at}/report").json()["conforms"]
        assert one.send("POST", f"{at}/commit").status == 409
    (folder,) = (home / "jobs").glob("2*")
    assert not (folder / "files").exists()
    assert not (folder / "work").exists()
