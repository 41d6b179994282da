"""Networks of things and the times of things, for charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from kg.catalogue import Column
from kg.citing import text_of
from service.questions.reading import Row, Table, span

Chart = dict[str, Any]

#: A network or a timeline with more than this is not readable.
LINKS = 160
EVENTS = 80
#: When a network is walked, so many of the ties of a thing are drawn, the best documented first.
STEP = 40
#: The parameter of a question whose network can be walked from thing to thing.
FOCUS = "focus"
_TERM = "/ontology#"


def network(table: Table, _: Mapping[str, str]) -> Chart | None:
    """Things and the ties between them.

    The ends of a tie are the first two columns of things, or a column and its `parent`; a column
    of ontology terms before the second end says what the tie is.

    Args:
        table: The rows.

    Returns:
        Nodes with their degree and group, and links with their rows; None without two columns
        of things.
    """
    things = [c for c in table.columns if c.role in ("thing", "concept")]
    terms = [c for c in things if _all_terms(table, c)]
    pairs = _pairs(table, [c for c in things if c not in terms and c is not table.qualifier])
    named = [c for c in terms if _properties(table, c)]
    kind = next((c for c in terms if c not in named), None)
    start = next((p for p in table.answered.question.parameters if p.name == FOCUS), None)
    centre = text_of(table.answered.terms.get(FOCUS)) if start else ""
    most = STEP if centre else LINKS
    ends = list({column.name: column for pair in pairs for column in pair}.values())
    nodes: dict[str, Chart] = {}
    links: dict[tuple[str, str], Chart] = {}
    total = 0
    for position, row in enumerate(table.rows):
        keys = {
            column.name: _node(
                table, nodes, row, column, group, kind if centre or group == 0 else None
            )
            for group, column in enumerate(ends)
        }
        for pair in pairs:
            here, there = (keys[column.name] for column in pair)
            if not here or not there or here == there:
                continue
            total += 1
            begin, end = (there, here) if pair[1].name == "parent" else (here, there)
            if (begin, end) not in links and len(links) == most:
                continue
            link = links.setdefault(
                (begin, end), {"source": begin, "target": end, "labels": [], "rows": []}
            )
            label = " · ".join(table.text(row, c) for c in named if row[c.name].text)
            if label and label not in link["labels"]:
                link["labels"].append(label)
            link["rows"].append(position)
    if not links:
        return None
    if start and centre in nodes:
        nodes[centre]["kind"] = start.label.get(table.language, "")
    degrees = Counter(end for pair in links for end in pair)
    for key, node in nodes.items():
        node["degree"] = degrees[key]
    whole = sum(len(link["rows"]) for link in links.values()) == total
    return {
        "nodes": [node for node in nodes.values() if node["degree"] or whole],
        "links": list(links.values()),
        "groups": [table.label(column) for column in ends],
        "directed": bool(named) or ends[-1].name in ("to", "parent"),
        "total": total,
        "shown": sum(len(link["rows"]) for link in links.values()),
    }


def _all_terms(table: Table, column: Column) -> bool:
    iris = [row[column.name].iri for row in table.rows if row[column.name].iri]
    return bool(iris) and all(_TERM in str(iri) for iri in iris)


def _properties(table: Table, column: Column) -> bool:
    """Whether a column of ontology terms has properties; classes begin with a capital."""
    iris = [row[column.name].iri or "" for row in table.rows]
    return not any(iri.rpartition("#")[2][:1].isupper() for iri in iris)


def _pairs(table: Table, columns: list[Column]) -> list[tuple[Column, Column]]:
    """Which columns hold the ends of ties."""
    things = [c for c in columns if c.role == "thing"]
    for before, column in pairwise(things):
        if column.name != "parent":
            continue
        first = things[0]
        if before is first or _different(table, first) <= _different(table, before):
            return [(before, column)]
        return [(first, before), (before, column)]
    # Where a thing is stated comes after what it is tied to.
    candidates = sorted(columns, key=lambda c: (c.name.startswith("document"), c.role != "thing"))
    return [(candidates[0], candidates[1])] if len(candidates) > 1 else []


def _different(table: Table, column: Column) -> int:
    return len({row[column.name].text for row in table.rows})


def _node(
    table: Table,
    nodes: dict[str, Chart],
    row: Row,
    column: Column,
    group: int,
    kind: Column | None,
) -> str:
    cell = row[column.name]
    key = cell.iri or cell.text
    if not key:
        return ""
    node = nodes.setdefault(
        key,
        {
            "id": key,
            "name": cell.text,
            "href": table.href(cell.iri) if cell.iri else None,
            "group": group,
            "kind": "",
        },
    )
    if kind is not None and row[kind.name].text:
        node["kind"] = row[kind.name].text
    return key


def _dated(table: Table) -> Column | None:
    """The column of things that have the dates: the first, unless a later one tells far more."""
    things = [c for c in table.columns if c.role == "thing" and not _all_terms(table, c)]
    counts = {c.name: _different(table, c) for c in things}
    more = [c for c in things[1:] if counts[c.name] > 2 * counts[things[0].name]]
    return next(iter([*more, *things]), None)


def timeline(table: Table, _: Mapping[str, str]) -> Chart | None:
    """Dated things on one axis of years.

    Args:
        table: The rows.

    Returns:
        Events by begin, with open ends as None; None when nothing is dated.
    """
    time = next(iter(table.times), None)
    thing = _dated(table)
    if time is None or thing is None:
        return None
    events: dict[tuple[str, str], Chart] = {}
    kind = next((c for c in table.columns if _all_terms(table, c)), None)
    undated = 0
    for position, row in enumerate(table.rows):
        ends = span(row[time.name].text)
        if ends is None:
            undated += 1
            continue
        key = (row[thing.name].iri or row[thing.name].text, row[time.name].text)
        event = events.setdefault(
            key,
            {
                "name": row[thing.name].text,
                "kind": row[kind.name].text if kind else "",
                "begin": ends[0],
                "end": ends[1],
                "when": table.text(row, time),
                "href": table.href(row[thing.name].iri or "") if row[thing.name].iri else None,
                "rows": [],
            },
        )
        event["rows"].append(position)
    if not events:
        return None

    def first(event: Chart) -> tuple[float, float]:
        begin = event["begin"] if event["begin"] is not None else event["end"]
        return (begin, event["end"] if event["end"] is not None else float("inf"))

    ordered = sorted(events.values(), key=first)
    return {"events": ordered[:EVENTS], "total": len(ordered), "undated": undated}
