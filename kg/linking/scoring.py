"""How well a candidate fits a thing: a score from 0 to 1, with the features that make it up.

An identifier of the same value decides; one of the same scheme with another value speaks against.
Without identifiers the best pair of names gives the score, which country, kind of body and the
names in the other language raise or lower. The numbers are set in `WEIGHTS` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kg import resources
from kg.finding.words import chinese
from kg.linking.known import SINGLE, Known
from kg.linking.normalising import Form

WEIGHTS = {
    "identifier": 0.99,
    "same-name": 0.95,
    "other-name": 0.94,
    "same-words": 0.92,
    "near-name": 0.88,
    "abbreviation": 0.80,
    "country": 0.03,
    "country-unknown": -0.07,
    "country-related": -0.10,
    "country-differs": -0.40,
    "body-differs": -0.20,
    "names-differ": -0.15,
    "renamed": -0.10,
    "identifier-differs": -0.50,
    "person": -0.20,
}
#: Likeness below which two full names are taken to be different.
DIFFERENT = 0.34
#: How alike two words must be to count as one misspelt, and how long.
_MISSPELT, _LONG = 0.84, 5
#: ISO codes within one state; data sets use the one or the other.
_RELATED = ({"country/CHN", "country/HKG"}, {"country/CHN", "country/MAC"})
_BODIES = {
    "University": "university",
    "MedicalInstitution": "hospital",
    "Ministry": "ministry",
    "NationalAcademy": "academy",
}
_GOVERNMENT = frozenset({"Ministry", "GovernmentBody"})
#: Bodies that are another thing than the one whose name they bear.
_APART = frozenset(
    {"hospital", "school", "library", "branch", "department", "centre", "laboratory", "foundation"}
)


@dataclass(frozen=True)
class Feature:
    """A reason for or against.

    Attributes:
        name: One of `WEIGHTS`, or of the table `features.csv`.
        weight: What it adds to the score.
        value: The name, identifier or country that it is about.
        share: Likeness in per cent, for names that are alike.
    """

    name: str
    weight: float
    value: str = ""
    share: int = 100

    def words(self, language: str) -> str:
        """The reason in Chinese (`zh`) or English (`en`)."""
        return _words()[self.name][language].format(value=self.value, share=self.share)


@cache
def _words() -> dict[str, dict[str, str]]:
    return {row["feature"]: row for row in resources.rows("kg", "linking", "features.csv")}


@dataclass(frozen=True)
class Described:
    """One side of a comparison: a candidate or a thing.

    Attributes:
        names: Forms of the names; of a thing the labels.
        others: Forms of a thing's other names.
        identifiers: Scheme and value.
        countries: Keys of countries.
        known: The thing; None for a candidate.
    """

    names: tuple[Form, ...]
    others: tuple[Form, ...] = ()
    identifiers: frozenset[tuple[str, str]] = frozenset()
    countries: frozenset[str] = frozenset()
    known: Known | None = None

    @property
    def full(self) -> tuple[Form, ...]:
        """All names that are no abbreviations."""
        return tuple(form for form in (*self.names, *self.others) if not form.code)


@dataclass(frozen=True)
class Scored:
    """How well a candidate fits a thing.

    Attributes:
        key: Key of the thing.
        score: From 0 to 1.
        features: Why, the weightiest first.
    """

    key: str
    score: float
    features: tuple[Feature, ...] = field(default=())


#: Says how telling a word is: rare ones weigh more.
Rarity = Callable[[str], float]


def score(candidate: Described, thing: Described, rarity: Rarity, kind: str) -> Scored:
    """Compare a candidate with a thing.

    Args:
        candidate: What comes in.
        thing: What is there.
        rarity: Weight of a word of a name.
        kind: Kind of the candidate, e.g. `org`.

    Returns:
        The score with its features.
    """
    assert thing.known is not None  # noqa: S101 - things come from `Linker` only
    features = list(_identifiers(candidate, thing))
    agreed = any(f.name == "identifier" for f in features)
    named = False
    if not agreed:
        best = _names(candidate, thing, rarity)
        if best is None:
            return Scored(thing.known.key, 0.0)
        features.append(best)
        features += _around(candidate, thing, best, rarity, kind)
        # Chinese labels tell bodies of two countries apart; English ones often do not.
        named = best.name == "same-name" and any(map(chinese, best.value))
    features += _country(candidate, thing, agreed, named)
    total = sum(feature.weight for feature in features)
    ordered = sorted(features, key=lambda f: -abs(f.weight))
    return Scored(thing.known.key, round(min(max(total, 0.0), 1.0), 3), tuple(ordered))


def _feature(name: str, value: str = "", share: float = 1.0) -> Feature:
    weight = WEIGHTS[name] * (share if name == "near-name" else 1.0)
    return Feature(name, round(weight, 3), value, round(100 * share))


def _identifiers(candidate: Described, thing: Described) -> list[Feature]:
    same = candidate.identifiers & thing.identifiers
    held: Mapping[str, str] = dict(thing.identifiers)
    against = sorted(
        f"{scheme} {value}"
        for scheme, value in candidate.identifiers
        if scheme in SINGLE and held.get(scheme, value) != value
    )
    found = [_feature("identifier", ", ".join(sorted(f"{s} {v}" for s, v in same)))] if same else []
    if against:
        found.append(_feature("identifier-differs", ", ".join(against)))
    return found


def _names(candidate: Described, thing: Described, rarity: Rarity) -> Feature | None:
    """The feature of the best pair of names."""
    best: Feature | None = None
    for mine in candidate.names:
        for rank, theirs in (
            *(("same-name", form) for form in thing.names),
            *(("other-name", form) for form in thing.others),
        ):
            found = _pair(mine, theirs, rank, rarity)
            if found is not None and (best is None or found.weight > best.weight):
                best = found
    return best


def _pair(mine: Form, theirs: Form, rank: str, rarity: Rarity) -> Feature | None:
    if mine.code or theirs.code:
        same = bool(mine.code) and mine.code == theirs.code
        return _feature("abbreviation", theirs.text) if same else None
    if mine.chinese != theirs.chinese:
        return None
    if set(mine.keys) & set(theirs.keys):
        return _feature(rank, theirs.text)
    against = mine.countries and theirs.countries and not mine.countries & theirs.countries
    # The name of a body of the world with that of a country is the name of an office.
    office = mine.world and theirs.world and bool(mine.countries) != bool(theirs.countries)
    if not (against or office) and (
        set(mine.bare_keys) & {*theirs.keys, *theirs.bare_keys}
        or set(theirs.bare_keys) & set(mine.keys)
    ):
        return _feature("same-words", theirs.text)
    share = likeness(mine, theirs, rarity)
    return _feature("near-name", theirs.text, share)


def likeness(mine: Form, theirs: Form, rarity: Rarity) -> float:
    """How alike two names of one script are, from 0 to 1.

    Latin names share words, weighted by how telling they are; a misspelt word counts nearly as the
    right one. Chinese names share characters in their order.
    """
    if mine.chinese:
        return fuzz.ratio(mine.words[0], theirs.words[0]) / 100
    left, right = set(mine.words), set(theirs.words)
    shared = sum(rarity(word) for word in left & right)
    total = sum(rarity(word) for word in left | right)
    rest = right - left
    for word in left - right:
        near = [
            other
            for other in rest
            if word[0] == other[0]
            and min(len(word), len(other)) >= _LONG
            and OSA.normalized_similarity(word, other, score_cutoff=_MISSPELT)
        ]
        if near:
            rest.discard(near[0])
            weight = min(rarity(word), rarity(near[0]))
            shared += 0.95 * weight
            total -= max(rarity(word), rarity(near[0]))
    return shared / total if total else 0.0


def _around(
    candidate: Described, thing: Described, best: Feature, rarity: Rarity, kind: str
) -> list[Feature]:
    """What else the names say for or against the best pair."""
    assert thing.known is not None  # noqa: S101 - as in `score`
    found: list[Feature] = []
    exact = best.name in ("same-name", "other-name", "same-words")
    differing = _differing(candidate, thing, rarity)
    if differing and best.name != "near-name":
        found.append(_feature("names-differ", differing))
        if best.name == "abbreviation":
            found.append(_feature("names-differ", differing))
    if not exact:
        mine = frozenset().union(*(form.bodies for form in candidate.full))
        theirs = frozenset().union(*(form.bodies for form in thing.full))
        theirs |= {_BODIES[c] for c in thing.known.classes if c in _BODIES}
        apart = (mine ^ theirs) & _APART
        if mine and theirs and (apart or not mine & theirs):
            found.append(_feature("body-differs", ", ".join(sorted(apart or mine ^ theirs))))
    if best.name == "other-name" and thing.known.classes & _GOVERNMENT:
        found.append(_feature("renamed"))
    if kind == "person":
        found.append(_feature("person"))
    return found


def _differing(candidate: Described, thing: Described, rarity: Rarity) -> str:
    """A full name of the thing in a script in which all names of both differ; else empty."""
    for script in (True, False):
        mine = [form for form in candidate.full if form.chinese == script]
        theirs = [form for form in thing.full if form.chinese == script]
        keys = {key for form in mine for key in form.keys}
        if (
            mine
            and theirs
            and not any(keys & set(form.keys) for form in theirs)
            and all(likeness(a, b, rarity) < DIFFERENT for a in mine for b in theirs)
        ):
            return theirs[0].text
    return ""


def _country(candidate: Described, thing: Described, agreed: bool, named: bool) -> list[Feature]:
    mine, theirs = candidate.countries, thing.countries
    if mine & theirs:
        return [] if agreed else [_feature("country", _codes(mine & theirs))]
    if mine and theirs:
        related = any(mine & pair and theirs & pair for pair in _RELATED)
        if agreed:
            return [] if related else [_feature("country-related", _codes(theirs))]
        return [_feature("country-related" if related else "country-differs", _codes(theirs))]
    world = any(form.world for form in candidate.full)
    return [] if agreed or named or not theirs or world else [_feature("country-unknown")]


def _codes(keys: frozenset[str]) -> str:
    return ", ".join(sorted(key.removeprefix("country/") for key in keys))


__all__ = ["WEIGHTS", "Described", "Feature", "Rarity", "Scored", "likeness", "score"]
