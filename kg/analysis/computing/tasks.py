"""Tasks and measures: what implements each task, and what there is to see that it was done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from kg.analysis.people import period
from kg.analysis.rows import Data, Row, Tables, Values, text
from kg.namespaces import ISTC

#: Properties that say what a measure is, and not that anything was done.
_CLASSIFYING = frozenset(
    ISTC + name
    for name in (
        "implements", "instrumentType", "platformKind", "cooperationMode", "cooperationForm",
        "sector", "theme", "fieldOfScience", "level", "relatedTo", "locatedIn", "country",
        "hasTask", "taskDimension", "partOf", "hasPart",
    )
)  # fmt: skip
_FIGURE = ISTC + "indicator"
#: Grades of evidence, the strongest first.
FIGURE, DATED, STANDING, NAMED = range(4)
GRADES: Mapping[int, dict[str, str]] = {
    FIGURE: {"zh": "有数据", "en": "figures"},
    DATED: {"zh": "有时间的行动", "en": "dated acts"},
    STANDING: {"zh": "有主体或参与方，无时间", "en": "actors, undated"},
    NAMED: {"zh": "仅被提及", "en": "named only"},
}


@dataclass
class Measure:
    """What is said of a measure.

    Attributes:
        iri: The measure.
        policies: Policies that stand behind it.
        bodies: Who issued, founded, initiated, pays for or takes part in it.
        indicators: Indicators of figures about it.
        spans: Begin and end of its dated facts.
        facts: Facts that show that it was done, by grade.
    """

    iri: str
    policies: set[str] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)
    indicators: set[str] = field(default_factory=set)
    spans: list[tuple[date | None, date | None]] = field(default_factory=list)
    facts: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def grade(self) -> int:
        """The strongest grade of its evidence."""
        return min((grade for grade, facts in self.facts.items() if facts), default=NAMED)

    @property
    def shown(self) -> list[str]:
        """The facts that show that it was done, the strongest first."""
        return [fact for grade in sorted(self.facts) for fact in self.facts[grade]]

    @property
    def period(self) -> str | None:
        """From the first begin to the last end of its dated facts, in years."""
        begins = [begin.year for begin, _ in self.spans if begin is not None]
        ends = [end.year for _, end in self.spans if end is not None]
        return period(min(begins, default=None), max(ends, default=None))


def compute(data: Data, values: Values) -> Tables:
    """See `kg.analysis.rows.Compute`."""
    tasks = data.table("measures")
    for column in ("dimension", "task"):
        wanted = text(values, column)
        if wanted:
            tasks = tasks.filter(pl.col(column) == wanted)
    known = measures(data, tasks)
    document = text(values, "document")
    return {
        "dimensions": list(_dimensions(tasks, known)),
        "map": list(_map(tasks, known)),
        "problems": list(_problems(data, document)),
        "recommendations": list(_recommendations(data, document)),
        "unproven": list(_unproven(tasks, known)),
    }


def measures(data: Data, tasks: pl.DataFrame) -> dict[str, Measure]:
    """The measures of some tasks with all that shows whether they were done.

    Args:
        data: What is read.
        tasks: Rows of the projection `measures`.
    """
    found: dict[str, Measure] = {}
    placed = tasks.drop_nulls("measure").sort("measure", "fact")
    for row in placed.iter_rows(named=True):
        one = found.setdefault(row["measure"], Measure(row["measure"]))
        if row["begin"] is not None or row["end"] is not None:
            one.spans.append((row["begin"], row["end"]))
            if row["fact"] not in one.facts[DATED]:
                one.facts[DATED].append(row["fact"])
    said = data.table("measure-facts").join(
        placed.select("measure").unique(), on="measure", how="semi", maintain_order="left"
    )
    for row in said.iter_rows(named=True):
        _note(found[row["measure"]], row)
    return found


def _note(one: Measure, row: Mapping[str, object]) -> None:
    """Note a fact about a measure."""
    fact, other, property_ = str(row["fact"]), str(row["other"]), str(row["property"])
    if property_ == _FIGURE:
        one.indicators.add(other)
        _add(one.facts[FIGURE], fact)
        return
    if row["policy"]:
        one.policies.add(other)
    if property_ in _CLASSIFYING:
        return
    if row["actor"]:
        one.bodies.add(other)
    begin, end = row["begin"], row["end"]
    dated = isinstance(begin, date) or isinstance(end, date)
    if dated:
        one.spans.append(
            (begin if isinstance(begin, date) else None, end if isinstance(end, date) else None)
        )
    _add(one.facts[DATED if dated else STANDING], fact)


def _add(facts: list[str], fact: str) -> None:
    if fact not in facts:
        facts.append(fact)


def _dimensions(tasks: pl.DataFrame, known: Mapping[str, Measure]) -> Iterator[Row]:
    """Tasks and measures of each dimension, by grade of evidence."""
    for (dimension,), some in tasks.group_by("dimension", maintain_order=True):
        # A measure that serves two tasks of a dimension counts once.
        iris = some["measure"].drop_nulls().unique()
        grades = [known[iri].grade for iri in iris]
        yield {
            "dimension": str(dimension),
            "tasks": some["task"].n_unique(),
            "measures": len(iris),
            "figures": grades.count(FIGURE),
            "dated": grades.count(DATED),
            "standing": grades.count(STANDING),
            "named": grades.count(NAMED),
            "evidence": sorted({*some["placing"], *some["fact"].drop_nulls()}),
        }


def _map(tasks: pl.DataFrame, known: Mapping[str, Measure]) -> Iterator[Row]:
    """Dimension → task → measure with policy, body, period, indicator and evidence."""
    pairs = tasks.group_by("dimension", "task", "measure", maintain_order=True).agg(
        pl.col("placing").unique().sort(), pl.col("fact").drop_nulls().unique().sort()
    )
    for row in pairs.sort("dimension", "task", "measure", nulls_last=True).iter_rows(named=True):
        one = known.get(row["measure"])
        yield {
            "dimension": row["dimension"],
            "task": row["task"],
            "measure": row["measure"],
            **(_about(one) if one else {"done": {"zh": "没有举措", "en": "no measure"}}),
            "evidence": _unique([*row["fact"], *row["placing"], *(one.shown if one else [])]),
        }


def _about(one: Measure) -> Row:
    """The columns that tell of a measure; of several policies, bodies or indicators the first."""
    return {
        "policy": min(one.policies, default=None),
        "body": min(one.bodies, default=None),
        "bodies": len(one.bodies),
        "period": one.period,
        "indicator": min(one.indicators, default=None),
        "done": dict(GRADES[one.grade]),
    }


def _unproven(tasks: pl.DataFrame, known: Mapping[str, Measure]) -> Iterator[Row]:
    """Measures of which no source gives a figure or a dated act."""
    for row in tasks.drop_nulls("measure").sort("task", "measure").iter_rows(named=True):
        one = known[row["measure"]]
        if one.grade >= STANDING:
            yield {
                "measure": one.iri,
                "task": row["task"],
                "dimension": row["dimension"],
                "body": min(one.bodies, default=None),
                "done": dict(GRADES[one.grade]),
                "evidence": _unique([row["fact"], *one.shown]),
            }


# --- problems and recommendations -----------------------------------------------------------------


def _stated(data: Data, kind: str, document: str | None) -> pl.DataFrame:
    """Arguments of a kind by document: columns thing, document, facts."""
    found = data.table("arguments").filter(pl.col("kind") == ISTC + kind)
    if document:
        found = found.filter(pl.col("document") == document)
    return (
        found.group_by("thing", "document")
        .agg(facts=pl.col("fact").unique().sort())
        .sort("document", "thing")
    )


def _links(data: Data, name: str) -> dict[str, list[str]]:
    """Ends of a property of problems and recommendations, by thing."""
    found = data.table("argument-links").filter(pl.col("property") == ISTC + name)
    ends: dict[str, list[str]] = defaultdict(list)
    for thing, other in found.select("thing", "other").iter_rows():
        ends[thing].append(other)
    return ends


def _problems(data: Data, document: str | None) -> Iterator[Row]:
    """Problems that no recommendation addresses."""
    addressed = {end for ends in _links(data, "addresses").values() for end in ends}
    types, affected = _links(data, "problemType"), _links(data, "affects")
    for thing, source, facts in _stated(data, "Problem", document).iter_rows():
        if thing not in addressed:
            yield {
                "problem": thing,
                "type": min(types.get(thing, ()), default=None),
                "affects": min(affected.get(thing, ()), default=None),
                "document": source,
                "evidence": facts,
            }


def _recommendations(data: Data, document: str | None) -> Iterator[Row]:
    """Recommendations that name no platform, programme, mechanism or tool by which to do them."""
    means = _links(data, "byMeansOf")
    to, instruments = _links(data, "directedAt"), _links(data, "instrumentType")
    for thing, source, facts in _stated(data, "Recommendation", document).iter_rows():
        if thing not in means:
            yield {
                "recommendation": thing,
                "instrument": min(instruments.get(thing, ()), default=None),
                "addressee": min(to.get(thing, ()), default=None),
                "document": source,
                "evidence": facts,
            }


def _unique(facts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(facts))
