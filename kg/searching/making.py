"""Makes the index of a data version: a SQLite file with the names of all things.

Memory is bounded by the number of things that have a name, some 200 bytes each; what must be
sorted is sorted on disk.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby, islice
from math import log2
from pathlib import Path
from typing import Any, cast

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions, Store

from kg import resources, rq
from kg.finding.names import aliases
from kg.namespaces import DCTERMS, ID, ISTC, JOURNAL, RDFS, SKOS, VOCAB
from kg.searching.folding import compact, indexed, initials, joined, pieces, tokens
from kg.searching.form import ALTERNATIVE, FORM, IDENTIFIER, LABEL, NAMES
from kg.searching.pinyin import spelt

_SORTS = {
    RDFS + "label": LABEL,
    SKOS + "prefLabel": LABEL,
    "http://xmlns.com/foaf/0.1/name": LABEL,
    DCTERMS + "title": LABEL,
    SKOS + "altLabel": ALTERNATIVE,
    SKOS + "hiddenLabel": ALTERNATIVE,
}
#: Graphs whose statements say nothing of the world.
_TECHNICAL = ("/graph/inferred", "/graph/catalogue")
_BATCH = 20_000
_LONGEST_WORD = 40
_Row = tuple[Any, ...]


def make(version: Path, target: Path) -> int:
    """Make the index of a data version.

    Args:
        version: Folder of its checkpoint.
        target: The file; not there yet.

    Returns:
        How many things it holds.
    """
    store = Store.read_only(str(version))
    stage = target.with_name(target.name + ".stage")
    with closing(sqlite3.connect(target, isolation_level=None)) as base:
        base.execute("ATTACH ? AS stage", (str(stage),))
        for database in ("main", "stage"):
            base.execute(f"PRAGMA {database}.journal_mode = OFF")
            base.execute(f"PRAGMA {database}.synchronous = OFF")
            base.execute(f"PRAGMA {database}.cache_size = -64000")
        base.executescript(resources.text("kg", "searching", "schema.sql"))
        base.execute("BEGIN")
        number = _things(base, store)
        _names(base)
        base.execute("INSERT INTO word(word) VALUES ('optimize')")
        _terms(base)
        _run(
            base,
            "CREATE UNIQUE INDEX thing_iri ON thing (iri);"
            "CREATE INDEX name_compact ON name (replace(form, ' ', ''));"
            "CREATE INDEX kind_of_thing ON thing_kind (thing);"
            "CREATE INDEX country_of_thing ON thing_country (thing);"
            f"ANALYZE; PRAGMA user_version = {FORM}; COMMIT;",
        )
        base.execute("DETACH stage")
    stage.unlink()
    return number


def _ask(store: Store, name: str) -> QuerySolutions:
    text = rq.load("kg", "queries", "search", name).text
    return cast(QuerySolutions, store.query(text, use_default_graph_as_union=True))


def _run(base: sqlite3.Connection, statements: str) -> None:
    """Run statements in the transaction that is open; `executescript` would end it."""
    for statement in filter(None, statements.split(";")):
        base.execute(statement)


def _batches(base: sqlite3.Connection, statement: str, rows: Iterable[_Row]) -> None:
    found = iter(rows)
    while batch := list(islice(found, _BATCH)):
        base.executemany(statement, batch)


def _things(base: sqlite3.Connection, store: Store) -> int:
    """Stage names, and number the things by what the graph knows of them."""
    _run(
        base,
        "CREATE TABLE stage.name (thing INTEGER, sort INTEGER, language TEXT, text TEXT,"
        " PRIMARY KEY (thing, sort, language, text)) WITHOUT ROWID;"
        "CREATE TABLE stage.kind (thing INTEGER, kind INTEGER, PRIMARY KEY (thing, kind))"
        " WITHOUT ROWID;"
        "CREATE TABLE stage.country (thing INTEGER, country INTEGER,"
        " PRIMARY KEY (thing, country)) WITHOUT ROWID;"
        "CREATE TABLE stage.thing (old INTEGER PRIMARY KEY, iri TEXT, statements INTEGER,"
        " rank INTEGER, new INTEGER);",
    )
    known: dict[str, int] = {}
    _batches(
        base,
        "INSERT OR IGNORE INTO stage.name VALUES (?, ?, ?, ?)",
        (
            (known.setdefault(iri, len(known)), _SORTS.get(used, IDENTIFIER), language, text)
            for iri, used, language, text in _named(store)
        ),
    )
    for iri, used, written in _aliases():
        if iri in known:
            row = (known[iri], used, "", written)
            base.execute("INSERT OR IGNORE INTO stage.name VALUES (?, ?, ?, ?)", row)
    identifiers = (
        (known.get(_iri(r["thing"])), _text(r["name"])) for r in _ask(store, "identifiers")
    )
    _batches(
        base,
        "INSERT OR IGNORE INTO stage.name VALUES (?, ?, '', ?)",
        ((old, IDENTIFIER, text) for old, text in identifiers if old is not None),
    )
    left = {known[iri] for r in _ask(store, "left-out") if (iri := _iri(r["thing"])) in known}
    kinds: dict[str, int] = {}
    _batches(
        base,
        "INSERT OR IGNORE INTO stage.kind VALUES (?, ?)",
        (
            (old, kinds.setdefault(_iri(r["kind"]), len(kinds)))
            for r in _ask(store, "kinds")
            if (old := known.get(_iri(r["thing"]))) is not None and old not in left
        ),
    )
    _kinds(base, store, kinds)
    counts = _counts(store, known)
    _batches(
        base,
        "INSERT INTO stage.thing VALUES (?, ?, ?, ?, NULL)",
        (
            # Nearly equal ones are equal: then the shorter name goes first.
            (old, iri, counts[old], -round(2 * log2(1 + counts[old])))
            for iri, old in known.items()
            if old not in left
        ),
    )
    _numbered(base)
    found = (
        (known.get(_iri(r["thing"])), known.get(_iri(r["country"])))
        for r in _ask(store, "countries")
    )
    _batches(
        base,
        "INSERT OR IGNORE INTO stage.country VALUES (?, ?)",
        (r for r in found if None not in r),
    )
    base.execute(
        "INSERT INTO thing_country SELECT c.new, t.new FROM stage.country JOIN stage.thing t"
        " ON t.old = thing JOIN stage.thing c ON c.old = country"
        " WHERE t.new AND c.new ORDER BY 1, 2"
    )
    return int(base.execute("SELECT count(*) FROM thing").fetchone()[0])


def _numbered(base: sqlite3.Connection) -> None:
    _run(
        base,
        "UPDATE stage.thing SET new = numbered.new FROM (SELECT t.old, row_number() OVER (ORDER BY"
        " t.rank, (SELECT min(length(text)) FROM stage.name n"
        " WHERE n.thing = t.old AND n.sort = 0), t.iri) AS new FROM stage.thing t"
        " WHERE EXISTS (SELECT 1 FROM stage.kind k WHERE k.thing = t.old)) numbered"
        " WHERE numbered.old = thing.old;"
        # The class of fewest members says most.
        "CREATE TABLE stage.size AS SELECT kind, count(*) AS things FROM stage.kind GROUP BY kind;"
        "CREATE UNIQUE INDEX stage.sizes ON size (kind);"
        "INSERT INTO thing SELECT t.new, t.iri,"
        " (SELECT min(text) FROM stage.name WHERE thing = t.old AND sort = 0 AND language = 'zh'),"
        " (SELECT min(text) FROM stage.name WHERE thing = t.old AND sort = 0 AND language = 'en'),"
        " NULL, NULL, (SELECT k.kind FROM stage.kind k JOIN stage.size s ON s.kind = k.kind"
        " WHERE k.thing = t.old ORDER BY s.things, k.kind LIMIT 1), t.statements"
        " FROM stage.thing t WHERE t.new IS NOT NULL ORDER BY t.new;"
        "UPDATE thing SET (other, language) = (SELECT text, language FROM stage.name n"
        " JOIN stage.thing t ON t.old = n.thing WHERE t.new = thing.id ORDER BY n.sort, n.language,"
        " n.text LIMIT 1) WHERE zh IS NULL AND en IS NULL;"
        "INSERT INTO thing_kind SELECT k.kind, t.new FROM stage.kind k JOIN stage.thing t"
        " ON t.old = k.thing WHERE t.new IS NOT NULL ORDER BY 1, 2;",
    )


def _named(store: Store) -> Iterator[tuple[str, str, str, str]]:
    for row in _ask(store, "names"):
        name = row["name"]
        if isinstance(name, Literal) and name.value.strip():
            yield _iri(row["thing"]), _iri(row["property"]), name.language or "", name.value


def _aliases() -> Iterator[tuple[str, int, str]]:
    """Colloquial names; the finder of questions knows them too."""
    for written, key in aliases():
        yield ID + key, ALTERNATIVE, written


def _kinds(base: sqlite3.Connection, store: Store, kinds: dict[str, int]) -> None:
    table = resources.rows("kg", "searching", "kinds.csv")
    labels: dict[str, dict[str, str]] = {r["iri"]: {"zh": r["zh"], "en": r["en"]} for r in table}
    text = rq.load("kg", "queries", "search", "classes").text
    query = rq.bind(text, ["kind"], [[NamedNode(iri)] for iri in kinds])
    for row in cast(QuerySolutions, store.query(query, use_default_graph_as_union=True)):
        name = row["name"]
        if isinstance(name, Literal):
            labels.setdefault(_iri(row["kind"]), {}).setdefault(name.language or "en", name.value)
    rows = (
        (number, iri, labels.get(iri, {}).get("zh"), labels.get(iri, {}).get("en"))
        for iri, number in kinds.items()
    )
    base.executemany("INSERT INTO kind VALUES (?, ?, ?, ?)", rows)


def _counts(store: Store, known: dict[str, int]) -> array[int]:
    """For each thing the statements that it is a part of."""
    counts = array("L", bytes(8 * len(known)))
    graphs: list[NamedNode | BlankNode | DefaultGraph] = [
        graph
        for graph in store.named_graphs()
        if graph != JOURNAL and not str(getattr(graph, "value", "")).endswith(_TECHNICAL)
    ]
    for name in ("statements-of", "statements-on"):
        text = rq.load("kg", "queries", "search", name).text
        for row in cast(QuerySolutions, store.query(text, default_graph=graphs)):
            iri = _iri(row["thing"])
            # Use does not make a term known: concepts and classes are objects of everything.
            if iri in known and not (name == "statements-on" and iri.startswith((ISTC, VOCAB))):
                counts[known[iri]] += int(_text(row["statements"]))
    return counts


def _names(base: sqlite3.Connection) -> None:
    """Fill the index from the staged names, in the order of things, which keeps it compact."""
    rows = base.execute(
        "SELECT t.new, n.sort, n.language, n.text FROM stage.thing t JOIN stage.name n"
        " ON n.thing = t.old WHERE t.new IS NOT NULL ORDER BY t.new, n.sort, n.language, n.text"
    )
    codes: list[tuple[str, int]] = []
    words: list[tuple[int, str]] = []
    names: list[_Row] = []
    base.execute("CREATE TABLE stage.code (code TEXT, name INTEGER)")

    def flush() -> None:
        base.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?)", names)
        base.executemany("INSERT INTO word(rowid, text) VALUES (?, ?)", words)
        base.executemany("INSERT INTO stage.code VALUES (?, ?)", codes)
        for some in (names, words, codes):
            some.clear()

    for thing, group in groupby(rows, key=lambda row: row[0]):
        for place, (_, sort, language, text) in enumerate(islice(group, NAMES)):
            number = thing * NAMES + place
            if sort == IDENTIFIER:
                names.append((number, sort, language, text, compact(text)))
                continue
            found = tokens(text)
            names.append((number, sort, language, text, joined(found)))
            words.append((number, indexed(found)))
            codes += [(code, number) for code in initials(found)]
            codes += [(code, number) for code in spelt(found)]
        if len(names) > _BATCH:
            flush()
    flush()
    base.execute("INSERT OR IGNORE INTO code SELECT code, name FROM stage.code ORDER BY 1, 2")


def _terms(base: sqlite3.Connection) -> None:
    _run(
        base,
        "CREATE VIRTUAL TABLE temp.counted USING fts5vocab(main, word, row);"
        "INSERT INTO term (word, names) SELECT term, doc FROM temp.counted;"
        "DROP TABLE temp.counted;"
        "CREATE TABLE stage.piece (piece TEXT, term INTEGER);",
    )
    words = base.execute("SELECT id, word FROM term")
    rows = (
        (piece, number)
        for number, word in words
        if word.isalpha() and 2 < len(word) <= _LONGEST_WORD
        for piece in pieces(word)
    )
    _batches(base, "INSERT INTO stage.piece VALUES (?, ?)", rows)
    base.execute("INSERT INTO piece SELECT piece, term FROM stage.piece ORDER BY 1, 2")


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def _text(term: object) -> str:
    return term.value if isinstance(term, Literal) else str(term)


__all__ = ["make"]
