"""Strengths and gaps of a country in a field: who is strong, tied to whom, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kg.analysis import cooperation, reach
from kg.analysis.fields import Fields
from kg.analysis.rows import Data, Row, Tables, Values, text, years

if TYPE_CHECKING:
    import polars as pl

#: Rows of the tables that could have very many.
TIES, UNTAPPED, THIN, KEYSTONES = 500, 100, 300, 100


def compute(data: Data, values: Values) -> Tables:
    """See `kg.analysis.rows.Compute`."""
    country = text(values, "country")
    if country is None:
        return {}
    data.progress("reading who takes part in what")
    whole = cooperation.involvements(data)
    found = cooperation.during(whole, *years(values))
    sought = [concept for name in ("field", "topic", "sector") if (concept := text(values, name))]
    topics, fields = data.table("topics"), Fields(data.table("concepts"))
    for concept in sought:
        found = cooperation.about(found, topics, fields.within([concept]))
    data.progress("weighing ties")
    view = _View(whole, found, country, _members(data, country, text(values, "place")))
    return {
        "strong": view.strong(),
        "countries": view.countries(),
        "ties": view.ties(),
        "untapped": view.untapped(),
        "thin": view.thin(),
        "keystones": view.keystones(),
    }


def _members(data: Data, country: str, place: str | None) -> frozenset[str]:
    """The agents of a country or of a place in it; without a place the country itself too."""
    import polars as pl

    homes = cooperation.nations(data)
    there = homes.filter(pl.col("country") == country)
    if place is not None and place != country:
        at = data.table("places").filter(pl.col("place") == place)
        there = there.join(at.select("agent").unique(), on="agent", how="semi")
    return frozenset(there["agent"])


@dataclass(frozen=True)
class _View:
    """Involvements seen from a country.

    Attributes:
        whole: Involvements of all fields and years.
        found: Those of the field.
        country: The country.
        here: Its agents.
    """

    whole: pl.DataFrame
    found: pl.DataFrame
    country: str
    here: frozenset[str]

    def _is_here(self, name: str = "agent") -> pl.Expr:
        import polars as pl

        return pl.col(name).is_in(list(self.here))

    def _is_abroad(self, name: str = "country") -> pl.Expr:
        import polars as pl

        return pl.col(name).is_not_null() & (pl.col(name) != self.country)

    @cached_property
    def _bodies(self) -> pl.DataFrame:
        """Organizations of a known country in the field, with their numbers and positions."""
        import polars as pl

        kind, thing = pl.col("kind"), pl.col("thing")
        return (
            self.found.filter(~pl.col("state") & pl.col("country").is_not_null())
            .group_by("agent", "country")
            .agg(
                thing.n_unique().alias("things"),
                thing.filter(kind == cooperation.OUTPUT).n_unique().alias("works"),
                thing.filter(kind == cooperation.PROJECT).n_unique().alias("projects"),
                thing.filter(pl.col("role").is_in(cooperation.LEADING)).n_unique().alias("leading"),
                pl.col("fact").unique().sort().alias("evidence"),
            )
            .with_columns(pl.col("things").rank("min", descending=True).alias("position"))
            .sort(["things", "leading", "agent"], descending=[True, True, False])
        )

    @cached_property
    def _shared(self) -> pl.DataFrame:
        """Each thing that an agent here has in common with one abroad, with the facts of both."""
        import polars as pl

        sides = cooperation.telling(self.found)
        facts = self.found.group_by("thing", "agent").agg(pl.col("fact").unique().sort())
        sides = sides.join(facts, on=["thing", "agent"])
        ours = sides.filter(self._is_here()).select(
            "thing", "size", "year", pl.col("agent").alias("here"), pl.col("fact").alias("ours")
        )
        theirs = sides.filter(self._is_abroad()).select(
            "thing", "country", pl.col("agent").alias("partner"), pl.col("fact").alias("theirs")
        )
        return ours.join(theirs, on="thing").with_columns(
            pl.concat_list("ours", "theirs").list.unique().list.sort().alias("facts")
        )

    @cached_property
    def _states(self) -> list[str]:
        """Agents that are no bodies: countries and areas of them."""
        return self.found.filter("state")["agent"].unique().to_list()

    def _evidence(self) -> pl.Expr:
        import polars as pl

        return pl.col("facts").explode().unique().sort().alias("evidence")

    def strong(self) -> Iterator[Row]:
        """Who is strong here."""
        import polars as pl

        abroad = self._shared.group_by("here").agg(
            pl.col("partner").n_unique().alias("abroad"),
            pl.col("country").n_unique().alias("countries"),
        )
        rows = self._bodies.filter(self._is_here()).join(
            abroad, left_on="agent", right_on="here", how="left", maintain_order="left"
        )
        for row in rows.iter_rows(named=True):
            agent, _ = row.pop("agent"), row.pop("country")
            counts = {name: row.pop(name) or 0 for name in ("abroad", "countries")}
            yield {"organisation": agent, **row, **counts}

    def countries(self) -> list[Row]:
        """Where the partners are."""
        import polars as pl

        return (
            self._shared.group_by("country")
            .agg(
                pl.col("thing").n_unique().alias("things"),
                pl.col("partner").n_unique().alias("partners"),
                pl.col("here").n_unique().alias("bodies"),
                pl.col("year").max().alias("last"),
                self._evidence(),
            )
            .sort(["things", "partners", "country"], descending=[True, True, False])
            .to_dicts()
        )

    def ties(self) -> list[Row]:
        """With whom they work."""
        import polars as pl

        return (
            self._shared.group_by("here", "partner", "country")
            .agg(
                pl.col("thing").n_unique().alias("things"),
                (1 / (pl.col("size") - 1)).sum().alias("strength"),
                pl.col("year").max().alias("last"),
                self._evidence(),
            )
            .sort(["strength", "things", "here", "partner"], descending=[True, True, False, False])
            .head(TIES)
            .to_dicts()
        )

    def untapped(self) -> Iterator[Row]:
        """Strong bodies abroad that nobody here works with, and who could introduce them."""
        import polars as pl

        partners = set(self._shared["partner"])
        strong = self._bodies.filter(self._is_abroad() & ~pl.col("agent").is_in(list(partners)))
        strong = strong.head(UNTAPPED)
        between = self._between(frozenset(strong["agent"]))
        elsewhere = self._elsewhere(frozenset(strong["agent"]))
        for row in strong.iter_rows(named=True):
            shared, through = between.get(row["agent"], (0, None))
            common = elsewhere.get(row["agent"], 0)
            yield {
                "organisation": row["agent"],
                "country": row["country"],
                "things": row["things"],
                "position": row["position"],
                "elsewhere": common,
                "shared": shared,
                "through": through,
                "reason": _reason(row["things"], row["position"], common, shared),
                "evidence": row["evidence"],
            }

    def _between(self, wanted: frozenset[str]) -> Mapping[str, tuple[int, str | None]]:
        """How many bodies work with both somebody here and a body, and which of them most."""
        import polars as pl

        pairs = cooperation.pairs(self.found.filter(~pl.col("state")))
        ours = (
            pairs.filter(self._is_here("one"))
            .group_by("other")
            .agg(pl.col("weight").sum().alias("ours"))
            .rename({"other": "through"})
        )
        theirs = pairs.filter(pl.col("one").is_in(list(wanted))).select(
            pl.col("one").alias("agent"), pl.col("other").alias("through"), "weight"
        )
        found = (
            theirs.join(ours, on="through")
            .sort([pl.col("weight") * pl.col("ours"), "through"], descending=[True, False])
            .group_by("agent", maintain_order=True)
            .agg(pl.len().alias("shared"), pl.col("through").first())
        )
        return {agent: (shared, through) for agent, shared, through in found.rows()}

    def _elsewhere(self, wanted: frozenset[str]) -> Mapping[str, int]:
        """Things of any field and time that bodies have in common with somebody here."""
        import polars as pl

        sides = cooperation.telling(self.whole)
        ours = sides.filter(self._is_here()).select("thing").unique()
        theirs = sides.filter(pl.col("agent").is_in(list(wanted)))
        found = theirs.join(ours, on="thing", how="semi").group_by("agent").len()
        return {agent: int(n) for agent, n in found.rows()}

    def thin(self) -> list[Row]:
        """Links that hang on one thing, or on one body here."""
        import polars as pl

        weights = (
            self.found.group_by("agent")
            .agg(pl.col("thing").n_unique().alias("weight"))
            .rename({"agent": "partner"})
        )
        links = (
            self._shared.group_by("partner", "country")
            .agg(
                pl.col("thing").n_unique().alias("things"),
                pl.col("thing").sort().first().alias("thing"),
                pl.col("here").n_unique().alias("bodies"),
                pl.when(pl.col("here").is_in(self._states).any())
                .then(None)
                .otherwise(pl.col("here").sort().first())
                .first()
                .alias("body"),
                self._evidence(),
            )
            .filter(
                (pl.col("things") == 1) | ((pl.col("bodies") == 1) & pl.col("body").is_not_null())
            )
            .join(weights, on="partner", how="left")
            .sort(["weight", "things", "partner"], descending=[True, False, False])
            .head(THIN)
        )
        return [_thin(row) for row in links.iter_rows(named=True)]

    def keystones(self) -> list[Row]:
        """Projects and bodies without which agents abroad would be out of reach."""
        sides = cooperation.telling(self.found)
        homes = dict(sides.select("agent", "country").unique().rows())
        cut = reach.cut_off(sides.select("thing", "agent").rows(), self.here)
        places: dict[str, set[str]] = defaultdict(set)
        for agent in reach.reached(sides.select("thing", "agent").rows(), self.here):
            home = homes.get(agent)
            if home is not None and home != self.country:
                places[home].add(agent)
        facts: dict[str, set[str]] = defaultdict(set)
        for fact, thing, agent in self.found.select("fact", "thing", "agent").rows():
            facts[thing].add(fact)
            facts[agent].add(fact)
        # Countries cannot leave, and a tie that is stated as such is nothing that could end.
        kept = {*self._states, *self.found["fact"]}
        rows = []
        for keystone, lost in cut.items():
            if keystone in kept:
                continue
            gone = {a for a in lost if homes.get(a) is not None and homes[a] != self.country}
            if not gone:
                continue
            whole = sum(1 for some in places.values() if some <= gone)
            rows.append((-len(gone), -whole, keystone, gone))
        return [
            {
                "keystone": keystone,
                "kind": _kind(keystone in homes, keystone in self.here),
                "cut": -less,
                "countries": -whole,
                "reason": _cut(-less, -whole),
                "evidence": sorted(facts[keystone]),
            }
            for less, whole, keystone, _ in sorted(rows)[:KEYSTONES]
        ]


def _reason(things: int, position: int, elsewhere: int, shared: int) -> dict[str, str]:
    zh = [f"在该领域参与 {things} 个事项，位列第 {position}，与这里没有共同事项"]
    en = [f"Things of the field: {things} (position {position}), none in common with anybody here"]
    if elsewhere:
        zh.append(f"但在其他领域有 {elsewhere} 个共同事项")
        en.append(f"things in common in other fields or years: {elsewhere}")
    if shared:
        zh.append(f"双方有 {shared} 个共同的合作方可以牵线")
        en.append(f"partners in common that can introduce them: {shared}")
    return {"zh": "；".join(zh) + "。", "en": "; ".join(en) + "."}


def _thin(row: Mapping[str, Any]) -> Row:
    one, single = row["things"] == 1, row["bodies"] == 1 and row["body"] is not None
    if one and single:
        hangs = {"zh": "一个事项、一家机构", "en": "one thing and one body"}
        reason = {
            "zh": "只有一个共同事项，这里也只有一家机构参与；事项结束或机构退出，联系即断。",
            "en": "One thing only is in common, with one body here: when it ends or the body "
            "leaves, the link is gone.",
        }
    elif one:
        hangs = {"zh": "一个事项", "en": "one thing"}
        reason = {
            "zh": f"共同事项只有一个（这里的参与主体 {row['bodies']} 个）；事项结束，联系即断。",
            "en": f"One thing only is in common (taking part here: {row['bodies']}): when it ends, "
            "the link is gone.",
        }
    else:
        hangs = {"zh": "一家机构", "en": "one body"}
        reason = {
            "zh": f"有 {row['things']} 个共同事项，但这里只有一家机构参与；该机构退出，联系即断。",
            "en": f"{row['things']} things are in common, all with one body here: when it leaves, "
            "the link is gone.",
        }
    stated = row["thing"] in row["evidence"]  # a tie that is stated as such has no thing
    return {
        "partner": row["partner"],
        "country": row["country"],
        "hangs": hangs,
        "thing": row["thing"] if one and not stated else None,
        "body": row["body"] if single else None,
        "things": row["things"],
        "weight": row["weight"],
        "reason": reason,
        "evidence": row["evidence"],
    }


def _kind(agent: bool, here: bool) -> dict[str, str]:
    if not agent:
        return {"zh": "事项", "en": "project or other thing"}
    return (
        {"zh": "这里的机构", "en": "body here"} if here else {"zh": "境外机构", "en": "body abroad"}
    )


def _cut(lost: int, countries: int) -> dict[str, str]:
    zh = f"没有它，{lost} 个境外主体再无通路与这里相连"
    en = f"Agents abroad to which no path is left without it: {lost}"
    if countries:
        zh += f"，其中 {countries} 个国家（地区）完全失联"
        en += f"; countries or regions cut off altogether: {countries}"
    return {"zh": zh + "。", "en": en + "."}
