"""The monitor of cooperation: registers counted as the paper on Beijing counts, beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from kg.analysis import listing, measures, publishing, registering
from kg.analysis.publishing import Figure, Published, beside
from kg.analysis.registering import Register, Side
from kg.analysis.rows import Data, Row, Tables, Values, years
from kg.namespaces import VOCAB

#: A row that rests on more facts names none: the lists of entities and cooperations have them.
_FACTS = 20
#: Partner countries that are listed for each sector.
_LEADING = 5
_TOP = 3
_SEVERAL = f"{VOCAB}cooperation-mode/mixed"

_MEASURES = {
    "entities": {"zh": "合作主体", "en": "Cooperating entities"},
    "working": {"zh": "其中登记有合作的主体", "en": "Entities with a registered cooperation"},
    "cooperations": {"zh": "合作", "en": "Cooperations"},
    "partners": {"zh": "具名合作方", "en": "Partners by name"},
    "country": {"zh": "合作国家（地区）", "en": "Partner countries and regions"},
    "continent": {"zh": "合作方所在大洲", "en": "Continents of partners"},
    "place": {"zh": "有合作主体的区域", "en": "Places with entities"},
}
_DIMENSIONS = {
    "place": {"zh": "区域（主体）", "en": "Place (entities)"},
    "carrier": {"zh": "载体类型（主体）", "en": "Kind of carrier (entities)"},
    "sector": {"zh": "产业领域（主体）", "en": "Sector (entities)"},
    "partner_kind": {"zh": "合作方性质（合作）", "en": "Kind of partner (cooperations)"},
    "mode": {"zh": "合作模式（合作）", "en": "Mode (cooperations)"},
    "continent": {"zh": "大洲（合作）", "en": "Continent (cooperations)"},
    "country": {"zh": "国家（地区）（合作）", "en": "Country or region (cooperations)"},
}


def compute(data: Data, values: Values) -> Tables:
    """Count the selected entities and cooperations of the registers.

    Args:
        data: The graph.
        values: See `kg.analysis.registering.read`.

    Returns:
        The tables of register-monitor.yaml.
    """
    data.progress("reading the registers")
    register, paper = registering.read(data, values), publishing.read(data)
    entities, cooperations, whole = register.entities, register.cooperations, register.whole
    data.progress("counting")
    return {
        "overview": _overview(register, paper),
        "entities-by-year": _entities_by_year(register, paper, *years(values)),
        "districts": _districts(register, paper),
        "carriers": _shares(entities, "carrier", paper.entity_shares("entity-type"), whole),
        "sectors": _shares(entities, "sector", paper.entity_shares("sector"), whole),
        "modes": _shares(
            cooperations, "mode", paper.cooperation_shares("cooperation-mode"), whole
        ),
        "partner-kinds": _shares(
            cooperations, "partner_kind", paper.cooperation_shares("partner-type"), whole
        ),
        "continents": _shares(
            cooperations, "continent", _continents(paper), whole
        ),
        "countries": _countries(register, paper),
        "cooperations-by-year": _cooperations_by_year(register, *years(values)),
        "sectors-by-continent": _crossed(
            cooperations, "sector", "continent", paper.ranks("rank-sector-in-istc"), whole,
            shares=paper.sector_shares(),
        ),
        "sectors-by-partner-kind": _crossed(cooperations, "sector", "partner_kind", {}, whole),
        "modes-by-continent": _crossed(
            cooperations, "mode", "continent", paper.ranks("rank-cooperation-mode-in-istc"), whole,
            unranked=_SEVERAL,
        ),
        "countries-by-sector": _leading(cooperations, paper, whole),
        "concentration": _concentration(register),
        "entities": listing.entities(register),
        "cooperations": listing.cooperations(register),
    }  # fmt: skip


def _facts(found: Iterable[str]) -> list[str]:
    facts = sorted(found)
    return facts if len(facts) <= _FACTS else []


def _share(number: int, whole: int) -> float | None:
    return 100 * number / whole if whole else None


def _shown(share: float | None) -> float | None:
    """Per cent with two decimals; it is compared as it is."""
    return None if share is None else round(share, 2)


def _overview(register: Register, paper: Published) -> Iterator[Row]:
    entities, cooperations = register.entities, register.cooperations
    numbers = {
        "entities": entities.number,
        "working": cooperations.units["entity"].n_unique(),
        "cooperations": cooperations.number,
        "partners": cooperations.traits["partner"]["value"].n_unique(),
        **{
            name: side.traits[name]["value"].n_unique()
            for name, side in (
                ("country", cooperations),
                ("continent", cooperations),
                ("place", entities),
            )
        },
    }
    by_year = paper.entities_by_year()
    printed = {
        "entities": by_year[max(by_year)] if by_year else [],
        "country": paper.of("partner-countries"),
        "continent": paper.of("partner-continents"),
        "place": paper.of("districts-with-istc-entities"),
    }
    for name, label in _MEASURES.items():
        number = numbers[name] if entities.number else None
        row: Row = {"measure": label, "number": number}
        yield beside(row, printed.get(name, []), number, compare=register.whole)


def _entities_by_year(
    register: Register, paper: Published, begin: int | None, end: int | None
) -> Iterator[Row]:
    printed, spans = paper.entities_by_year(), register.spans
    active = dict(spans.group_by("year").len().iter_rows())
    first, last = (
        dict(spans.group_by("entity").agg(year).group_by("year").len().iter_rows())
        for year in (pl.col("year").min(), pl.col("year").max())
    )
    known = sorted({*active, *(int(year) for year in printed)})
    facts = dict(
        register.entities.units.group_by("entity").agg(pl.col("fact").unique()).iter_rows()
    )
    by_year = dict(spans.group_by("year").agg("entity").iter_rows())
    for year in known:
        if (begin is not None and year < begin) or (end is not None and year > end):
            continue
        now, before = active.get(year), active.get(year - 1)
        row: Row = {"year": str(year), "entities": now}
        if now is not None:
            opening = year == min(active)
            row |= {
                "newcomers": None if opening else first.get(year, 0),
                "leavers": None if opening else last.get(year - 1, 0),
                "growth": None if not before else round(100 * (now - before) / before, 1),
                "records": _facts({f for one in by_year[year] for f in facts.get(one, ())}),
            }
        yield beside(row, printed.get(str(year), []), now, compare=register.whole)


def _districts(register: Register, paper: Published) -> Iterator[Row]:
    entities = register.entities
    shares, numbers = paper.district_figures()
    counted = {
        value: (number, facts) for value, number, facts in entities.counted("place").iter_rows()
    }
    for area in {*shares, *numbers} - counted.keys():
        inside = register.inside(area)
        counted[area] = (inside["unit"].n_unique(), inside["fact"].to_list())
    empty = not entities.number
    for area, (number, facts) in sorted(counted.items(), key=lambda c: (-c[1][0], c[0])):
        share = _share(number, entities.number)
        row: Row = {
            "place": area,
            "number": None if empty else number,
            "share": _shown(share),
            "records": _facts(facts),
        }
        row = beside(row, shares.get(area, []), share, compare=register.whole)
        if area in numbers:
            said = beside({}, numbers[area], None if empty else number, compare=register.whole)
            row["published_number"] = said["wording"]
            row["paper"] = [*_texts(row.get("paper")), *_texts(said["paper"])]
            row["outcome"] = _worse(row.get("outcome"), said.get("outcome"))
        yield row


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _worse(*outcomes: object) -> str | None:
    known = [str(outcome) for outcome in outcomes if outcome]
    return next((o for end in ("conflict", "compatible") for o in known if o.endswith(end)),
                known[0] if known else None)  # fmt: skip


def _shares(
    side: Side, dimension: str, printed: Mapping[str, list[Figure]], whole: bool
) -> Iterator[Row]:
    counted = side.counted(dimension)
    for value, number, facts in counted.iter_rows():
        share = _share(number, side.number)
        row: Row = {
            "value": value,
            "number": number,
            "share": _shown(share),
            "records": _facts(facts),
        }
        yield beside(row, printed.get(value, []), share, compare=whole)
    alone = printed.keys() - set(counted["value"])
    for value in sorted(alone, key=lambda v: (-printed[v][0].value, v)):
        none = 0.0 if side.number else None
        row = {"value": value, "number": None if none is None else 0, "share": none}
        yield beside(row, printed[value], none, compare=whole)


def _continents(paper: Published) -> dict[str, list[Figure]]:
    return {
        value: [f for f in figures if f.category] for value, figures in
        paper.counterpart_shares().items() if "/id/group/" in value
    }  # fmt: skip


def _countries(register: Register, paper: Published) -> Iterator[Row]:
    cooperations = register.cooperations
    shares = {v: f for v, f in paper.counterpart_shares().items() if "/id/country/" in v}
    ranks = paper.country_ranks()
    continent = dict(
        cooperations.traits["country"]
        .join(cooperations.traits["continent"], on="fact", suffix="_of")
        .group_by("value").agg(pl.col("value_of").mode().sort().first()).iter_rows()
    )  # fmt: skip
    counted = cooperations.counted("country")
    position = measures.ranks(dict(counted.select("value", "number").iter_rows()))
    found = {value: (number, facts) for value, number, facts in counted.iter_rows()}
    others = sorted({*shares, *ranks} - found.keys(), key=lambda c: _first(ranks.get(c, [])))
    for value in (*found, *others):
        number, facts = found.get(value, (None, []))
        share = None if number is None else _share(number, cooperations.number)
        row: Row = {
            "country": value, "continent": continent.get(value), "number": number,
            "share": _shown(share), "rank": position.get(value), "records": _facts(facts),
        }  # fmt: skip
        row = beside(row, shares.get(value, []), share, compare=register.whole)
        yield _ranked(row, ranks.get(value, []), position.get(value), register.whole)


def _first(figures: list[Figure]) -> int:
    return min((figure.rank for figure in figures), default=_FACTS)


def _ranked(row: Row, figures: list[Figure], computed: int | None, whole: bool) -> Row:
    """A row with the position that the paper prints."""
    if not figures:
        return row
    row["published_rank"] = figures[0].rank
    row["paper"] = [*_texts(row.get("paper")), *(f.fact for f in figures)]
    if computed is not None and whole:
        row["outcome"] = _worse(row.get("outcome"), figures[0].outcome(computed))
    return row


def _cooperations_by_year(register: Register, begin: int | None, end: int | None) -> Iterator[Row]:
    units, last = register.cooperations.units, register.last
    dated = units.filter(pl.col("begin").is_not_null() | pl.col("end").is_not_null())
    if last is None or dated.is_empty():
        return
    stop = pl.col("end").fill_null(pl.lit(last))
    span = pl.int_ranges(pl.col("begin").fill_null(pl.col("end")), stop + 1, dtype=pl.Int64)
    each = dated.select("unit", "fact", "begin", year=span).explode("year").drop_nulls("year")
    rows = each.group_by("year").agg(
        pl.col("unit").n_unique().alias("number"),
        pl.col("unit").filter(pl.col("begin") == pl.col("year")).n_unique().alias("begun"),
        pl.col("fact").unique().alias("facts"),
    )
    for year, number, begun, facts in rows.sort("year").iter_rows():
        if (begin is None or year >= begin) and (end is None or year <= end):
            yield {
                "year": str(year), "number": number, "begun": begun, "records": _facts(facts)
            }  # fmt: skip


def _crossed(
    side: Side,
    one: str,
    other: str,
    ranks: Mapping[tuple[str, str], list[Figure]],
    whole: bool,
    *,
    shares: Mapping[tuple[str, str], list[Figure]] | None = None,
    unranked: str = "",
) -> Iterator[Row]:
    shares = shares or {}
    base = dict(side.counted(other).select("value", "number").iter_rows())
    counted = side.crossed(one, other)
    places: dict[str, dict[str, int]] = {}
    for a, b, number, _ in counted.iter_rows():
        if a != unranked:
            places.setdefault(b, {})[a] = number
    position = {b: measures.ranks(found) for b, found in places.items()}
    found = {(a, b): (number, facts) for a, b, number, facts in counted.iter_rows()}
    printed = [pair for pair in (*ranks, *shares) if "/id/group/" in pair[1]]
    for pair in dict.fromkeys(
        (*found, *sorted(printed, key=lambda p: (p[1], _first(ranks.get(p, [])))))
    ):
        number, facts = found.get(pair, (None, []))
        share = None if number is None else _share(number, base[pair[1]])
        rank = position.get(pair[1], {}).get(pair[0])
        row: Row = {
            "one": pair[0], "other": pair[1], "number": number, "share": _shown(share),
            "rank": rank, "records": _facts(facts),
        }  # fmt: skip
        row = beside(row, shares.get(pair, []), share, compare=whole)
        yield _ranked(row, ranks.get(pair, []), rank, whole)


def _leading(side: Side, paper: Published, whole: bool) -> Iterator[Row]:
    counted = side.crossed("country", "sector")
    by_sector: dict[str, dict[str, tuple[int, list[str]]]] = {}
    for country, sector, number, facts in counted.iter_rows():
        by_sector.setdefault(sector, {})[country] = (number, facts)
    printed = {f.category for f in paper.of("rank-partner-country-in-istc") if f.category}
    for sector in sorted({*by_sector, *printed}):
        found, ranks = by_sector.get(sector, {}), paper.country_ranks(sector)
        position = measures.ranks({country: number for country, (number, _) in found.items()})
        kept = [c for c in found if position[c] <= _LEADING or c in ranks]
        for country in (*kept, *(c for c in ranks if c not in found)):
            number, facts = found.get(country, (None, []))
            row: Row = {
                "sector": sector, "country": country, "number": number,
                "rank": position.get(country), "records": _facts(facts),
            }  # fmt: skip
            yield _ranked(row, ranks.get(country, []), position.get(country), whole)


def _concentration(register: Register) -> Iterator[Row]:
    for name, label in _DIMENSIONS.items():
        of_entities = name in registering.OF_ENTITIES
        side = register.entities if of_entities else register.cooperations
        parts = side.counted(name)["number"].to_list()
        if not parts:
            continue
        index, even, top = (
            measures.hhi(parts),
            measures.shannon(parts),
            measures.top_share(parts, _TOP),
        )
        yield {
            "dimension": label,
            "values": len(parts),
            "stated": side.traits[name]["unit"].n_unique(),
            "hhi": None if index is None else round(10000 * index),
            "top1": round(100 * (measures.top_share(parts, 1) or 0), 2),
            "top3": None if top is None else round(100 * top, 2),
            "shannon": None if even is None else round(even, 3),
        }
