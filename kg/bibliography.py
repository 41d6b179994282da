"""Citations of frozen answers and of things: text (GB/T 7714 in Chinese), BibTeX, RIS."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kg.asking import value_text
from kg.catalogue import Bilingual
from kg.citing import pick
from kg.freezing import Frozen

NAME = {"zh": "国际科技合作证据图谱", "en": "ISTC evidence graph"}
_ALL = {"zh": "全部", "en": "all"}
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "{}$&#%_"},
    }
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True)
class Reference:
    """What is cited, and where it is found.

    Attributes:
        key: Its key in a file of references.
        title: Its title by language.
        address: Its permanent address.
        version: Number of the data version that says so.
        digest: SHA-256 of the content, in hexadecimal digits.
        day: The day from which on it reads like that.
        language: Language of a file of references.
        values: The values of parameters in words, by language.
        frozen: Whether it never changes.
        rests_on: Titles of the documents that it rests on.
    """

    key: str
    title: Bilingual
    address: str
    version: int
    digest: str
    day: date
    language: str
    values: Bilingual = field(default_factory=dict)
    frozen: bool = False
    rests_on: tuple[str, ...] = ()


def answer(frozen: Frozen, address: str) -> Reference:
    """A frozen answer as what is cited.

    Args:
        frozen: The frozen answer.
        address: Its permanent address.

    Returns:
        The reference, in the language of the answer.
    """
    language = frozen.answered.language
    return Reference(
        f"istc-kg-{frozen.digest[:12]}",
        frozen.answered.question.title,
        address,
        frozen.origin.version,
        frozen.digest,
        frozen.frozen.date(),
        language,
        {tag: values(frozen, tag) for tag in NAME},
        True,
        tuple(documents(frozen, language)),
    )


def values(frozen: Frozen, language: str) -> str:
    """The values of the parameters in words, e.g. `Country: Singapore`; empty without any."""
    answered = frozen.answered
    pairs = [
        (pick(p.label, language), value_text(answered, p, language) or _ALL[language])
        for p in answered.question.parameters
    ]
    return ("；" if language == "zh" else "; ").join(
        f"{label}{'：' if language == 'zh' else ': '}{value}" for label, value in pairs
    )


def documents(frozen: Frozen, language: str) -> list[str]:
    """Titles of the documents that the answer rests on, each once."""
    titles = (
        pick(source.title, language) or source.document
        for some in frozen.answered.sources.values()
        for source in some
    )
    return list(dict.fromkeys(titles))


def text(cited: Reference, language: str) -> str:
    """A citation in one line.

    Args:
        cited: What is cited.
        language: `zh`: GB/T 7714-2015 for a data set on line; `en`: author and year.

    Returns:
        The citation.
    """
    title, chosen = pick(cited.title, language) or "", cited.values.get(language, "")
    day, digest = cited.day.isoformat(), cited.digest[:12]
    if language == "zh":
        chosen = f"（{chosen}）" if chosen else ""
        return (
            f"{NAME['zh']}. {title}{chosen}[DS/OL]. 数据版本 {cited.version}，SHA-256 {digest}…. "
            f"({day}). {cited.address}."
        )
    chosen = f" [{chosen}]" if chosen else ""
    since = "frozen on" if cited.frozen else "of"
    return (
        f"{NAME['en']} ({cited.day.year}). {title}{chosen} [Data set]. Data version "
        f"{cited.version}, SHA-256 {digest}…, {since} {day}. {cited.address}"
    )


def _note(cited: Reference) -> str:
    language = cited.language
    parts = [cited.values.get(language, ""), f"SHA-256 {cited.digest}", "CC BY 4.0"]
    rests = "; ".join(cited.rests_on)
    if rests:
        parts.append(f"{'依据文献：' if language == 'zh' else 'Based on: '}{rests}")
    return ". ".join(part for part in parts if part)


def _title(cited: Reference) -> str:
    return pick(cited.title, cited.language) or ""


def bibtex(cited: Reference) -> str:
    """A BibTeX entry, in the language of the reference.

    Args:
        cited: What is cited.

    Returns:
        The entry, UTF-8.
    """
    language = cited.language
    fields = {
        "author": f"{{{NAME[language].translate(_TEX)}}}",
        "title": f"{{{_title(cited).translate(_TEX)}}}",
        "year": str(cited.day.year),
        "date": cited.day.isoformat(),
        "howpublished": "Data set",
        "version": f"data version {cited.version}",
        "url": cited.address,
        "note": _note(cited).translate(_TEX),
        "language": "chinese" if language == "zh" else "english",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    lines.insert(3, f"  month = {_MONTHS[cited.day.month - 1]},")
    return "\n".join([f"@misc{{{cited.key},", *lines, "}", ""])


def ris(cited: Reference) -> str:
    """An RIS record, in the language of the reference.

    Args:
        cited: What is cited.

    Returns:
        The record, UTF-8, lines ended by CR LF.
    """
    fields = (
        ("TY", "DATA"),
        ("ID", cited.key),
        ("AU", NAME[cited.language]),
        ("TI", _title(cited)),
        ("PY", str(cited.day.year)),
        ("DA", f"{cited.day:%Y/%m/%d}/"),
        ("ET", f"data version {cited.version}"),
        ("N1", _note(cited)),
        ("LA", cited.language),
        ("UR", cited.address),
        ("ER", ""),
    )
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in fields)
