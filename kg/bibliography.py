"""Citations of frozen answers: as text (GB/T 7714 in Chinese), BibTeX and RIS."""

from __future__ import annotations

from kg.asking import value_text
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


def text(frozen: Frozen, address: str, language: str) -> str:
    """A citation in one line.

    Args:
        frozen: The frozen answer.
        address: Its permanent address.
        language: `zh`: GB/T 7714-2015 for a data set on line; `en`: author and year.

    Returns:
        The citation.
    """
    title = pick(frozen.answered.question.title, language) or ""
    chosen, day = values(frozen, language), frozen.frozen.date().isoformat()
    version, digest = frozen.origin.version, frozen.digest[:12]
    if language == "zh":
        chosen = f"（{chosen}）" if chosen else ""
        return (
            f"{NAME['zh']}. {title}{chosen}[DS/OL]. 数据版本 {version}，SHA-256 {digest}…. "
            f"({day}). {address}."
        )
    chosen = f" [{chosen}]" if chosen else ""
    return (
        f"{NAME['en']} ({frozen.frozen.year}). {title}{chosen} [Data set]. Data version {version}, "
        f"SHA-256 {digest}…, frozen on {day}. {address}"
    )


def _note(frozen: Frozen) -> str:
    language = frozen.answered.language
    parts = [values(frozen, language), f"SHA-256 {frozen.digest}", "CC BY 4.0"]
    rests = "; ".join(documents(frozen, language))
    if rests:
        parts.append(f"{'依据文献：' if language == 'zh' else 'Based on: '}{rests}")
    return ". ".join(part for part in parts if part)


def _title(frozen: Frozen) -> str:
    return pick(frozen.answered.question.title, frozen.answered.language) or ""


def bibtex(frozen: Frozen, address: str) -> str:
    """A BibTeX entry, in the language of the answer.

    Args:
        frozen: The frozen answer.
        address: Its permanent address.

    Returns:
        The entry, UTF-8.
    """
    language = frozen.answered.language
    fields = {
        "author": f"{{{NAME[language].translate(_TEX)}}}",
        "title": f"{{{_title(frozen).translate(_TEX)}}}",
        "year": str(frozen.frozen.year),
        "date": frozen.frozen.date().isoformat(),
        "howpublished": "Data set",
        "version": f"data version {frozen.origin.version}",
        "url": address,
        "note": _note(frozen).translate(_TEX),
        "language": "chinese" if language == "zh" else "english",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    lines.insert(3, f"  month = {_MONTHS[frozen.frozen.month - 1]},")
    return "\n".join([f"@misc{{istc-kg-{frozen.digest[:12]},", *lines, "}", ""])


def ris(frozen: Frozen, address: str) -> str:
    """An RIS record, in the language of the answer.

    Args:
        frozen: The frozen answer.
        address: Its permanent address.

    Returns:
        The record, UTF-8, lines ended by CR LF.
    """
    language, day = frozen.answered.language, frozen.frozen.date()
    fields = (
        ("TY", "DATA"),
        ("ID", f"istc-kg-{frozen.digest[:12]}"),
        ("AU", NAME[language]),
        ("TI", _title(frozen)),
        ("PY", str(day.year)),
        ("DA", f"{day:%Y/%m/%d}/"),
        ("ET", f"data version {frozen.origin.version}"),
        ("N1", _note(frozen)),
        ("LA", language),
        ("UR", address),
        ("ER", ""),
    )
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in fields)
