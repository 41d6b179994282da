"""Template filters: numbers, periods, names, citations. Templates print, they do not compute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation, localcontext
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import Flask, request
from markupsafe import Markup, escape

from kg import asking, units
from kg.asking import Answered, Cell, Source
from kg.catalogue import Question
from kg.description import Description, Fact, FactGroup, Related, Thing, Value
from kg.locators import located
from kg.namespaces import PREFIXES, XSD
from service import addresses, evidence, language
from service.language import Label, translate

#: Facts of a cell that a page lists; data files list all.
EVIDENCE = 60
_DATE = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?)")
#: A number with more digits than this is printed as it stands.
_LONGEST = 60
_ENDLESS = Decimal("Infinity")
#: Words for large numbers: (what one is, what the number must be a multiple of, end, word).
_WORDS: Mapping[str, tuple[tuple[int, int, Decimal, str], ...]] = {
    "zh": (
        (10**12, 10**10, _ENDLESS, "万亿"),
        (10**8, 10**6, Decimal(10**12), "亿"),
        (10**4, 10**2, Decimal(10**8), "万"),
    ),
    "en": (
        (10**12, 10**10, _ENDLESS, " trillion"),
        (10**9, 10**6, Decimal(10**12), " billion"),
        (10**6, 10**4, Decimal(10**9), " million"),
    ),
}
_SILENT = ("/value-qualifier/exact", "/value-qualifier/unknown")


def number(text: str) -> str:
    """A normalised number as the reader's language says it; not rounded."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return said(value, language.interface())


def said(value: Decimal, tongue: str) -> str:
    """A number in a language, large ones in its words: 7,334亿, 733.4 billion.

    Args:
        value: The number.
        tongue: The language.

    Returns:
        The number with a word where few decimals say it exactly; otherwise all its digits.
    """
    if not value.is_finite() or max(abs(value.adjusted()), len(value.as_tuple().digits)) > _LONGEST:
        return str(value)
    with localcontext(prec=3 * _LONGEST):
        power, word = next(
            (
                (power, word)
                for power, step, below, word in _WORDS.get(tongue, ())
                if power <= abs(value) < below and not value % step
            ),
            (1, ""),
        )
        return format_decimal(value / power, locale=tongue, decimal_quantization=False) + word


def _moment(edtf: str) -> str:
    if edtf.endswith("~"):
        return translate("about %(time)s", time=edtf[:-1])
    return edtf


def period(edtf: str) -> str:
    """A period of ISO 8601-2 (EDTF level 1) in words."""
    begin, slash, end = edtf.partition("/")
    if not slash:
        return _moment(edtf)
    if begin in ("", ".."):
        return translate("up to %(time)s", time=_moment(end))
    if end in ("", ".."):
        return translate("since %(time)s", time=_moment(begin))
    dash = "–" if begin.isdigit() and end.isdigit() else " – "
    return f"{_moment(begin)}{dash}{_moment(end)}"


def unbroken(text: str) -> Markup:
    """A text whose dates stay in one line."""
    date = Markup('<span class="date">{}</span>')
    parts = enumerate(_DATE.split(text))
    return Markup("").join(date.format(part) if odd % 2 else escape(part) for odd, part in parts)


def bracketed(text: str) -> str:
    """A remark behind a text, in the brackets of the language of the interface."""
    return f"（{text}）" if language.interface() == "zh" else f" ({text})"


def is_truth(value: Cell | Value) -> bool:
    """Whether a cell or a literal says that something is so, or not."""
    return value.datatype == XSD + "boolean"


def prefixed(iri: str) -> str | None:
    """An IRI with its prefix, e.g. `rdfs:domain`; None where we have none for it."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return None


def name(thing: Thing) -> Label:
    """The name of a thing; without one, the time of a period or the end of its IRI."""
    if thing.label:
        return language.label(thing.label)
    term = prefixed(thing.iri) if addresses.outside(thing.iri) else None
    if term is not None:
        return Label(term)
    end = addresses.last_part(thing.iri)
    if "/id/period/" in thing.iri:
        return Label(period(re.sub(r"x$", "~", end.replace("_", "/").replace("open", ".."))))
    return Label(end)


def unit(fact: Fact) -> Label:
    """The unit of a figure as it stands after the number: 1 paper, 2 papers."""
    assert fact.unit is not None  # noqa: S101 - who asks has looked
    many = name(fact.unit)
    one = units.singular(fact.unit.iri) if (many.language or language.interface()) == "en" else None
    exact = fact.value is not None and fact.value in ("1", "1.0")
    return Label(one, many.language) if exact and one else many


def title(description: Description) -> Label:
    """The heading of a thing's page."""
    fact = description.itself
    if description.thing.label or fact is None:
        return name(description.thing)
    if fact.statement:
        return language.label(fact.statement)
    if fact.subject is not None and fact.object is not None and fact.heading is not None:
        end = fact.object.text if isinstance(fact.object, Value) else name(fact.object).text
        return Label(f"{name(fact.subject).text} – {name(fact.heading).text} – {end}")
    parts = [name(thing).text for thing in fact.about]
    if fact.heading is not None:
        parts.append(name(fact.heading).text)
    return Label(" · ".join(parts) or addresses.last_part(fact.iri))


def qualified(fact: Fact) -> str | None:
    """The qualifier of a figure in short, where it says something of the figure."""
    if fact.qualifier is None or fact.qualifier.iri.endswith(_SILENT):
        return None
    short = {"ratio": translate("about"), "incomplete": translate("at least")}
    return short.get(addresses.last_part(fact.qualifier.iri)) or name(fact.qualifier).text


def is_rank(fact: Fact) -> bool:
    """Whether the figure is a position in a ranking."""
    return fact.kind == "RankingFact"


def unstated(fact: Fact) -> bool:
    """Whether the source leaves the time of the figure open."""
    return fact.basis is not None and fact.basis.iri.endswith("/unknown")


def at(locator: str) -> str:
    """A place in a document, in the language of the interface."""
    return located(locator, language.interface())


def short(source: Source) -> str:
    """A source mark: key of the document and place in it."""
    document = addresses.last_part(source.document)
    return f"{document} {at(source.locator)}".strip()


def distinct(sources: Iterable[Source]) -> list[Source]:
    """One source for each mark: passages of one section are told apart on the fact's page."""
    return list({short(source): source for source in reversed(list(sources))}.values())[::-1]


def cite(source: Source, upstream: bool = True) -> str:
    """A citation: title, place, page, retrieval date and, if wanted, upstream documents."""
    text = source.cite(language.interface())
    if upstream and source.upstream:
        names = [
            asking.pick(label, language.content()) or addresses.last_part(iri)
            for iri, label in source.upstream.items()
        ]
        text += "; " + translate("after %(documents)s", documents=", ".join(names))
    return text


def facts(cell: Cell) -> tuple[str, ...]:
    """The facts of a cell that a page lists."""
    return cell.facts[:EVIDENCE]


def behind(answered: Answered, cell: Cell) -> list[Source]:
    """The places behind the facts of a cell that a page lists."""
    return [source for fact in facts(cell) for source in answered.sources.get(fact, ())]


def readable(items: Iterable[Related]) -> list[Related]:
    """Values with those in the reader's language first."""

    def foreign(item: Related) -> bool:
        return isinstance(item.node, Value) and item.node.language != language.content()

    return sorted(items, key=foreign)


def by_role(groups: Iterable[FactGroup]) -> list[tuple[Thing, list[FactGroup]]]:
    """Groups of facts by the part that the thing has in them, in their order."""
    found: dict[str, tuple[Thing, list[FactGroup]]] = {}
    for group in groups:
        found.setdefault(group.role.iri, (group.role, []))[1].append(group)
    return list(found.values())


def theme_id(question: Question) -> str:
    """The id of a theme, for an address within the page of all questions."""
    return question.theme["en"].lower().replace(" ", "-")


def activity(kind: str) -> str:
    """What a change was, in words."""
    words = {
        "build": translate("Built"),
        "import": translate("Imported"),
        "update": translate("Updated"),
        "upload": translate("Graph written"),
        "delete": translate("Graph deleted"),
        "review": translate("Links decided"),
        "undo": translate("Taken back"),
    }
    return words.get(kind, kind)


def plain_query(text: str) -> str:
    """A query without the header of its file."""
    lines = [line for line in text.splitlines() if not line.startswith("#+")]
    return "\n".join(lines).strip() + "\n"


def with_parameters(**changes: object) -> str:
    """The address of this page with some parameters changed; None takes one away."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in changes]
    kept += [(key, str(value)) for key, value in changes.items() if value is not None]
    return with_query(addresses.local(addresses.quoted(request.path)), kept)


def with_query(address: str, parameters: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """An address with parameters, put after those that it has."""
    pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
    query = urlencode(list(pairs), safe="/:")
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address


def install(app: Flask) -> None:
    """Give templates the filters and functions."""
    environment = app.jinja_env
    environment.filters.update(
        number=number,
        period=period,
        name=name,
        label=language.label,
        href=addresses.href,
        outside=addresses.outside,
        document=addresses.document,
        short=short,
        at=at,
        unit=unit,
        unbroken=unbroken,
        bracketed=bracketed,
        distinct=distinct,
        cite=cite,
        last_part=addresses.last_part,
        prefixed=prefixed,
        plain_query=plain_query,
        theme_id=theme_id,
        activity=activity,
        readable=readable,
    )
    environment.tests.update(rank=is_rank, unstated=unstated, truth=is_truth)
    environment.globals.update(
        qualified=qualified,
        source_card=evidence.card,
        source_cards=evidence.cards,
        with_parameters=with_parameters,
        interface=language.interface,
        content_language=language.content,
        languages=language.LANGUAGES,
        local=addresses.local,
        page_at=addresses.page,
        thing_of=Thing,
        by_role=by_role,
        behind=behind,
        facts_of=facts,
    )
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    language.install(environment)
