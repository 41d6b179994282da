"""Measure pages as the server makes them: their time, and what a browser loads for them.

    python -m benchmarks.pages [--triples 1000000] [--write]

Things, questions and searches of two graphs: that of the papers, asked by one reader, and one that
registers have made large, asked by eight readers at once, none of whom pauses. Times are those that
the service itself takes, as its log says: of pages that nobody has asked for since the data
changed, and of the same pages again. What all pages about a class of things share is made with the
first of them; one of each is asked for before.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urljoin

from pyoxigraph import Literal, NamedNode, Store

from benchmarks import machine
from benchmarks.importing import built, grown
from benchmarks.search import CLIENTS, ready, served
from kg import catalogue
from kg.namespaces import ID, RDF_TYPE, RDFS_LABEL
from kg.store import versions
from tests.serving import BROWSER, serving

#: Milliseconds at the 95th percentile of pages that nobody has asked for: one reader, many at once.
TARGETS = {1: 50.0, CLIENTS: 100.0}
#: Bytes of a page with its styles and scripts, before pictures are drawn.
WEIGHT = 300_000
_THINGS, _HUBS = 150, 20


class _Loaded(HTMLParser):
    """What a browser fetches with a page: styles, scripts and its icon."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag loads."""
        given = dict(attrs)
        if tag == "link" and given.get("rel") in ("stylesheet", "icon"):
            self.found.append(given.get("href") or "")
        elif tag in ("script", "img"):
            self.found.append(given.get("src") or "")


def kinds(home: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Which pages are measured: the hubs of the graph, some things, all questions, some searches.

    Args:
        home: A home with a graph.

    Returns:
        Kind of page → addresses, in the one and the other language by turns; and one of a thing of
        each class that is not among them.
    """
    version = versions.current(home)
    assert version is not None
    uses: Counter[str] = Counter()
    classes: dict[str, set[str]] = {}
    names: set[str] = set()
    for quad in Store.read_only(str(version.path)):
        if isinstance(quad.object, NamedNode):
            uses[quad.object.value] += 1
        if quad.predicate == RDF_TYPE and isinstance(quad.subject, NamedNode):
            classes.setdefault(quad.object.value, set()).add(quad.subject.value)
        if quad.predicate == RDFS_LABEL and isinstance(quad.object, Literal):
            names.add(quad.object.value)
    pick = random.Random(5)
    ours = sorted({thing for some in classes.values() for thing in some if thing.startswith(ID)})
    hubs = sorted(ours, key=lambda thing: (-uses[thing], thing))[:_HUBS]
    chosen = dict.fromkeys([*hubs, *pick.sample(ours, _THINGS)])
    typed = dict.fromkeys(name[: pick.randrange(2, 12)] for name in pick.sample(sorted(names), 150))
    others = set(ours).difference(chosen)
    each = (sorted(some & others) for some in classes.values())
    asked = {
        "things": _by_turns(map(_document, chosen)),
        "questions": _by_turns(f"/questions/{one.id}" for one in catalogue.questions()),
        "searches": _by_turns(f"/search?q={quote(text)}" for text in typed),
    }
    return asked, [_document(some[0]) for some in each if some]


def _document(thing: str) -> str:
    return f"/doc/{quote(thing.removeprefix(ID))}"


def _by_turns(paths: Iterable[str]) -> list[str]:
    return [
        f"{path}{'&' if '?' in path else '?'}lang={language}"
        for path, language in zip(paths, cycle(("zh", "en")), strict=False)
    ]


def times(home: Path, clients: int) -> tuple[list[list[str]], bool]:
    """Measure the pages of a graph.

    Args:
        home: A home with it.
        clients: How many ask at once.

    Returns:
        Rows of the table, and whether the target is met.
    """
    rows, first, slow = [], [], []
    version = versions.current(home)
    assert version is not None
    asked, one_of_each = kinds(home)
    with serving(home, client_seconds="0", log="text") as service:
        ready(service)
        served(service, [*one_of_each, "/questions/rankings", "/search?q=zhong"], BROWSER)
        for kind, addresses in asked.items():
            for name in ("first", "again"):
                found = served(service, addresses, BROWSER, clients)
                half, most = (f"{machine.percentile(found, s):.0f}" for s in (0.5, 0.95))
                rows.append([f"{version.quads:,}", str(clients), kind, name, half, most,
                             f"{max(found):.0f}", str(len(found))])  # fmt: skip
                if name == "first":
                    first += found
                    slow += zip(found, addresses, strict=False) if clients == 1 else ()
    for taken, address in sorted(slow, reverse=True)[:12]:
        print(f"{taken:.0f} ms {address}", file=sys.stderr)
    most = machine.percentile(first, 0.95)
    rows.append([f"{version.quads:,}", str(clients), "all of these", "first",
                 f"{machine.percentile(first, 0.5):.0f}", f"{most:.0f}", f"{max(first):.0f}",
                 str(len(first))])  # fmt: skip
    return rows, most < TARGETS[clients]


def weights(home: Path) -> tuple[list[list[str]], bool]:
    """Weigh pages as a browser loads them the first time, before pictures are drawn.

    Args:
        home: A home with a graph.

    Returns:
        Rows of the table, and whether the target is met.
    """
    rows, met = [], True
    with serving(home) as service:
        for name, path in (("home", "/"), ("thing", "/doc/org/cas"), ("thing", "/doc/country/CHN")):
            page = service.page(path, "zh")
            loaded = _Loaded()
            loaded.feed(page.text)
            parts = {urljoin(path, part) for part in loaded.found if part}
            size = len(page.body) + sum(len(service.get(part).body) for part in parts)
            rows.append([name, path, f"{len(page.body) / 1000:.0f}", f"{size / 1000:.0f}",
                         str(len(parts))])  # fmt: skip
            met = met and size < WEIGHT
    return rows, met


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--triples", type=int, default=1_000_000, help="of the large graph; 0: none"
    )
    parser.add_argument("--write", action="store_true", help="write into docs/benchmarks.md")
    chosen = parser.parse_args()
    folder = (Path(os.environ.get("ISTC_HOME", ".istc")) / "bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    about, small = machine.described(), built(folder)
    weighed, met = weights(small)
    rows, kept = times(small, 1)
    if chosen.triples:
        more, large = times(grown(folder, chosen.triples), CLIENTS)
        rows, kept = rows + more, kept and large
    parts = [
        "## Pages",
        f"{about}. `python -m benchmarks.pages --write`",
        "Milliseconds of the server. *First*: nobody has asked for the page since the data "
        "changed; *again*: once more the same.",
        machine.table(["quads", "readers at once", "pages", "asked", "p50, ms", "p95, ms",
                       "longest, ms", "number"], rows),
        "Kilobytes, not compressed, before pictures are drawn:",
        machine.table(["page", "address", "itself", "with styles and scripts", "further requests"],
                      weighed),
    ]  # fmt: skip
    text = "\n\n".join(parts)
    print(text)
    if chosen.write:
        machine.write("pages", text)
    if not (met and kept):
        sys.exit(f"a target was missed: {TARGETS} ms, {WEIGHT} bytes")


if __name__ == "__main__":
    main()
