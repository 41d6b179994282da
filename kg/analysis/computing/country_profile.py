"""The profile of a country beside peers and over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from kg.analysis import coauthoring, cooperation, measures
from kg.analysis.coauthoring import Coauthoring
from kg.analysis.rows import Data, Row, Tables, Values, number, text, years
from kg.namespaces import ID

if TYPE_CHECKING:
    import polars as pl

#: Indicators of a country's research and technology, in the order of the table.
INDICATORS = tuple(
    f"{ID}indicator/{key}"
    for key in (
        "rd-intensity", "gerd", "researchers-per-million", "rd-performed-by-business",
        "rd-funded-from-abroad", "journal-articles", "articles-international",
        "share-of-world-articles", "patent-applications-residents",
        "patent-applications-nonresidents", "high-tech-exports", "high-tech-export-share",
        "ip-receipts", "ip-payments", "tertiary-enrolment", "gdp",
    )
)  # fmt: skip


def compute(data: Data, values: Values) -> Tables:
    """The tables of `country-profile.yaml`."""
    country = text(values, "country")
    if country is None:
        return {}
    peers = [p for p in (text(values, f"peer{n}") for n in (1, 2, 3)) if p and p != country]
    chosen = [country, *dict.fromkeys(peers)]
    first, last = years(values)
    works = coauthoring.read(data, first, last)
    figures = _figures(data, chosen, first, last)
    top = int(number(values, "top", 15))
    return {
        "overview": [_overview(works, one) for one in chosen] if works.last else [],
        "series": list(_series(works, chosen)),
        "partners": list(_partners(works, country, top)),
        "strength": list(_strength(works, country, chosen[1:])),
        "indicators": list(_indicators(figures, chosen)),
        "over-time": list(_over_time(figures, chosen, text(values, "indicator") or INDICATORS[0])),
        "memberships": list(_memberships(data, country, chosen[1:])),
        "agreements": list(_agreements(data, country)),
        "projects": list(_projects(data, country)),
    }


# --- co-authorship --------------------------------------------------------------------------------


def _overview(works: Coauthoring, country: str) -> Row:
    last, first = works.last, works.first
    assert last is not None  # noqa: S101 - asked of what has years only
    assert first is not None  # noqa: S101 - as well
    now = works.in_year(last).of(country).sort("works", descending=True)
    total, fact = works.totals.get((country, last), (None, None))
    before, earlier = works.totals.get((country, first), (None, None))
    parts = now["works"].to_list()
    grown = measures.growth(before, total, last - first) if before and total else None
    return {
        "country": country,
        "works": total,
        "growth": measures.percent(grown),
        "partners": len(parts),
        "largest": measures.percent(parts[0] / total) if parts and total else None,
        "five": measures.percent(measures.top_share(parts, 5)),
        "hhi": measures.index(measures.hhi(parts)),
        "shannon": measures.index(measures.shannon(parts)),
        "period": str(last),
        "evidence": [*filter(None, (fact, earlier)), *now["fact"].to_list()[:20]],
    }


def _series(works: Coauthoring, chosen: Sequence[str]) -> Iterator[Row]:
    for country in chosen:
        for (one, year), (total, fact) in sorted(works.totals.items()):
            if one == country:
                yield {
                    "country": one,
                    "period": str(year),
                    "works": total,
                    "evidence": [fact],
                }


def _partners(works: Coauthoring, country: str, top: int) -> Iterator[Row]:
    last, first = works.last, works.first
    if last is None or first is None:
        return
    now, before = works.in_year(last), works.in_year(first).of(country)
    earlier = dict(zip(before["other"], before["works"], strict=True))
    ties: dict[str, float] = defaultdict(float)
    of: dict[str, list[float]] = defaultdict(list)
    for one, _, _, joint, _ in now.joint.rows():
        ties[one] += joint
        of[one].append(joint)
    total = sum(ties.values())
    mine, own = works.totals.get((country, last), (0.0, ""))
    ranked = now.of(country).sort("works", "other", descending=[True, False])
    for partner, _, joint, fact in ranked.head(top).rows():
        theirs, other = works.totals.get((partner, last), (0.0, ""))
        start = earlier.get(partner)
        grown = measures.growth(start, joint, last - first) if start else None
        yield {
            "partner": partner,
            "works": joint,
            "share": measures.percent(joint / mine) if mine else None,
            "salton": measures.index(measures.salton(joint, mine, theirs)),
            "jaccard": measures.index(
                measures.jaccard(joint, mine, theirs) if mine and theirs else None
            ),
            "affinity": measures.index(
                measures.activity_index(joint, ties[country], ties[partner], total)
            ),
            "growth": measures.percent(grown),
            "position": 1 + sum(more > joint for more in of[partner]),
            "period": str(last),
            "evidence": [*filter(None, (fact, own, other))],
        }


def _strength(works: Coauthoring, country: str, peers: Sequence[str]) -> Iterator[Row]:
    mine = works.of(country).sort("year")
    for peer in peers:
        for other, year, joint, fact in mine.rows():
            if other == peer:
                one, own = works.totals.get((country, year), (0.0, ""))
                two, theirs = works.totals.get((peer, year), (0.0, ""))
                yield {
                    "partner": peer,
                    "period": str(year),
                    "salton": measures.index(measures.salton(joint, one, two)),
                    "works": joint,
                    "evidence": [*filter(None, (fact, own, theirs))],
                }


# --- figures --------------------------------------------------------------------------------------


def _figures(
    data: Data, chosen: Sequence[str], first: int | None, last: int | None
) -> pl.DataFrame:
    """Yearly figures of countries, one for each indicator, unit and year."""
    import polars as pl

    found = (
        data.table("figures")
        .filter(
            pl.col("about").str.starts_with(f"{ID}country/")
            & (pl.col("begin").dt.year() == pl.col("end").dt.year())
        )
        .with_columns(pl.col("begin").dt.year().alias("year"))
    )
    if first is not None:
        found = found.filter(pl.col("year") >= first)
    if last is not None:
        found = found.filter(pl.col("year") <= last)
    return found.sort("indicator", "about", "year", "document", "fact").unique(
        ["indicator", "about", "year", "unit"], keep="last", maintain_order=True
    )


def _indicators(figures: pl.DataFrame, chosen: Sequence[str]) -> Iterator[Row]:
    import polars as pl

    for indicator in INDICATORS:
        known = figures.filter(pl.col("indicator") == indicator)
        for country in chosen:
            latest = known.filter(pl.col("about") == country).sort("year").tail(1)
            for row in latest.iter_rows(named=True):
                alike = known.filter(
                    (pl.col("year") == row["year"]) & pl.col("unit").eq_missing(row["unit"])
                )
                yield {
                    "indicator": indicator,
                    "country": country,
                    "value": row["value"],
                    "unit": row["unit"],
                    "position": 1 + alike.filter(pl.col("value") > row["value"]).height,
                    "among": alike.height,
                    "period": str(row["year"]),
                    "evidence": [row["fact"]],
                }


def _over_time(figures: pl.DataFrame, chosen: Sequence[str], indicator: str) -> Iterator[Row]:
    import polars as pl

    known = figures.filter(pl.col("indicator") == indicator)
    for country in chosen:
        for row in known.filter(pl.col("about") == country).sort("year").iter_rows(named=True):
            yield {
                "country": country,
                "period": str(row["year"]),
                "value": row["value"],
                "unit": row["unit"],
                "evidence": [row["fact"]],
            }


# --- records --------------------------------------------------------------------------------------


def span(begin: object, end: object) -> str | None:
    """The years of two days as EDTF; None when neither is known."""
    if begin is None and end is None:
        return None
    one, other = (str(day)[:4] if day is not None else ".." for day in (begin, end))
    return one if one == other else f"{one}/{other}"


def _memberships(data: Data, country: str, peers: Sequence[str]) -> Iterator[Row]:
    import polars as pl

    parts = data.table("participations").filter(pl.col("role").is_in(cooperation.MEMBERS))
    members = data.table("members").select(
        "fact",
        pl.col("whole").alias("thing"),
        "agent",
        pl.lit(cooperation.MEMBERS[0]).alias("role"),
        "begin",
        "end",
    )
    found = pl.concat([parts, members]).unique(maintain_order=True)
    others = found.filter(pl.col("agent").is_in(list(peers))).select("thing", "agent").unique()
    count = dict(others.group_by("thing").len().iter_rows())
    mine = found.filter(pl.col("agent") == country).sort("begin", "thing", nulls_last=True)
    grouped: dict[tuple[str, str, str | None], list[str]] = {}
    for row in mine.iter_rows(named=True):
        key = (row["thing"], row["role"], span(row["begin"], row["end"]))
        grouped.setdefault(key, []).append(row["fact"])
    for (thing, role, period), facts in grouped.items():
        yield {
            "organization": thing,
            "role": role,
            "period": period,
            "peers": count.get(thing, 0),
            "evidence": facts,
        }


def _agreements(data: Data, country: str) -> Iterator[Row]:
    import polars as pl

    found = data.table("agreements").with_columns(
        pl.coalesce("in_force", "signed", "named").alias("day")
    )
    size = found.group_by("agreement").agg(pl.col("party").n_unique().alias("parties"))
    small = found.join(size.filter(pl.col("parties") <= cooperation.OPEN), on="agreement")
    mine = small.filter(pl.col("party") == country).select("agreement", "fact", "day").unique()
    nations = cooperation.nations(data).filter("state")["agent"].to_list()
    theirs = small.filter((pl.col("party") != country) & pl.col("party").is_in(nations)).select(
        "agreement", "party", pl.col("fact").alias("other")
    )
    both = mine.join(theirs, on="agreement")
    grouped = both.group_by("party").agg(
        pl.col("agreement").n_unique().alias("number"),
        pl.col("day").min().alias("first"),
        pl.col("day").max().alias("last"),
        pl.col("fact").unique().sort().alias("facts"),
        pl.col("other").unique().sort().alias("others"),
    )
    for row in grouped.sort("number", "party", descending=[True, False]).iter_rows(named=True):
        yield {
            "partner": row["party"],
            "agreements": row["number"],
            "first": str(row["first"]) if row["first"] else None,
            "last": str(row["last"]) if row["last"] else None,
            "evidence": _mixed(row["facts"], row["others"]),
        }


def _projects(data: Data, country: str) -> Iterator[Row]:
    import polars as pl

    found = cooperation.involvements(data)
    kept = cooperation.telling(found).filter(
        (pl.col("kind") != cooperation.OUTPUT) & ~pl.col("kind").is_in(cooperation.PACTS)
    )
    facts = found.select("thing", "agent", "fact")
    mine = kept.filter(pl.col("country") == country).select("thing").unique()
    theirs = kept.join(mine, on="thing").filter(pl.col("country") != country)
    both = theirs.join(facts, on=["thing", "agent"])
    grouped = both.group_by("country").agg(
        pl.col("thing").n_unique().alias("number"), pl.col("fact").unique().sort().alias("facts")
    )
    for row in grouped.sort("number", "country", descending=[True, False]).iter_rows(named=True):
        yield {
            "partner": row["country"],
            "projects": row["number"],
            "evidence": row["facts"],
        }


def _mixed(*lists: Iterable[str]) -> list[str]:
    """Facts of several lists, the first of each first."""
    return [fact for some in lists for fact in some]


__all__ = ["INDICATORS", "compute", "span"]
