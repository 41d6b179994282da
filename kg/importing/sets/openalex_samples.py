"""OpenAlex: works with their authors, institutions, countries and field, of both generations of its
API.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import ijson

from kg.errors import InvalidInput
from kg.importing import facts, people, rows, works
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.facts import Declared, Things
from kg.importing.rows import Item
from kg.tables import Table

Work = dict[str, Any]


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, link).items(folder))


def _works(path: Path, prefix: str) -> Iterator[Work]:
    try:
        with path.open("rb") as file:
            yield from ijson.items(file, prefix, use_float=True)
    except (OSError, ijson.JSONError) as error:
        raise InvalidInput(f"Not a file of OpenAlex: {error}.", where=path.name) from error


def _code(iri: str | None) -> str:
    return (iri or "").rpartition("/")[2]


class _Reading:
    """The rows of the works, one pass."""

    def __init__(self, about: DataSet, link: Linking) -> None:
        self._about = about
        self._things, self._declared = Things(link), Declared()
        self._area = facts.areas(link, about.more["areas"])

    def items(self, folder: Path) -> Iterator[Item]:
        yield rows.document(self._about)
        number = 0
        for name, prefix in self._about.more["files"].items():
            for work in _works(folder / name, prefix):
                if _code(work.get("id")) and self._declared.first(work["id"]):
                    number += 1
                    yield from self._of(number, work)

    def _of(self, number: int, work: Work) -> Iterator[Item]:
        code, place, keys = _code(work["id"]), f"w-{_code(work['id'])}", rows.fact_keys(number)
        name = works.title(work["display_name"]) or code
        doi = works.doi(work.get("doi"))
        known = {"openalex": code} | ({"doi": doi} if doi else {})
        institutions = list(self._institutions(work))
        countries = self._countries(work)
        key, _, new = self._things(Candidate("output", f"output/openalex-{code}", known, (name,)))
        yield rows.record(place, work["id"], f"作品 {code}", f"Work {code}")
        if new:
            yield "activities", self._thing(work, key, name, len(countries), place)
        for scheme, value in known.items():
            yield facts.identifier(next(keys), key, scheme, value, name, place)
        published = work.get("publication_date") or str(work["publication_year"])
        yield facts.relation(next(keys), key, "published", f'"{published}"', place)
        field = self._field(work)
        if field:
            yield facts.relation(next(keys), key, "fieldOfScience", f"v:ford/{field}", place)
        agents: dict[str, str] = {}
        for found in institutions:
            agent = yield from self._institution(found, keys, place)
            if agent not in agents.values():
                yield facts.relation(next(keys), key, "producedBy", agent, place)
            agents[_code(found["id"])] = agent
        for country in countries:
            yield from self._declared(country)
            yield facts.relation(next(keys), key, "involves", country, place)
        if work.get("language"):
            yield facts.relation(next(keys), key, "language", f'"{work["language"]}"', place)
        if len(work.get("authorships", [])) <= self._about.more["most_authors"]:
            yield from self._authors(work, key, agents, published, keys, place)

    def _authors(
        self,
        work: Work,
        key: str,
        agents: dict[str, str],
        published: str,
        keys: Iterator[str],
        place: str,
    ) -> Iterator[Item]:
        """The people who sign, each once, with where they worked when the work came out."""
        said: set[str] = set()
        for authorship in work.get("authorships", []):
            author = authorship["author"]
            code, name = _code(author.get("id")), works.title(author.get("display_name"))
            if not (code and name):
                continue
            known = {"openalex": code} | people.orcid(author.get("orcid"))
            person = yield from people.person(
                self._things, f"person/openalex-{code}", known, name, keys, place
            )
            if person in said:
                continue
            said.add(person)
            yield facts.relation(next(keys), key, "producedBy", person, place)
            employers = (agents.get(_code(i.get("id"))) for i in authorship.get("institutions", []))
            for agent in dict.fromkeys(filter(None, employers)):
                yield people.affiliation(
                    next(keys), person, agent, published, place, basis="implied"
                )

    def _thing(self, work: Work, key: str, name: str, countries: int, place: str) -> dict[str, str]:
        kind = work.get("type") or "other"
        article = kind in self._about.more["articles"]
        kind_zh = self._about.more["kinds"].get(kind, "其他")
        joint = "CoPublication" if countries > 1 else "Publication"
        return {
            "key": key,
            "class": joint if article else "Output",
            "label_en": name,
            "description_zh": f"种类：{kind_zh}。",
            "description_en": f"Type: {kind.replace('-', ' ')}.",
            "named_in": place,
        }

    def _institutions(self, work: Work) -> Iterator[dict[str, str | None]]:
        """The institutions that sign, each once; those without an identifier are left out."""
        said = set()
        for authorship in work.get("authorships", []):
            for found in authorship.get("institutions", []):
                code = _code(found.get("id"))
                if code and code not in said:
                    said.add(code)
                    yield found

    def _countries(self, work: Work) -> list[str]:
        codes = [
            code
            for authorship in work.get("authorships", [])
            for code in (
                *(found.get("country_code") for found in authorship.get("institutions", [])),
                *authorship.get("countries", []),
            )
            if code
        ]
        return list(dict.fromkeys(filter(None, map(self._area, codes))))

    def _institution(
        self, found: dict[str, str | None], keys: Iterator[str], place: str
    ) -> Generator[Item, None, str]:
        code, ror = _code(found["id"]), found.get("ror")
        name = rows.clean(found["display_name"])
        nation = found.get("country_code")
        country = self._area(nation) if nation else None
        known = {"openalex": code} | ({"ror": ror} if ror else {})
        key, first, new = self._things(
            Candidate("org", f"org/openalex-{code}", known, (name,), country)
        )
        if new:
            yield (
                "actors",
                {
                    "key": key,
                    "class": self._about.more["classes"].get(found.get("type"), "Organization"),
                    "label_en": name,
                    "named_in": place,
                },
            )
            if country:
                yield facts.relation(next(keys), key, "country", country, place)
            if ror:
                yield facts.identifier(next(keys), key, "ror", ror, name, place)
        if first:
            yield facts.identifier(next(keys), key, "openalex", code, name, place)
        return key

    def _field(self, work: Work) -> str | None:
        """The field of FORD of the best concept of level zero, or of the primary topic."""
        topic = work.get("primary_topic")
        if topic:
            name = topic["field"]["display_name"]
        else:
            roots = [c for c in work.get("concepts", []) if c["level"] == 0]
            if not roots:
                return None
            name = max(roots, key=lambda c: float(c["score"]))["display_name"]
        fields: dict[str, str] = self._about.more["fields"]
        return fields[name]
