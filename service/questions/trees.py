"""What belongs to what, for charts: branches of things, each with the rows that say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.catalogue import Column
from service.questions.reading import NOTHING, Row, Table

Chart = dict[str, Any]

_PARENT = "parent"


def tree(table: Table, _: Mapping[str, str]) -> Chart | None:
    """Things by what they belong to.

    Either the columns go from the broad to the narrow, or a column `parent` names the thing that
    the first thing of the row belongs to, and the first concept is the branch it stands in. A thing
    with several parents stands below the one that is the deepest.

    Args:
        table: The rows.

    Returns:
        The branches, each with name, page, rows and what belongs to it, and how many things there
        are; None without two columns that name things.
    """
    columns = [c for c in table.all_naming if c.role in ("thing", "concept")]
    above = next((c for c in columns if c.name == _PARENT), None)
    if len(columns) < 2:
        return None
    roots = _by_parent(table, columns, above) if above else _by_columns(table, columns)
    return {"roots": roots, "total": sum(map(_size, roots))} if roots else None


def _size(node: Chart) -> int:
    return 1 + sum(map(_size, node["children"]))


def _by_columns(table: Table, columns: list[Column]) -> list[Chart]:
    roots: dict[str, Chart] = {}
    found: dict[tuple[str, ...], Chart] = {}
    for position, row in enumerate(table.rows):
        level = roots
        path: tuple[str, ...] = ()
        for column in columns:
            key = row[column.name].iri or row[column.name].text
            if not key:
                break
            path = (*path, key)
            if path not in found:
                found[path] = level[key] = _node(table, row, column)
            node = found[path]
            node["rows"].append(position)
            level = node.setdefault("below", {})
    return [_listed(node) for node in roots.values()]


def _listed(node: Chart) -> Chart:
    """A node whose children are a list."""
    below = node.pop("below", {})
    return {**node, "children": [_listed(child) for child in below.values()]}


def _by_parent(table: Table, columns: list[Column], above: Column) -> list[Chart]:
    thing = next(c for c in columns if c.role == "thing")
    branch = next((c for c in columns if c.role == "concept"), None)
    nodes: dict[str, Chart] = {}
    parents: dict[str, set[str]] = {}
    tops: dict[str, Chart] = {}
    for position, row in enumerate(table.rows):
        key = row[thing.name].iri or row[thing.name].text
        nodes.setdefault(key, _node(table, row, thing))["rows"].append(position)
        parents.setdefault(key, set())
        if row[above.name].iri:
            parents[key].add(str(row[above.name].iri))
        if branch is not None and not row[above.name].iri:
            name = row[branch.name].iri or row[branch.name].text
            top = tops.setdefault(name, {**_node(table, row, branch), "children": []})
            top["rows"].append(position)
            top["children"].append(key)

    def depth(key: str, seen: frozenset[str] = frozenset()) -> int:
        known = [p for p in parents.get(key, ()) if p in nodes and p not in seen]
        return 1 + max((depth(p, seen | {key}) for p in known), default=0)

    below: dict[str, list[str]] = {}
    for key in nodes:
        known = [p for p in parents[key] if p in nodes]
        if known:
            below.setdefault(max(known, key=lambda p: (depth(p), p)), []).append(key)

    def grown(key: str, seen: frozenset[str] = frozenset()) -> Chart:
        children = [k for k in below.get(key, []) if k not in seen and k != key]
        return {**nodes[key], "children": [grown(k, seen | {key}) for k in children]}

    if not tops:
        return [grown(key) for key in nodes if not any(p in nodes for p in parents[key])]
    return [
        _joined({**top, "children": list(map(grown, top["children"]))}) for top in tops.values()
    ]


def _joined(top: Chart) -> Chart:
    """A branch that holds nothing but one thing is that thing."""
    return top["children"][0] if len(top["children"]) == 1 else top


def _node(table: Table, row: Row, column: Column) -> Chart:
    cell = row[column.name]
    return {
        "name": cell.text or NOTHING,
        "href": table.href(cell.iri) if cell.iri else None,
        "rows": [],
    }
