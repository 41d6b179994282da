"""Partners for a need, an offer, or for what a country seeks in a field."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from kg.analysis import cooperation, countries, frameworks, partners
from kg.analysis.cooperation import involvements
from kg.analysis.fields import Fields
from kg.analysis.partners import Ground, Scored
from kg.analysis.rows import Data, Row, Tables, Values, number, text
from kg.entries import Bilingual
from kg.namespaces import ID

if TYPE_CHECKING:
    import polars as pl

#: Rows of the tables, and facts of a row, that could be very many.
CANDIDATES, FRAMEWORKS, EVIDENCE = 100, 300, 200
#: Components of which a reason speaks from this value on.
_TELLING = 0.25
_SAME_KIND = {"zh": "类别相同", "en": "it is of the same kind"}


def compute(data: Data, values: Values) -> Tables:
    """See `kg.analysis.rows.Compute`."""
    data.progress("reading who takes part in what")
    asked = _asked(data, values)
    view = _Matching(data, asked, ground(data, asked.year))
    data.progress("scoring candidates")
    found = view.candidates()
    return {
        "candidates": view.rows(found),
        "notices": view.notices(),
        "frameworks": view.frameworks([view.ground.homes[one.name] for one in found]),
        "countries": view.countries(),
    }


def ground(data: Data, year: int, *, hidden: pl.DataFrame | None = None) -> Ground:
    """What is known of all agents.

    Args:
        data: The graph.
        year: The year for which partners are sought.
        hidden: Things (column thing) that are taken as not known, to measure how well they can
            be told.
    """
    import polars as pl

    found, topics = involvements(data), data.table("topics")
    if hidden is not None:
        found = found.join(hidden, on="thing", how="anti")
    told = cooperation.telling(found).select("thing", "agent", "year", "size")
    tied = (
        told.rename({"agent": "one"})
        .join(told.select("thing", pl.col("agent").alias("other")), on="thing")
        .filter(pl.col("one") < pl.col("other"))
    )
    last = found["year"].max()
    now = last if isinstance(last, int) else year
    network = partners.adjacency(
        (one, other, partners.faded(when, now) / (size - 1))
        for one, other, when, size in tied.select("one", "other", "year", "size").rows()
    )
    once = found.unique(["thing", "agent"])
    concepts: dict[str, dict[str, float]] = {}
    counted = (
        once.join(topics.select("thing", "concept").unique(), on="thing")
        .group_by("agent", "concept")
        .len()
        .sort("agent", "concept")
    )
    for agent, concept, n in counted.rows():
        concepts.setdefault(agent, {})[concept] = float(n)
    homes = cooperation.nations(data).select("agent", "country").rows()
    return Ground(
        network,
        dict(once.group_by("agent").len().rows()),
        concepts,
        dict(homes),
        Fields(data.table("concepts")),
        frameworks.cover(frameworks.in_force(data, year)),
    )


def coauthorships(data: Data) -> pl.DataFrame:
    """Works that two countries signed together: columns fact, one, other, year, works."""
    import polars as pl

    return (
        data.table("pairs")
        .filter(pl.col("indicator") == f"{ID}indicator/co-authored-works")
        .select(
            "fact",
            "one",
            "other",
            pl.col("begin").dt.year().alias("year"),
            pl.col("value").alias("works"),
        )
    )


@dataclass(frozen=True)
class _Asked:
    """What is sought.

    Attributes:
        concepts: Fields, themes and sectors.
        country: Country that seeks.
        body: Body that seeks; None for all of the country.
        kinds: Kinds of need or offer; none for all.
        sought: Countries in which partners are sought; None for all others.
        year: The year.
        need: Whether offers are sought; else needs.
        notice: The notice itself.
    """

    concepts: tuple[str, ...]
    country: str | None
    body: str | None
    kinds: frozenset[str]
    sought: frozenset[str] | None
    year: int
    need: bool
    notice: str | None


def _asked(data: Data, values: Values) -> _Asked:
    import polars as pl

    homes = dict(cooperation.nations(data).select("agent", "country").rows())
    notice = text(values, "need")
    said = data.table("notices").filter(pl.col("notice") == pl.lit(notice, pl.String))
    body = text(values, "organisation") or (said["contact"][0] if len(said) else None)
    concepts = [c for name in ("field", "topic", "sector") if (c := text(values, name))]
    kind, sought = text(values, "kind"), text(values, "sought")
    year = int(number(values, "year", date.today().year))
    places = [homes[place] for place in said["place"].drop_nulls() if place in homes]
    country = homes.get(body) if body else None
    return _Asked(
        tuple(concepts or said["concept"].drop_nulls().unique().sort()),
        country or (places[0] if places else text(values, "country")),
        body,
        frozenset([kind] if kind else said["kind"].drop_nulls()),
        _countries(data, [sought] if sought else said["sought"].drop_nulls().to_list(), year),
        year,
        bool(said["need"][0]) if len(said) else True,
        notice,
    )


def _countries(data: Data, areas: list[str], year: int) -> frozenset[str] | None:
    """Countries, with the members of groups in their place; None when nothing is given."""
    import polars as pl

    if not areas:
        return None
    members = frameworks.lasting(data.table("members"), year)
    members = members.filter(pl.col("whole").is_in(areas))
    return frozenset(areas) | frozenset(members["agent"])


@dataclass(frozen=True)
class _Matching:
    data: Data
    asked: _Asked
    ground: Ground

    @cached_property
    def _found(self) -> pl.DataFrame:
        return involvements(self.data)

    @cached_property
    def _seekers(self) -> frozenset[str]:
        if self.asked.body is not None:
            return frozenset([self.asked.body])
        homes = self.ground.homes.items()
        return frozenset(agent for agent, home in homes if home == self.asked.country)

    def _wanted(self, country: str | None) -> bool:
        if country is None or country == self.asked.country:
            return False
        return self.asked.sought is None or country in self.asked.sought

    def candidates(self) -> list[Scored]:
        """The bodies abroad that are sought, the best first."""
        import polars as pl

        found = (
            self._found.filter(~pl.col("state")).select("agent", "country").unique().sort("agent")
        )
        names = [agent for agent, country in found.rows() if self._wanted(country)]
        parts = self.ground.components(self._seekers, names, self.asked.concepts)
        likely = [name for name in names if self._speaks(parts, name)]
        return partners.scored(likely, parts, partners.weights("organisations"))[:CANDIDATES]

    def _speaks(self, parts: Mapping[str, Mapping[str, float]], name: str) -> bool:
        """Whether anything but its country and its weight speaks for a candidate."""
        if self.asked.concepts:
            return parts["field"].get(name, 0) > 0
        return any(parts[p].get(name, 0) > 0 for p in ("field", "past", "neighbours"))

    def rows(self, found: list[Scored]) -> Iterator[Row]:
        """Candidates with the facts of what they take part in: in the field, or with a seeker."""
        import polars as pl

        within = self.ground.fields.within(self.asked.concepts)
        facts = self._found.filter(pl.col("agent").is_in([one.name for one in found]))
        if within:
            facts = cooperation.about(facts, self.data.table("topics"), within)
        ours = self._found.filter(pl.col("agent").is_in(list(self._seekers)))["thing"].unique()
        stated = dict(
            facts.with_columns(pl.col("thing").is_in(ours.to_list()).alias("joint"))
            .sort("joint", "fact", descending=[True, False])
            .group_by("agent", maintain_order=True)
            .agg(pl.col("fact").unique(maintain_order=True).head(EVIDENCE))
            .rows()
        )
        for one in found:
            yield {
                "organisation": one.name,
                "country": self.ground.homes[one.name],
                "score": _points(one.score),
                **{part: _points(value) for part, value in one.components.items()},
                "reason": _reason(one.components, sought=bool(self.asked.concepts)),
                "evidence": stated.get(one.name, []),
            }

    def notices(self) -> list[Row]:
        """Needs and offers that fit."""
        import polars as pl

        asked = self.asked
        told = self.data.table("notices").filter(
            (pl.col("need") != asked.need)
            & (pl.col("end").is_null() | (pl.col("end").dt.year() >= asked.year))
            & (pl.col("begin").is_null() | (pl.col("begin").dt.year() <= asked.year))
        )
        if asked.notice is not None:
            told = told.filter(pl.col("notice") != asked.notice)
        rows: list[Row] = []
        for (notice,), some in told.group_by("notice"):
            kinds = set(some["kind"].drop_nulls())
            contact = some["contact"][0]
            home = self._home(some)
            areas = some["sought"].drop_nulls().to_list()
            theirs = _countries(self.data, areas, asked.year)
            fits = not asked.kinds or not kinds or bool(kinds & asked.kinds)
            if not fits or (home is not None and not self._wanted(home)):
                continue
            if theirs is not None and asked.country not in theirs:
                continue
            concepts = some["concept"].drop_nulls().unique().to_list()
            near = _near(self.ground.fields, asked.concepts, concepts)
            if asked.concepts and not near:
                continue
            cover = self.ground.cover.get((asked.country or "", home or ""), 0.0)
            until = some["end"].max()
            rows.append(
                {
                    "notice": str(notice),
                    "organisation": contact,
                    "country": home,
                    "score": _points((2 * near + cover) / 3),
                    "field": _points(near),
                    "frameworks": _points(cover),
                    "until": str(until) if until is not None else None,
                    "reason": _fits(near, kinds & asked.kinds, cover),
                    "evidence": some["fact"].unique().sort().to_list(),
                }
            )
        return sorted(rows, key=lambda row: (-float(str(row["score"])), str(row["notice"])))

    def _home(self, notice: pl.DataFrame) -> str | None:
        """The country of a notice: of its contact, else its place."""
        homes = self.ground.homes
        agents = [*notice["contact"], *notice["place"].drop_nulls()]
        return next((homes[agent] for agent in agents if agent in homes), None)

    def frameworks(self, candidates: list[str]) -> list[Row]:
        """What is in force between the country and those of candidates, or those sought."""
        import polars as pl

        if self.asked.country is None:
            return []
        standing = frameworks.in_force(self.data, self.asked.year)
        found = frameworks.shared(standing, self.asked.country)
        wanted = self.asked.sought or frozenset(candidates)
        if wanted:
            found = found.filter(pl.col("country").is_in(list(wanted)))
        order = ["parties", "since", "country", "thing"]
        last = [False, True, False, False]
        return (
            found.sort(order, descending=last, nulls_last=True)
            .head(FRAMEWORKS)
            .select("thing", "kind", "country", "parties", "since", "until", "evidence")
            .to_dicts()
        )

    def countries(self) -> Iterator[Row]:
        """Countries with which cooperation is likely to grow."""
        if self.asked.country is None:
            return
        told = countries.Coauthorship(coauthorships(self.data))
        for row in told.likely(self.asked.country, self.ground.cover):
            if self._wanted(row.name):
                yield {
                    "country": row.name,
                    "score": _points(row.score),
                    "works": told.works(self.asked.country, row.name),
                    **{part: _points(value) for part, value in row.components.items()},
                    "evidence": told.facts(self.asked.country, row.name),
                }


def _near(fields: Fields, sought: tuple[str, ...], offered: list[str]) -> float:
    """The likeness of the nearest two concepts; 0 when either side names none."""
    return max((fields.likeness(a, b) for a in sought for b in offered), default=0.0)


def _points(value: float) -> float:
    return round(100 * value, 1)


def _joined(said: list[Bilingual]) -> Bilingual | None:
    if not said:
        return None
    zh, en = ("；".join(s["zh"] for s in said), "; ".join(s["en"] for s in said))
    return {"zh": f"{zh}。", "en": f"{en[0].upper()}{en[1:]}."}


def _reason(components: Mapping[str, float], *, sought: bool) -> Bilingual | None:
    """What speaks for a candidate; weight in a field does only where a field is sought."""
    if not sought:
        components = {part: value for part, value in components.items() if part != "standing"}
    best = sorted(components.items(), key=lambda item: -item[1])
    return _joined([partners.says(part) for part, value in best if value >= _TELLING])


def _fits(near: float, kinds: Collection[str], cover: float) -> Bilingual | None:
    said = [partners.says("field")] if near >= _TELLING else []
    if kinds:
        said.append(_SAME_KIND)
    if cover >= _TELLING:
        said.append(partners.says("frameworks"))
    return _joined(said)
