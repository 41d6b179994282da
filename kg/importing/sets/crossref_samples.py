"""Crossref: works, who funded them, and those of their authors who have an ORCID."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from kg.errors import InvalidInput
from kg.importing import facts, people, rows, works
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.facts import Things
from kg.importing.rows import Item
from kg.tables import Table

_REGISTRY = "10.13039/"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            yield from ijson.items(file, "message.items.item")
    except (OSError, ijson.JSONError) as error:
        raise InvalidInput(f"Not a response of Crossref: {error}.", where=path.name) from error


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    things = Things(link)
    number = 0
    for name in about.more["files"]:
        for record in _records(folder / name):
            doi = works.doi(record.get("DOI"))
            if doi is None:
                continue
            number += 1
            yield from _of(number, record, doi, things)


def _of(number: int, record: dict[str, Any], doi: str, things: Things) -> Iterator[Item]:
    code, keys = rows.slug(doi), rows.fact_keys(number)
    place, name = f"w-{code}", works.title(next(iter(record["title"]), "")) or doi
    key, first, new = things(Candidate("output", f"output/doi-{code}", {"doi": doi}, (name,)))
    if not first:
        return
    yield rows.record(place, f"https://doi.org/{doi}", f"论文 {doi}", f"Work {doi}")
    if new:
        journal = works.title(next(iter(record.get("container-title", [])), ""))
        kind = record["type"].replace("-", " ")
        yield (
            "activities",
            {
                "key": key,
                "class": "Publication",
                "label_en": name,
                "description_zh": f"载于《{journal}》。" if journal else "",
                "description_en": f"{kind.capitalize()} in {journal}." if journal else "",
                "named_in": place,
            },
        )
        yield facts.identifier(next(keys), key, "doi", doi, name, place)
    published = works.day(record["issued"]["date-parts"][0])
    if published:
        yield facts.relation(next(keys), key, "published", f'"{published}"', place)
    awards: dict[str, list[str]] = {}
    for funder in record.get("funder", []):
        met, registered = _funder(funder, things)
        if met.new:
            yield (
                "actors",
                {
                    "key": met.key,
                    "class": "Organization",
                    "label_en": works.title(funder["name"]),
                    "named_in": place,
                },
            )
            if registered:
                text = works.title(funder["name"])
                yield facts.identifier(next(keys), met.key, "fundref", registered, text, place)
        awards.setdefault(met.key, []).extend(map(rows.clean, funder.get("award", [])))
    for agent, numbers in awards.items():
        yield facts.relation(next(keys), key, "fundedBy", agent, place, **_note(numbers))
    if record.get("language"):
        yield facts.relation(next(keys), key, "language", f'"{record["language"]}"', place)
    yield from _authors(record, key, things, keys, place)


def _authors(
    record: dict[str, Any], key: str, things: Things, keys: Iterator[str], place: str
) -> Iterator[Item]:
    """The authors who have an ORCID, each once; a name alone does not tell who it is."""
    said: set[str] = set()
    for author in record.get("author", []):
        known = people.orcid(author.get("ORCID"))
        name = works.title(f"{author.get('given', '')} {author.get('family', '')}")
        if not (known and name):
            continue
        own = f"person/orcid-{known['orcid'].lower()}"
        person = yield from people.person(things, own, known, name, keys, place)
        if person not in said:
            said.add(person)
            yield facts.relation(next(keys), key, "producedBy", person, place)


def _funder(funder: dict[str, Any], things: Things) -> tuple[facts.Met, str]:
    """A funder, and its number in the registry of Crossref where it has one."""
    name = works.title(funder["name"])
    registered = str(funder.get("DOI", "")).removeprefix(_REGISTRY)
    known = {"fundref": registered} if registered else {}
    own = f"org/fundref-{registered}" if registered else f"org/crossref-{rows.slug(name)}"
    return things(Candidate("org", own, known, (name,))), registered


def _note(numbers: list[str]) -> dict[str, str]:
    said = list(dict.fromkeys(filter(None, numbers)))
    if not said:
        return {}
    return {
        "note_zh": f"资助编号：{'；'.join(said)}。",
        "note_en": f"Award numbers: {'; '.join(said)}.",
    }
