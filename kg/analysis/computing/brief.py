"""A brief on the cooperation of two countries in a field: what is on record, and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from kg import resources
from kg.analysis import between, coauthoring, cooperation, measures
from kg.analysis.between import INSTRUMENT, MECHANISM, Between
from kg.analysis.coauthoring import Coauthoring
from kg.analysis.computing.country_profile import span
from kg.analysis.rows import Data, Row, Tables, Values, number, text, years
from kg.analysis.stating import CONFLICT, Stating
from kg.entries import Bilingual
from kg.namespaces import ID, ISTC

if TYPE_CHECKING:
    import polars as pl

_EVENT = f"{ISTC}Event"
#: Tables of which an empty one is named among what is not known.
_HELD = (
    "over-time", "stated", "agreements", "platforms", "projects", "organisations", "policies",
)  # fmt: skip


def compute(data: Data, values: Values) -> Tables:
    """The tables of `brief.yaml`."""
    home, partner = text(values, "country"), text(values, "partner")
    if home is None or partner is None or home == partner:
        return {}
    first, last = years(values)
    data.progress("reading who takes part in what")
    joint = between.read(data, home, partner, text(values, "field"), first, last)
    works = _Works(coauthoring.read(data, first, last), home, partner)
    signed = _Signed(between.agreements(data, home, partner), last)
    data.progress("reading what documents state")
    told = Stating(data, home, partner, first, last)
    tables: dict[str, list[Row]] = {
        "over-time": list(works.over_time()),
        "stated": list(told.figures()),
        "statements": list(told.statements()),
        "agreements": [*signed.rows(), *_mechanisms(joint)],
        "platforms": list(_platforms(joint)),
        "projects": list(_projects(joint)),
        "organisations": list(_organisations(joint)),
        "untapped": list(_untapped(joint)),
        "policies": list(told.policies(signed.found)),
        "differences": [*signed.differences(), *told.differences()],
    }
    top = int(number(values, "top", 6))
    return {
        "key-figures": [*works.figures(), *signed.figures(), *_counted(joint)],
        **{name: rows if name == "over-time" else rows[:top] for name, rows in tables.items()},
        "gaps": [*_empty(tables), *_partial(joint, works, signed), *_missing(data)],
    }


def _table(name: str) -> list[dict[str, str]]:
    return resources.rows("kg", "analysis", name)


@cache
def _wordings() -> Mapping[str, Bilingual]:
    return {row["key"]: {"zh": row["zh"], "en": row["en"]} for row in _table("brief-words.csv")}


def _words(key: str, **values: object) -> Bilingual:
    """A wording of `brief-words.csv` with its values filled in."""
    return {tongue: text.format(**values) for tongue, text in _wordings()[key].items()}


def _figure(
    key: str,
    value: float | None,
    unit: str,
    evidence: Sequence[str],
    period: str | None = None,
    beside: Bilingual | None = None,
) -> Row:
    return {
        "figure": _words(key),
        "value": value,
        "unit": f"{ID}unit/{unit}",
        "beside": beside,
        "period": period,
        "evidence": evidence,
    }


# --- co-authorship --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Works:
    """Joint works of two countries by year."""

    works: Coauthoring
    home: str
    partner: str

    @cached_property
    def series(self) -> list[tuple[int, float, str]]:
        """Year, works and fact, in the order of time."""
        mine = self.works.of(self.home)
        return sorted((y, w, f) for other, y, w, f in mine.rows() if other == self.partner)

    def over_time(self) -> Iterator[Row]:
        """A row for each year."""
        for year, joint, fact in self.series:
            total, own = self.works.totals.get((self.home, year), (0.0, ""))
            yield {
                "period": str(year),
                "works": joint,
                "share": f"{100 * joint / total:.2f}" if total else None,
                "evidence": [*filter(None, (fact, own))],
            }

    def figures(self) -> Iterator[Row]:
        """What the last year and the course of all say."""
        if not self.series:
            return
        (begin, before, earlier), (end, joint, fact) = self.series[0], self.series[-1]
        when = str(end)
        yield _figure("works", joint, "work", [fact], when, _words("works.beside"))
        if end > begin and before:
            grown = measures.growth(before, joint, end - begin)
            beside = _words("growth.beside", before=before, after=joint)
            yield _figure(
                "growth",
                measures.percent(grown),
                "percent",
                [earlier, fact],
                f"{begin}/{end}",
                beside,
            )
        now, totals = self.works.in_year(end), {}
        for name, one, other in (
            ("share-home", self.home, self.partner),
            ("share-partner", self.partner, self.home),
        ):
            total, own = now.totals.get((one, end), (0.0, ""))
            if total:
                totals[one] = (total, own)
                theirs = {partner: works for partner, _, works, _ in now.of(one).rows()}
                place = 1 + sum(more > theirs[other] for more in theirs.values())
                beside = _words(f"{name}.beside", place=place, among=len(theirs))
                share = measures.percent(joint / total)
                yield _figure(name, share, "percent", [fact, own], when, beside)
        if len(totals) > 1:
            (mine, own), (theirs_all, other) = totals[self.home], totals[self.partner]
            strength = measures.index(measures.salton(joint, mine, theirs_all))
            yield _figure("salton", strength, "ratio", [fact, own, other], when)


# --- agreements -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Signed:
    """Instruments of two countries, as they are in a year.

    Attributes:
        found: All instruments, see `kg.analysis.between.agreements`.
        year: The year; None for whatever the dates say.
    """

    found: pl.DataFrame
    year: int | None

    @cached_property
    def own(self) -> list[dict[str, Any]]:
        """Those of few parties."""
        import polars as pl

        return self.found.filter(pl.col("parties") <= cooperation.OPEN).to_dicts()

    def _ended(self, row: Mapping[str, Any]) -> bool:
        return row["expires"] is not None and row["expires"].year < (self.year or 9999)

    def _state(self, row: Mapping[str, Any]) -> Bilingual:
        if self._ended(row):
            return _words("expired", day=row["expires"])
        if row["in_force"] is not None:
            later = row["in_force"].year > (self.year or 9999)
            return _words("enters", day=row["in_force"]) if later else _words("in-force")
        if row["signed"] is not None:
            return _words("signed")
        return _words("undated" if row["named"] is None else "named")

    def rows(self) -> Iterator[Row]:
        """The table of agreements."""
        for row in self.own:
            exact = row["in_force"] or row["signed"]
            yield {
                "agreement": row["agreement"],
                "kind": row["kind"],
                "date": str(exact) if exact else span(row["named"], row["named"]),
                "state": self._state(row),
                "parties": row["parties"],
                "evidence": row["facts"],
            }

    def figures(self) -> Iterator[Row]:
        """How many there are."""
        if self.own:
            held = [row for row in self.own if not self._ended(row)]
            dated = sum(row["in_force"] is not None for row in held)
            beside = _words("agreements.beside", dated=dated, gone=len(self.own) - len(held))
            facts = [fact for row in held for fact in row["facts"]]
            yield _figure("agreements", len(held), "agreement", facts, beside=beside)

    def differences(self) -> Iterator[Row]:
        """Instruments for which sources give several years of one party."""
        for row in self.own:
            named = sorted({str(day.year) for day in row["disputed"]})
            if len(named) > 1:
                yield {
                    "matter": row["agreement"],
                    "period": f"{named[0]}/{named[-1]}",
                    "values": {"zh": "；".join(named), "en": "; ".join(named)},
                    "outcome": CONFLICT,
                    "evidence": row["facts"],
                }


# --- records --------------------------------------------------------------------------------------


def _mechanisms(joint: Between) -> Iterator[Row]:
    import polars as pl

    for row in joint.things.filter(pl.col("kind") == MECHANISM).to_dicts():
        yield {
            "agreement": row["thing"],
            "kind": MECHANISM,
            "date": span(row["year"], row["year"]),
            "state": _words("mechanism"),
            "parties": row["size"],
            "evidence": row["facts"],
        }


def _lasted(begin: int | None, end: int | None) -> str | None:
    """The years of a thing: the first alone where its end is not known."""
    return span(begin, begin if end is None else end) if begin is not None else None


def _joint(joint: Between) -> pl.DataFrame:
    """Joint things that have no table of their own."""
    import polars as pl

    apart = (cooperation.OUTPUT, cooperation.PROJECT, MECHANISM, INSTRUMENT, _EVENT)
    return joint.things.filter(~pl.col("stated") & ~pl.col("kind").is_in(apart))


def _platforms(joint: Between) -> Iterator[Row]:
    words = {True: "fits", False: "elsewhere", None: "unstated"}
    for row in _joint(joint).to_dicts():
        yield {
            "thing": row["thing"],
            "kind": row["kind"],
            "fits": _words(words[row["fits"]]) if joint.concepts is not None else None,
            "period": _lasted(row["year"], row["until"]),
            "participants": row["size"],
            "evidence": row["facts"],
        }


def _of(joint: Between, kind: str) -> pl.DataFrame:
    """Joint things of a kind that are of the field, the latest first."""
    import polars as pl

    fits = pl.col("fits").fill_null(value=False)
    return joint.things.filter((pl.col("kind") == kind) & fits)


def _projects(joint: Between) -> Iterator[Row]:
    for row in _of(joint, cooperation.PROJECT).to_dicts():
        yield {
            "project": row["thing"],
            "period": _lasted(row["year"], row["until"]),
            "home": row["home"],
            "partner": row["partner"],
            "participants": row["size"],
            "evidence": row["facts"],
        }


def _organisations(joint: Between) -> Iterator[Row]:
    for row in joint.pairs.to_dicts():
        yield {
            "home": row["one"],
            "partner": row["other"],
            "things": row["things"],
            "strength": round(row["weight"], 3),
            "last": span(row["last"], row["last"]),
            "evidence": row["facts"],
        }


def _untapped(joint: Between) -> Iterator[Row]:
    for row in joint.strangers.to_dicts():
        yield {
            "organisation": row["agent"],
            "things": row["things"],
            "position": row["position"],
            "evidence": row["facts"],
        }


def _counted(joint: Between) -> Iterator[Row]:
    """Numbers of records; what there is none of is among what is not known."""
    counted = {
        "platforms": _joint(joint),
        "projects": _of(joint, cooperation.PROJECT),
        "outputs": _of(joint, cooperation.OUTPUT),
        "pairs": joint.pairs,
    }
    for key, found in counted.items():
        if found.height:
            beside = _words(f"{key}.beside") if joint.concepts is not None else None
            facts = [fact for some in found["facts"] for fact in some]
            yield _figure(key, found.height, "item", facts, beside=beside)


# --- what is not known ----------------------------------------------------------------------------


def _empty(tables: Mapping[str, list[Row]]) -> Iterator[Row]:
    """Tables that hold nothing."""
    for name in _HELD:
        if not tables[name]:
            yield {"matter": _words(f"gap.{name}"), "state": _words("none")}


def _partial(joint: Between, works: _Works, signed: _Signed) -> Iterator[Row]:
    """What is known in part."""
    import polars as pl

    def row(key: str, **values: object) -> Row:
        return {"matter": _words(key), "state": _words(f"{key}.state", **values)}

    if works.series:
        yield row("gap.years", last=works.series[-1][0])
    things = joint.things.filter(~pl.col("stated"))
    unknown = things.filter(pl.col("fits").is_null()).height
    if unknown:
        yield row("gap.fields", unknown=unknown, whole=things.height)
    wide = signed.found.filter(pl.col("parties") > cooperation.OPEN).height
    if wide:
        yield row("gap.wide", wide=wide, open=cooperation.OPEN)


def _missing(data: Data) -> Iterator[Row]:
    """Data sets that would tell more and are not in the graph."""
    known = {f"{ID}doc/{row['key']}": row for row in _table("brief.csv")}
    asked = [NamedNode(document) for document in known]
    rows = data.select("documents-held", document=asked)
    held = {term.value for row in rows for term in row.values() if isinstance(term, NamedNode)}
    for document, row in known.items():
        if document not in held:
            yield {
                "matter": {"zh": row["zh"], "en": row["en"]},
                "state": _words("gap.set"),
                "remedy": _words("gap.set.remedy", name=row["key"]),
            }


__all__ = ["compute"]
