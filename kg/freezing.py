"""Frozen answers: what was answered, under the hash of its content, for citation.

    home/answers/<sha256>.json   the answer as canonical JSON (RFC 8785); `sha256sum` gives its name
    home/answers/<sha256>.date   when it was frozen first

The same answer has the same hash whenever it is frozen; the file never changes. How many are kept,
how large they are and how many come in an hour is bounded.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.asking import Answered, Cell, Origin, Source
from kg.catalogue import Column, Parameter, Question
from kg.errors import BudgetExceeded, Internal, InvalidInput, NotFound
from kg.keeping import Shelf
from kg.settings import Settings

FOLDER = "answers"
FORMAT = "istc-kg answer 1"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Frozen:
    """A frozen answer.

    Attributes:
        digest: SHA-256 of its content, as hexadecimal digits; its name.
        frozen: When it was frozen first, UTC.
        answered: The answer.
        origin: What gave it.
        data: Its content, canonical JSON.
    """

    digest: str
    frozen: datetime.datetime
    answered: Answered
    origin: Origin
    data: bytes


@dataclass(frozen=True)
class Comparison:
    """A frozen answer beside what the graph answers now.

    Attributes:
        state: `current` (the same data), `same` (newer data, the same rows), `other` (newer data,
            other rows), `pending` (not known yet) or `gone` (the question can no longer be asked
            so).
        now: What would give the answer now.
        added: Rows that are new.
        removed: Rows that are no more.
    """

    state: str
    now: Origin
    added: int = 0
    removed: int = 0


def content(answered: Answered, origin: Origin) -> dict[str, Any]:
    """All that a frozen answer holds.

    Args:
        answered: The answer.
        origin: What gave it.

    Returns:
        A value for JSON, without any time.
    """
    question = answered.question
    return {
        "format": FORMAT,
        "licence": LICENCE,
        "software": origin.software,
        "data": {"version": origin.version, "digest": origin.digest},
        "language": answered.language,
        "question": {
            "id": question.id,
            "title": question.title,
            "rationale": question.rationale,
            "theme": question.theme,
            "view": question.view,
        },
        "parameters": [
            {
                "name": p.name,
                "type": p.type,
                "of": p.of,
                "label": p.label,
                "value": answered.parameters.get(p.name),
                "named": answered.named.get(p.name, {}),
            }
            for p in question.parameters
        ],
        "columns": [{"name": c.name, "role": c.role, "label": c.label} for c in answered.columns],
        "rows": [{n: _cell(cell) for n, cell in row.items()} for row in answered.rows],
        "sources": {
            fact: [_source(source) for source in some] for fact, some in answered.sources.items()
        },
        "query": answered.query,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    if cell.facts:
        return {"facts": list(cell.facts)}
    found: dict[str, Any] = {"text": cell.text}
    for name in ("iri", "label", "language", "datatype"):
        if getattr(cell, name):
            found[name] = getattr(cell, name)
    return found


def _source(source: Source) -> dict[str, Any]:
    found: dict[str, Any] = {
        "place": source.place,
        "document": source.document,
        "title": source.title,
        "locator": source.locator,
    }
    for name in ("page", "retrieved", "doi", "upstream"):
        if getattr(source, name):
            found[name] = getattr(source, name)
    if source.span:
        found["span"] = list(source.span)
    return found


def canonical(value: Any) -> bytes:
    """JSON in the one form that RFC 8785 gives it; our values hold no fractions."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def freeze(answered: Answered, origin: Origin, settings: Settings, *, bounded: bool) -> Frozen:
    """Keep an answer under its hash.

    Args:
        answered: The answer.
        origin: What gave it.
        settings: Home and bounds.
        bounded: Whether the bound on new answers in an hour holds.

    Returns:
        The frozen answer, new or as it was kept before.

    Raises:
        BudgetExceeded: It is larger than allowed.
        TooManyRequests: Too many new ones came within an hour.
        NoRoom: As many are kept as may be kept.
    """
    data = canonical(content(answered, origin))
    digest = hashlib.sha256(data).hexdigest()
    shelf = _shelf(settings)
    if len(data) > settings.answer_bytes and not shelf.path(digest).exists():
        raise BudgetExceeded(
            f"The answer has {len(data)} bytes; up to {settings.answer_bytes} can be frozen.",
            hint="Choose values that give fewer rows.",
            extra={"limitBytes": settings.answer_bytes},
        )
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    shelf.keep(digest, data, bounded=bounded, beside=now.encode())
    return load(settings.home, digest)


def _shelf(settings: Settings) -> Shelf:
    return Shelf(
        settings.home / FOLDER,
        ".json",
        settings.answers,
        settings.answers_per_hour,
        "frozen answers",
        "Cite the permanent link with its data version, or ask who runs the service.",
    )


def digests(home: Path) -> list[str]:
    """The hashes of all frozen answers, the newest first.

    Args:
        home: ISTC_HOME.
    """
    found = [
        (-path.stat().st_mtime, path.stem)
        for path in (home / FOLDER).glob("*.json")
        if _DIGEST.fullmatch(path.stem)
    ]
    return [digest for _, digest in sorted(found)]


def load(home: Path, digest: str) -> Frozen:
    """A frozen answer by its hash.

    Args:
        home: ISTC_HOME.
        digest: Its hash, 64 hexadecimal digits.

    Returns:
        The answer as it was frozen.

    Raises:
        NotFound: There is none of this hash.
        Internal: Its file does not have the content that its name says.
    """
    path = home / FOLDER / f"{digest}.json"
    if _DIGEST.fullmatch(digest) is None or not path.is_file():
        raise NotFound(
            "There is no frozen answer of this hash.",
            where=digest,
            hint="It has 64 hexadecimal digits and was given when the answer was frozen.",
        )
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise Internal("A frozen answer has been changed on disk.", where=str(path))
    held = json.loads(data)
    try:
        text = path.with_suffix(".date").read_text(encoding="ascii")
        frozen = datetime.datetime.fromisoformat(text)
    except (OSError, ValueError):
        frozen = datetime.datetime.fromtimestamp(int(path.stat().st_mtime), datetime.UTC)
    origin = Origin(held["data"]["version"], held["data"]["digest"], held["software"])
    return Frozen(digest, frozen, _thawed(held), origin, data)


def _thawed(held: dict[str, Any]) -> Answered:
    """The answer that frozen content stands for."""
    named = held["question"]
    parameters = tuple(
        Parameter(p["name"], p["type"], p["label"], None, p["of"]) for p in held["parameters"]
    )
    columns = tuple(Column(c["name"], c["role"], c["label"]) for c in held["columns"])
    question = Question(
        named["id"],
        named["title"],
        named["rationale"],
        named["theme"],
        parameters,
        columns,
        named["view"],
        {},
        held["query"],
    )
    return Answered(
        question,
        {p["name"]: p["value"] for p in held["parameters"]},
        columns,
        tuple({n: _thawed_cell(cell) for n, cell in row.items()} for row in held["rows"]),
        {
            fact: tuple(_thawed_source(fact, source) for source in some)
            for fact, some in held["sources"].items()
        },
        held["query"],
        held["language"],
        named={p["name"]: p["named"] for p in held["parameters"] if p["named"]},
    )


def _thawed_cell(held: dict[str, Any]) -> Cell:
    if "facts" in held:
        facts = tuple(held["facts"])
        return Cell(" ".join(facts), facts=facts)
    return Cell(**held)


def _thawed_source(fact: str, held: dict[str, Any]) -> Source:
    span = held.get("span")
    return Source(fact, **(held | {"span": tuple(span) if span else None}))


#: Answers a question: its id, the values of its parameters, the language.
Again = Callable[[str, Mapping[str, str], str], Answered]


def compare(frozen: Frozen, again: Again, now: Origin) -> Comparison:
    """Ask the question of a frozen answer again.

    Args:
        frozen: The frozen answer.
        again: Answers a question, or a table of an analysis.
        now: What answers now.

    Returns:
        What has changed. A new name of a thing, or another place of a fact, is no other answer.
    """
    if now.digest == frozen.origin.digest:
        return Comparison("current", now)
    held = frozen.answered
    values = {name: value or "" for name, value in held.parameters.items()}
    try:
        answered = again(held.question.id, values, held.language)
    except (NotFound, InvalidInput):
        return Comparison("gone", now)
    before, after = _rows(held), _rows(answered)
    added, removed = (after - before).total(), (before - after).total()
    return Comparison("other" if added or removed else "same", now, added, removed)


def _rows(answered: Answered) -> Counter[Any]:
    return Counter(
        tuple(
            (column.name, row[column.name].iri or row[column.name].text)
            for column in answered.columns
        )
        for row in answered.rows
    )
