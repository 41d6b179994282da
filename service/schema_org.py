"""What a page is about in the terms of schema.org, for search engines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from kg import asking, resources
from kg.catalogue import Question
from kg.description import Description, Fact, Relation, Thing, Value
from kg.namespaces import ISTC, PREFIXES, SKOS
from service import addresses, formatting, language
from service.negotiation import CSV, JSON, XLSX
from service.signposting import LICENCE
from service.state import state

AUTHOR = ISTC + "author"
#: Literal property → property of schema.org.
_TEXTS = {
    ISTC + "published": "datePublished",
    ISTC + "volume": "volumeNumber",
    ISTC + "issue": "issueNumber",
    ISTC + "pages": "pagination",
    ISTC + "beginDate": "startDate",
    ISTC + "endDate": "endDate",
    SKOS + "notation": "termCode",
}
#: Relation to a thing → property of schema.org.
_RELATIONS = {
    AUTHOR: "author",
    SKOS + "inScheme": "inDefinedTermSet",
    ISTC + "inDocument": "isPartOf",
    ISTC + "affiliatedWith": "affiliation",
    ISTC + "organizedBy": "organizer",
    ISTC + "locatedIn": "location",
}
#: Values of one property at most.
_MOST = 20


@cache
def _types() -> tuple[tuple[str, str], ...]:
    """Class → type of schema.org, the narrower before the wider."""
    rows = resources.rows("service", "schema_org.csv")
    found = []
    for row in rows:
        prefix, _, name = row["class"].partition(":")
        found.append((PREFIXES[prefix] + name, row["type"]))
    return tuple(found)


def type_of(kinds: frozenset[str]) -> str:
    """The type of schema.org for something of these classes."""
    return next((name for found, name in _types() if found in kinds), "Thing")


def authors(description: Description) -> list[str]:
    """IRIs of the authors of a document."""
    return [thing.iri for thing in _things(description, AUTHOR)]


def _things(description: Description, predicate: str) -> Iterator[Thing]:
    for relation in description.outgoing:
        if relation.predicate.iri == predicate:
            yield from (i.node for i in relation.items if isinstance(i.node, Thing))


def _node(thing: Thing) -> dict[str, Any]:
    return {"@id": thing.iri, "name": asking.pick(thing.label, language.content())}


def described(description: Description) -> dict[str, Any]:
    """A thing as JSON-LD of schema.org.

    Args:
        description: What the graph says of it.

    Returns:
        A node object whose context is that of schema.org; its IRI is the one in the graph.
    """
    thing = description.thing
    title = formatting.title(description).text
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": type_of(description.kinds),
        "@id": thing.iri,
        "name": title,
        "alternateName": [
            name
            for name in (
                *thing.label.values(),
                *(name for some in description.alternatives.values() for name in some),
            )
            if name != title
        ],
        "description": asking.pick(description.text, language.content()),
        "mainEntityOfPage": addresses.site() + addresses.document(thing.iri),
        "identifier": [
            {
                "@type": "PropertyValue",
                "propertyID": asking.pick(found.scheme.label, "en"),
                "value": found.value,
            }
            for found in description.identifiers
        ],
        "sameAs": [i.value for i in description.identifiers if addresses.outside(i.value)],
        **dict(_texts(description.properties)),
        **{
            name: [_node(found) for found in _things(description, predicate)][:_MOST]
            for predicate, name in _RELATIONS.items()
        },
    }
    if description.itself is not None:
        node |= _claim(description.itself)
    return {key: value for key, value in node.items() if value}


def question(asked: Question, iri: str) -> dict[str, Any]:
    """A question as JSON-LD of schema.org: a data set that is computed, with its downloads.

    Args:
        asked: The question.
        iri: Its IRI.

    Returns:
        A node object.
    """
    page = f"{addresses.site()}/questions/{asked.id}"
    tag = language.content()
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": iri,
        "name": asking.pick(asked.title, tag),
        "alternateName": [name for key, name in asked.title.items() if key != tag],
        "description": asking.pick(asked.rationale, tag),
        "url": page,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "inLanguage": list(language.LANGUAGES),
        "keywords": [word for words in asked.keywords.values() for word in words],
        "isPartOf": {"@id": f"{state().settings.base_iri}dataset/istc-kg"},
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{page}.{item.name}",
                "encodingFormat": item.media_type,
            }
            for item in (CSV, JSON, XLSX)
        ],
    }


def _texts(properties: tuple[Relation, ...]) -> Iterator[tuple[str, str]]:
    for relation in properties:
        name = _TEXTS.get(relation.predicate.iri)
        for item in relation.items[:1]:
            if name and isinstance(item.node, Value):
                yield name, item.node.text


def _claim(fact: Fact) -> dict[str, Any]:
    """A fact as a claim: what is said, of what, and which documents say so."""
    said = asking.pick(fact.statement, language.content()) or fact.value_text
    tag = language.interface()
    return {
        "text": said,
        "about": [_node(thing) for thing in fact.about][:_MOST],
        "appearance": [
            {
                "@type": "CreativeWork",
                "@id": source.document,
                "name": source.cite(tag),
            }
            for source in fact.sources
        ][:_MOST],
    }
