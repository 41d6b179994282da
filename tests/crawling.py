"""Follow the links of the service from its home page: `python -m tests.crawling` follows all.

Pages are told apart by their kind: the folder, the ending, and the names of the parameters.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPException
from pathlib import Path
from urllib.parse import parse_qs, unquote, urldefrag, urljoin, urlsplit

from pyoxigraph import NamedNode, Store

from kg.namespaces import ID, RDF_TYPE
from kg.settings import Settings
from kg.store.versions import current
from tests.serving import BROWSER, Reply, Service, serving

THREADS = 4
#: Pages of a kind that show what other pages show: other languages, queries, files, one's choices.
FEW = 4
_SAME = frozenset({"lang", "clang", "query", "format", "sort", "kind", "country", "q"})
_FILES = ("ttl", "jsonld", "nt", "rdf", "trig", "json", "csv", "rq", "xlsx", "srj", "html")


class _Anchors(HTMLParser):
    """Addresses of the links that a reader can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a link leads."""
        target = dict(attrs).get("href")
        if tag == "a" and target:
            self.found.append(target)


def links(page: str, address: str) -> set[str]:
    """Paths, with parameters, of the links of a page that stay on the service."""
    anchors = _Anchors()
    anchors.feed(page)
    found = (urldefrag(urljoin(f"http://service{address}", href))[0] for href in anchors.found)
    return {f.removeprefix("http://service") for f in found if f.startswith("http://service/")}


def kind(address: str) -> str:
    """What a page is one of."""
    parts = urlsplit(address)
    first, *rest = parts.path.strip("/").split("/")
    folder = f"{first}/{rest[0]}" if first == "doc" and len(rest) > 1 else first
    ending = parts.path.rpartition(".")[2]
    names = ",".join(sorted(parse_qs(parts.query)))
    return f"{folder}{'/*' if rest else ''}.{ending if ending in _FILES else ''}?{names}"


@dataclass
class Crawl:
    """What was found.

    Attributes:
        pages: Pages of each kind.
        wrong: Address → status, and the page that links to it.
        met: Addresses that some page links to, visited or not.
    """

    pages: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, tuple[int, str]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)


def crawl(service: Service, most: int | None = None, start: str = "/") -> Crawl:
    """Follow links, breadth first.

    Args:
        service: A running service.
        most: Pages of a kind at most; all when left out.
        start: Where to begin.

    Returns:
        What was found.
    """
    found = Crawl()
    found.met.add(start)
    with ThreadPoolExecutor(THREADS) as pool:
        running: dict[Future[Reply], tuple[str, str]] = {}

        def visit(address: str, linked_from: str) -> None:
            name = kind(address)
            repeats = name.partition(".")[2].partition("?")[0] or _SAME & set(
                name.partition("?")[2].split(",")
            )
            bound = most if most is not None else (FEW if repeats else None)
            if bound is not None and found.pages[name] >= (min(bound, FEW) if repeats else bound):
                return
            found.pages[name] += 1
            future = pool.submit(_fetched, service, address)
            running[future] = (address, linked_from)

        visit(start, "")
        while running:
            done, _ = wait(running, return_when="FIRST_COMPLETED")
            for future in done:
                address, linked_from = running.pop(future)
                try:
                    reply = future.result()
                except (OSError, HTTPException) as error:
                    found.wrong[address] = (0, f"{error!r}, {linked_from}")
                    continue
                if reply.status >= 400:
                    found.wrong[address] = (reply.status, linked_from)
                if reply.status == 200 and reply.type == "text/html":
                    for target in sorted(links(reply.text, address) - found.met):
                        found.met.add(target)
                        visit(target, address)
    return found


def _fetched(service: Service, address: str) -> Reply:
    """A page, where it leads in the end."""
    for _ in range(4):
        reply = service.get(address, BROWSER, Accept_Language="en")
        if reply.status not in (301, 302, 303, 307, 308):
            break
        address = reply.header("Location")
    return reply


def things(home: Path) -> set[str]:
    """IRIs of all things of ours in the current version of a home."""
    version = current(home)
    assert version is not None
    quads = Store.read_only(str(version.path)).quads_for_pattern(None, RDF_TYPE, None, None)
    found = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    return {thing for thing in found if thing.startswith(ID)}


def orphans(home: Path, found: Crawl) -> set[str]:
    """Things that no visited page links to."""
    linked = {unquote(urlsplit(address).path) for address in found.met}
    # Questions have pages of their own.
    pages = {
        thing: f"/doc/{thing.removeprefix(ID)}".replace("/doc/question/", "/questions/")
        for thing in things(home)
    }
    return {thing for thing, page in pages.items() if page not in linked}


def main() -> int:
    """Crawl the whole of the graph in ISTC_HOME, and say what is wrong."""
    home = Settings.from_env(os.environ).home.absolute()
    began = time.monotonic()
    with serving(home, client_seconds="0") as service:
        found = crawl(service)
    for name, number in sorted(found.pages.items()):
        print(f"{number:6} {name}")
    for address, (status, linked_from) in sorted(found.wrong.items()):
        print(f"{status} {address} (on {linked_from})")
    alone = orphans(home, found)
    for thing in sorted(alone)[:20]:
        print(f"no page links to {thing}")
    print(f"{sum(found.pages.values())} pages, {len(found.wrong)} wrong, ", end="")
    print(f"{len(alone)} things without a link to them, {time.monotonic() - began:.0f} s")
    return 1 if found.wrong or alone else 0


if __name__ == "__main__":
    sys.exit(main())
