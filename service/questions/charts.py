"""From an answer to the description of its chart: plain JSON that `static/charts.js` draws.

The view of the question says which chart is meant; the roles of its columns say what is drawn.
When the rows do not fit the view there is no chart, and the table says it all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from markupsafe import Markup

from kg import asking, rq
from kg.asking import Answered, Selecting
from kg.catalogue import Column
from kg.citing import text_of
from service.questions import ties, trees
from service.questions.reading import NOTHING, Measure, Row, Table, number, span

Chart = dict[str, Any]

#: More categories than this are not readable in one chart.
CATEGORIES = 40
SERIES = 8
PANELS = 30
#: Groups with fewer rows than this are not worth a chart of their own.
_GROUP = 3
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def describe(
    answered: Answered,
    codes: Mapping[str, str] | None = None,
    *,
    period: Callable[[str], str] = str,
    href: Callable[[str], str] = str,
    cite: Callable[[Answered, Sequence[Row]], Answered] | None = None,
) -> Chart | None:
    """Describe the chart of an answer.

    Args:
        answered: The answer.
        codes: IRI of a country → its ISO 3166-1 numeric code, three digits; for maps.
        period: Words an EDTF period for the reader.
        href: The address of a thing's page.
        cite: Adds the places behind the rows that are drawn, if the answer lacks them.

    Returns:
        The view, the title, the rows that are drawn with all they say, and what the view needs;
        None when the rows do not fit the view.
    """
    draw = _VIEWS.get(answered.question.view)
    if draw is None or not answered.rows:
        return None
    table = Table(answered, period, href)
    drawn = draw(table, codes or {})
    if drawn is None:
        return None
    used: dict[int, int] = {}
    drawn = _renumbered(drawn, lambda place: used.setdefault(place, len(used)))
    told = [table.rows[position] for position in used]
    if cite is not None:
        table.answered = cite(answered, told)
    return {
        "view": answered.question.view,
        "title": asking.pick(answered.question.title, answered.language),
        "language": answered.language,
        "flows": bool(answered.question.picture),
        "rows": [table.detail(row) for row in told],
        **drawn,
    }


def embedded(chart: Chart) -> Markup:
    """A chart as the text of a script element: JSON that cannot end it, nor break a line in it."""
    text = json.dumps(chart, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - everything that is markup has been escaped


def country_codes(engine: Selecting) -> dict[str, str]:
    """The ISO 3166-1 numeric codes of countries, by IRI."""
    query = rq.load("kg", "queries", "ask", "country-codes").text
    return {text_of(row["country"]): text_of(row["code"]) for row in engine.select(query)}


def _units(table: Table) -> list[tuple[str, list[Row]]]:
    """Rows by unit, the most frequent first."""
    groups = table.by(table.rows, table.unit)
    return sorted(groups.items(), key=lambda item: -len(item[1]))


def _facets(table: Table, rows: Sequence[Row]) -> list[tuple[str, list[Row], list[Column]]]:
    """Rows in groups that need a chart each: (name of the group, its rows, what names them)."""
    keys = table.keys(rows)
    if len(keys) > 1:
        groups = table.by(rows, keys[0])
        rest = [c for c in table.naming if c is not keys[0]] or keys
        if 1 < len(groups) <= len(rows) / _GROUP:
            return [
                (table.name(group[0], keys[:1]), group, table.keys(group, rest))
                for group in groups.values()
            ]
    return [("", list(rows), keys)]


def _renumbered(part: Any, number: Callable[[int], int], key: str = "") -> Any:
    """A part of a chart with other numbers for the rows of the answer.

    Args:
        part: The part.
        number: From the place of a row in the answer to its number.
        key: The key that it stands under; rows are named under `row` and `rows`.
    """
    if isinstance(part, dict):
        return {name: _renumbered(other, number, name) for name, other in part.items()}
    if isinstance(part, list):
        return [_renumbered(other, number, key) for other in part]
    return number(part) if key in ("row", "rows") else part


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _bar(table: Table, _: Mapping[str, str]) -> Chart | None:
    panels = list(islice(_bar_panels(table), PANELS))
    return {"panels": panels} if panels else None


def _bar_panels(table: Table) -> Iterator[Chart]:
    units = _units(table)
    for unit, rows in units:
        for name, group, keys in _facets(table, rows):
            measures = table.measures(group, unit)
            if not measures:
                continue
            kept = [r for r in group if any(_drawn(table, r, m) for m in measures)]
            shown = kept[:CATEGORIES]
            yield {
                "label": _joined(name, unit if table.unit and len(units) > 1 else ""),
                "categories": [table.name(row, keys) for row in shown],
                "rows": [table.place(row) for row in shown],
                "total": len(kept),
                "measures": [_bars(table, shown, m, unit) for m in measures],
            }


def _drawn(table: Table, row: Row, measure: Measure) -> bool:
    columns = measure.columns or (measure.high,)
    return any(number(row[c.name].text) is not None for c in columns if c is not None)


def _bars(table: Table, rows: Sequence[Row], measure: Measure, unit: str) -> Chart:
    first = next((c for c in table.numbers if c.role == "value"), None)
    series = [
        {
            "name": table.label(column),
            "values": [
                table.value(row, column, measure, unit if column is first else "")
                if number(row[column.name].text) is not None
                else None
                for row in rows
            ],
        }
        for column in measure.columns
    ]
    if not measure.columns and measure.low and measure.high:
        series = [{"name": measure.label, "values": [_range(table, r, measure) for r in rows]}]
    return {"label": measure.label, "rank": measure.rank, "series": series}


def _range(table: Table, row: Row, measure: Measure) -> Chart | None:
    texts = [row[c.name].text for c in (measure.low, measure.high) if c is not None]
    low, high = number(texts[0]), number(texts[-1])
    if low is None or high is None:
        return None
    shown = "–".join(table.bound(text) for text in dict.fromkeys(texts))
    return {"value": None, "text": shown, "low": low, "high": high, "exact": False}


def _line(table: Table, _: Mapping[str, str]) -> Chart | None:
    time = next(iter(table.times), None)
    if time is None:
        return None
    panels = []
    for unit, rows in _units(table):
        dated = [(row, found) for row in rows if (found := span(row[time.name].text))]
        closed = [(row, (a, b)) for row, (a, b) in dated if a is not None and b is not None]
        others = [c for c in table.naming if c is not time]
        for measure in table.measures([row for row, _ in closed], unit):
            for column in measure.columns:
                points = [
                    (row, ends) for row, ends in closed if number(row[column.name].text) is not None
                ]
                lines: dict[str, list[Chart]] = {}
                varying = [c for c in others if len({r[c.name].text for r, _ in points}) > 1]
                for row, (begin, end) in sorted(points, key=lambda p: p[1]):
                    name = table.name(row, varying) if varying else table.label(column)
                    lines.setdefault(name, []).append(
                        {
                            "begin": begin,
                            "end": end,
                            "when": table.text(row, time),
                            "row": table.place(row),
                            **table.value(row, column, measure, unit),
                        }
                    )
                if any(len(line) > 1 for line in lines.values()):
                    panels.append(
                        {
                            "label": measure.label,
                            "rank": measure.rank,
                            "series": [
                                {"name": name, "points": line}
                                for name, line in list(lines.items())[:SERIES]
                            ],
                            "total": len(lines),
                            "undated": len(rows) - len(closed),
                        }
                    )
    return {"panels": panels[:PANELS]} if panels else None


def _map(table: Table, codes: Mapping[str, str]) -> Chart | None:
    def coded(column: Column) -> int:
        return sum((row[column.name].iri or "") in codes for row in table.rows)

    where = max((c for c in table.columns if c.role == "thing"), key=coded, default=None)
    if where is None or not coded(where):
        return None
    panels = []
    for unit, rows in _units(table):
        groups = [("", rows)]
        others = table.keys(rows, [c for c in table.naming if c is not where])
        if len({r[where.name].iri for r in rows}) < len(rows) and others and table.numbers:
            groups = [(table.name(g[0], others[:1]), g) for g in table.by(rows, others[0]).values()]
        for name, group in groups:
            for label, rank, placed in _placed(table, group, where, unit):
                places = [
                    {"code": codes[iri], "name": row[where.name].text, **point}
                    for iri, row, point in placed
                    if iri in codes
                ]
                missing = [row[where.name].text for iri, row, _ in placed if iri not in codes]
                if places and len({p["code"] for p in places}) == len(places):
                    panels.append(
                        {
                            "label": _joined(name, label),
                            "rank": rank,
                            "places": places,
                            "missing": missing,
                        }
                    )
    return {"panels": panels[:PANELS]} if panels else None


def _placed(
    table: Table, rows: Sequence[Row], where: Column, unit: str
) -> list[tuple[str, bool, list[tuple[str, Row, Chart]]]]:
    """What a map shows of each place: (label, whether ranks, (IRI, row, point) of each)."""
    found = []
    for measure in table.measures(rows, unit):
        for column in measure.columns:
            points = [
                (
                    row[where.name].iri or "",
                    row,
                    {"row": table.place(row), **table.value(row, column, measure, unit)},
                )
                for row in rows
                if number(row[column.name].text) is not None and row[where.name].text
            ]
            label = measure.label if column is measure.columns[0] else table.label(column)
            found.append((label, measure.rank, points))
    if found:
        return found
    counted = []
    for iri, group in _by_iri(rows, where).items():
        point = {"row": table.place(group[0]), "value": len(group), "text": str(len(group))}
        counted.append((iri, group[0], {**point, "exact": True}))
    return [("", False, counted)]


def _by_iri(rows: Sequence[Row], column: Column) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row[column.name].text:
            found.setdefault(row[column.name].iri or "", []).append(row)
    return found


def _matrix(table: Table, _: Mapping[str, str]) -> Chart | None:
    axes = [c for c in table.naming if c.role in ("thing", "concept", "period")]
    varying = [c for c in axes if len({r[c.name].text for r in table.rows}) > 1]
    if len(varying) < 2:
        return None
    panels = []
    for unit, rows in _units(table):
        keys = [c for c in table.keys(rows, varying) if c in varying]
        down, across = (keys if len(keys) > 1 else [*keys, *(c for c in varying if c not in keys)])[
            -2:
        ]
        groups = table.by(rows, keys[0]) if len(keys) > 2 else {"": list(rows)}
        for group in groups.values():
            name = table.name(group[0], keys[:1]) if len(keys) > 2 else ""
            panels += _cells(table, group, name, (down, across), unit)
    return {"panels": panels[:PANELS]} if panels else None


def _cells(
    table: Table, rows: Sequence[Row], name: str, axes: tuple[Column, Column], unit: str
) -> list[Chart]:
    def values(column: Column) -> list[str]:
        return list(dict.fromkeys(row[column.name].text or NOTHING for row in rows))

    down, across = sorted(axes, key=lambda c: -len(values(c)))
    all_down, all_across = values(down), values(across)
    downs, acrosses = all_down[:CATEGORIES], all_across[:CATEGORIES]
    measures: list[tuple[Measure, Column] | tuple[None, None]] = [
        (m, c) for m in table.measures(rows, unit) for c in m.columns
    ]
    panels = []
    for measure, column in measures or [(None, None)]:
        cells = []
        for row in rows:
            y, x = (row[c.name].text or NOTHING for c in (down, across))
            if y not in downs or x not in acrosses:
                continue
            if measure is None or column is None:
                point: Chart = {"value": 1, "text": "●", "exact": True}
            elif number(row[column.name].text) is None:
                continue
            else:
                point = table.value(row, column, measure, unit)
            place = {"across": acrosses.index(x), "down": downs.index(y)}
            cells.append({**place, "row": table.place(row), **point})
        panels.append(
            {
                "label": _joined(name, measure.label if measure else ""),
                "rank": bool(measure and measure.rank),
                "down": {"label": table.label(down), "names": downs, "total": len(all_down)},
                "across": {
                    "label": table.label(across),
                    "names": acrosses,
                    "total": len(all_across),
                },
                "cells": cells,
            }
        )
    return panels


def _figure(table: Table, _: Mapping[str, str]) -> Chart | None:
    row = table.rows[0]
    unit = row[table.unit.name].text if table.unit else ""
    figures = []
    for measure in table.measures([row], unit):
        for column in measure.columns:
            label = measure.label if column is measure.columns[0] else table.label(column)
            figures.append({"label": label, **table.value(row, column, measure, unit)})
    return {"figures": figures} if figures else None


_VIEWS: dict[str, Callable[[Table, Mapping[str, str]], Chart | None]] = {
    "bar": _bar,
    "line": _line,
    "map": _map,
    "matrix": _matrix,
    "figure": _figure,
    "network": ties.network,
    "timeline": ties.timeline,
    "tree": trees.tree,
}
