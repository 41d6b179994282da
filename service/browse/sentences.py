"""A fact in one sentence, as somebody would tell it who names the source."""

from __future__ import annotations

from collections.abc import Iterable

from kg.asking import Source
from kg.description import Fact, Thing, Value
from service import addresses, formatting, language
from service.language import translate


def sentence(fact: Fact) -> str:
    """A fact with its source in one sentence, in the language of the reader.

    Args:
        fact: The fact.

    Returns:
        The sentence; empty for a fact that says nothing which can be told.
    """
    told = _told(fact)
    if not told:
        return ""
    if fact.bases:
        return translate("Computed from other facts: %(what)s", what=told)
    if not fact.sources:
        return told
    source = fact.sources[0]
    return translate(
        "According to “%(document)s”%(place)s, %(what)s",
        document=language.label(source.title, addresses.last_part(source.document)).text,
        place=_place(source),
        what=told,
    )


def _joined(parts: Iterable[str]) -> str:
    return ("、" if language.interface() == "zh" else ", ").join(parts)


def _place(source: Source) -> str:
    if not source.locator:
        return ""
    page = translate("p. %(page)s", page=source.page) if source.page else ""
    return formatting.bracketed(
        _joined(part for part in (formatting.at(source.locator), page) if part)
    )


def _told(fact: Fact) -> str:
    when = formatting.bracketed(_time(fact)) if fact.period else ""
    if fact.value is not None:
        values = {
            "indicator": _name(fact.heading),
            "about": _joined(formatting.name(thing).text for thing in fact.about),
            "figure": figure(fact),
            "time": when,
            "scope": _scope(fact),
        }
        if formatting.is_rank(fact):
            return translate(
                "%(about)s has %(figure)s in “%(indicator)s”%(time)s%(scope)s.", **values
            )
        return translate(
            "the figure of “%(indicator)s” for %(about)s is %(figure)s%(time)s%(scope)s.", **values
        )
    if fact.statement:
        return language.label(fact.statement).text
    if fact.subject is not None and fact.object is not None:
        return translate(
            "%(subject)s – %(predicate)s – %(object)s%(time)s.",
            subject=_name(fact.subject),
            predicate=_name(fact.heading),
            object=_name(fact.object),
            time=when,
        )
    return ""


def figure(fact: Fact) -> str:
    """The figure of a fact with its qualifier and unit, as text."""
    number = formatting.number(fact.value or "")
    if formatting.is_rank(fact):
        return translate("rank %(number)s", number=number)
    unit = fact.symbol if fact.symbol == "%" else formatting.unit(fact).text if fact.unit else ""
    joint = "" if unit == "%" or language.interface() == "zh" else " "
    qualifier = formatting.qualified(fact)
    before = f"{qualifier}{'' if language.interface() == 'zh' else ' '}" if qualifier else ""
    return f"{before}{number}{joint}{unit}".strip()


def _time(fact: Fact) -> str:
    when = formatting.period(fact.period or "")
    if formatting.unstated(fact):
        return _joined((when, translate("time not stated")))
    return when


def _scope(fact: Fact) -> str:
    names = [_name(thing) for some in fact.dimensions.values() for thing in some]
    if not names:
        return ""
    return translate("; scope: %(names)s", names=_joined(names))


def _name(node: Thing | Value | None) -> str:
    if node is None:
        return ""
    return node.text if isinstance(node, Value) else formatting.name(node).text
