"""Figures that the paper on Beijing prints on entities and cooperations, to stand beside others.

A computed share agrees with an exact figure when it rounds to it; with a figure in words (about,
more than, below) it is compatible when it lies in the interval that the words allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kg.analysis.rows import Data, Row
from kg.namespaces import ID, VOCAB

_EXACT = f"{VOCAB}value-qualifier/exact"
_OUTCOME = f"{VOCAB}comparison-outcome/"
_BEIJING = f"{ID}place/beijing"
_ENTITIES = f"{ID}population/beijing-istc-entities"
_COOPERATIONS = f"{ID}population/beijing-istc-cooperations"


@dataclass(frozen=True)
class Figure:
    """A figure of the paper.

    Attributes:
        fact: IRI of its fact.
        indicator: Key of the indicator.
        about: What it is about.
        value: The number; percentages from 0 to 100.
        lower: Least value that the wording allows.
        upper: Greatest value that the wording allows.
        qualifier: How exact it is.
        wording: The figure as printed.
        period: Its time, as EDTF.
        area: Area that it is limited to.
        counterpart: The other side.
        category: The concept by which it is broken down.
        population: What it is a share of.
    """

    fact: str
    indicator: str
    about: str
    value: float
    lower: float | None
    upper: float | None
    qualifier: str
    wording: str
    period: str
    area: str | None
    counterpart: str | None
    category: str | None
    population: str | None

    @property
    def rank(self) -> int:
        """A position in a ranking."""
        return int(self.value)

    def outcome(self, computed: float) -> str:
        """Whether a computed value agrees with it: a concept of comparison-outcome."""
        low = self.lower is None or computed >= self.lower
        high = self.upper is None or computed <= self.upper
        if not (low and high):
            return f"{_OUTCOME}conflict"
        return _OUTCOME + ("agree" if self.qualifier == _EXACT else "compatible")


@dataclass(frozen=True)
class Published:
    """All figures of the paper.

    Attributes:
        figures: The figures, in the order of their facts.
    """

    figures: tuple[Figure, ...]

    def of(self, indicator: str, fits: Callable[[Figure], bool] = lambda _: True) -> list[Figure]:
        """Figures of an indicator."""
        return [f for f in self.figures if f.indicator == indicator and fits(f)]

    def entity_shares(self, scheme: str) -> dict[str, list[Figure]]:
        """Shares of entities by concept of a scheme."""
        found = self.of("share-of-istc-entities", lambda f: f.population == _ENTITIES)
        return _by(found, lambda f: _in(f.category, scheme) if f.area == _BEIJING else None)

    def district_figures(self) -> tuple[dict[str, list[Figure]], dict[str, list[Figure]]]:
        """Shares and numbers of entities by district."""

        def district(figure: Figure) -> str | None:
            return figure.area if figure.area != _BEIJING and not figure.category else None

        shares = _by(self.of("share-of-istc-entities"), district)
        return shares, _by(self.of("istc-entities"), district)

    def cooperation_shares(self, scheme: str) -> dict[str, list[Figure]]:
        """Shares of cooperations by concept of a scheme."""
        return _by(self._shares(), lambda f: _in(f.category, scheme) if not f.counterpart else None)

    def counterpart_shares(self) -> dict[str, list[Figure]]:
        """Shares of all cooperations by partner: country or continent."""
        return _by(self._shares(), lambda f: f.counterpart)

    def sector_shares(self) -> dict[tuple[str, str], list[Figure]]:
        """Shares of sectors in the cooperations with a continent."""
        found: dict[tuple[str, str], list[Figure]] = {}
        for figure in self.of("share-of-istc-cooperation", lambda f: bool(f.counterpart)):
            sector = _in(figure.category, "sector")
            if sector and figure.counterpart:
                found.setdefault((sector, figure.counterpart), []).append(figure)
        return found

    def country_ranks(self, sector: str | None = None) -> dict[str, list[Figure]]:
        """Positions of partner countries, of all or in a sector."""
        return _by(
            self.of("rank-partner-country-in-istc", lambda f: f.category == sector and not f.area),
            lambda f: f.about,
        )

    def ranks(self, indicator: str) -> dict[tuple[str, str], list[Figure]]:
        """Positions of concepts in the cooperation with a partner."""
        found: dict[tuple[str, str], list[Figure]] = {}
        for figure in self.of(indicator):
            if figure.category and figure.counterpart:
                found.setdefault((figure.category, figure.counterpart), []).append(figure)
        return found

    def entities_by_year(self) -> dict[str, list[Figure]]:
        """Number of entities of Beijing by year."""
        found = self.of("istc-entities", lambda f: f.area == _BEIJING and f.period.isdigit())
        return _by(found, lambda f: f.period)

    def _shares(self) -> list[Figure]:
        return self.of("share-of-istc-cooperation", lambda f: f.population == _COOPERATIONS)


def read(data: Data) -> Published:
    """The figures of the paper, from the table `register-published`."""
    rows = data.table("register-published").iter_rows(named=True)
    return Published(tuple(Figure(**{**r, "indicator": _key(r["indicator"])}) for r in rows))


def beside(row: Row, figures: Iterable[Figure], computed: float | None, *, compare: bool) -> Row:
    """A row with the figures that the paper prints.

    Args:
        row: The row.
        figures: What the paper prints on it; a figure that it prints twice is shown once.
        computed: The computed value in the unit of the figures; None where there is none.
        compare: Whether the two are of one selection.

    Returns:
        The row with `published`, `wording`, `paper` and, when there is something to compare,
        `outcome`.
    """
    found = list(figures)
    if not found:
        return row
    exact = sorted(found, key=lambda f: f.qualifier != _EXACT)
    row |= {
        "published": exact[0].value,
        "wording": "；".join(dict.fromkeys(f.wording for f in exact)),
        "paper": [f.fact for f in found],
    }
    if computed is not None and compare:
        outcomes = {f.outcome(computed) for f in found}
        worst = ("conflict", "compatible", "agree")
        row["outcome"] = next(_OUTCOME + o for o in worst if _OUTCOME + o in outcomes)
    return row


def _key(iri: str) -> str:
    return iri.rpartition("/")[2]


def _in(category: str | None, scheme: str) -> str | None:
    return category if category and category.startswith(f"{VOCAB}{scheme}/") else None


def _by(figures: Iterable[Figure], key: Callable[[Figure], str | None]) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = {}
    for figure in figures:
        name = key(figure)
        if name is not None:
            found.setdefault(name, []).append(figure)
    return found


__all__ = ["Figure", "Published", "beside", "read"]
