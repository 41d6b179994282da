"""The pages about one IRI: thing, fact, place, document, named graph, class, one relation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import render_template

from kg import asking, browsing
from kg.browsing import Surroundings
from kg.catalogue import Question
from kg.description import Description, Fact, FactGroup, Relation
from kg.namespaces import ISTC
from service import addresses, formatting, language, referring, schema_org, signposting
from service.browse import classes, ends, history, representations, tied, whole
from service.browse.sentences import sentence
from service.home import datasets, downloads
from service.questions import asked
from service.state import engine, state, version

_STATED_IN = ISTC + "statedIn"
_DOCUMENT = ISTC + "SourceDocument"
_ENTITY = ISTC + "Entity"
#: What the page of a fact lists as its parts.
_PARTS = frozenset(
    {
        "about",
        "subject",
        "predicate",
        "object",
        "indicator",
        "claimType",
        "unit",
        "qualifier",
        "period",
        "timeBasis",
        "counterpart",
        "area",
        "breakdownBy",
        "population",
        "statedIn",
        "sourceDocument",
        "secondHandFrom",
        "computedFrom",
        "inComparison",
    }
)
#: Properties of a document in the order of a bibliography.
_BIBLIOGRAPHY = (
    "journal",
    "publisher",
    "published",
    "volume",
    "issue",
    "pages",
    "doi",
    "url",
    "receivedOn",
    "retrievedOn",
    "textDigest",
)
#: Moments below which a list of them says nothing that the relations do not say.
_TIMELINE = 3


def page(iri: str, links: signposting.Links) -> str | None:
    """The page about an IRI.

    Args:
        iri: The IRI.
        links: The links of the page, which are told its classes and authors.

    Returns:
        The page; None when the graph says nothing of it.
    """
    if "/graph/" in iri and addresses.path_of(iri) is not None:
        return _graph(iri, links)
    if iri in classes.known():
        return classes.page(iri, links)
    if ends.wanted():
        return ends.page(iri, links)
    # What a document states is told place by place.
    without = frozenset({_STATED_IN}) if "/id/doc/" in iri else frozenset[str]()
    found = browsing.describe(engine(), iri, language.content(), without=without)
    if found is None:
        return None
    links.about((one.iri for one in found.classes), schema_org.authors(found))
    if found.itself is not None:
        return _fact(found, found.itself, links)
    if "/id/location/" in iri:
        around = browsing.surroundings(engine(), iri)
        if around is not None:
            return _place(found, around, links)
    if _DOCUMENT in found.kinds:
        return _document(found, links)
    return _thing(found, links)


def _common(description: Description, links: signposting.Links) -> dict[str, Any]:
    """What the pages share."""
    iri = description.thing.iri
    cited = referring.reference(iri, referring.title(description))
    return {
        "description": description,
        "title": formatting.title(description),
        "links": links,
        "whole_relation": partial(ends.address, iri),
        "whole_facts": partial(whole.facts, iri),
        "data": [representations.embedded(description), schema_org.described(description)],
        "citations": referring.texts(cited),
        "references": {
            item: addresses.page(addresses.document(iri, item.name)) for item in referring.FORMATS
        },
        "history": history.of(iri),
        "table": whole.table(iri) if description.fact_groups else None,
    }


def _thing(description: Description, links: signposting.Links) -> str:
    return render_template(
        "browse/thing.html",
        **_common(description, links),
        questions=_questions(description.thing.iri),
        timed=len(description.moments) >= _TIMELINE,
        where=tied.chart(description) if _ENTITY in description.kinds else None,
    )


def _fact(description: Description, fact: Fact, links: signposting.Links) -> str:
    # What the list of its parts says is not said again as relations.
    told = replace(
        description,
        outgoing=tuple(one for one in description.outgoing if _local(one) not in _PARTS),
        incoming=tuple(one for one in description.incoming if _local(one) != "comparesFact"),
    )
    compared = {one.iri for found in description.comparisons for one in found.facts}
    series = browsing.series(engine(), fact.iri, language.content())
    return render_template(
        "browse/fact.html",
        **_common(description, links) | {"description": told},
        sentence=sentence(fact),
        series=[one for one in series if one.iri not in compared],
    )


def _place(description: Description, around: Surroundings, links: signposting.Links) -> str:
    stated = [group for group in description.fact_groups if group.role.iri == _STATED_IN]
    common = _common(description, links)
    if stated:
        common["table"] = whole.table(description.thing.iri, _STATED_IN)
    return render_template(
        "browse/place.html",
        **common,
        surroundings=around,
        stated=_in_order(stated),
        shown=sum(len(group.facts) for group in stated),
        total=sum(group.total for group in stated),
    )


def _in_order(groups: list[FactGroup]) -> list[FactGroup]:
    """Facts in the order of the text; those that follow each other under one heading together."""

    def place(pair: tuple[FactGroup, Fact]) -> tuple[int, str, str]:
        source = next(iter(pair[1].sources), None)
        start = source.span[0] if source is not None and source.span else 10**9
        return start, source.locator if source is not None else "", pair[1].iri

    pairs = sorted(((group, fact) for group in groups for fact in group.facts), key=place)
    found = []
    for _, some in groupby(pairs, key=lambda pair: pair[0].heading):
        run = list(some)
        facts = tuple(fact for _, fact in run)
        found.append(FactGroup(run[0][0].role, run[0][0].heading, facts, len(facts)))
    return found


def _local(relation: Relation) -> str:
    """The local name of the property of a relation."""
    return relation.predicate.iri.rpartition("#")[2].rpartition("/")[2]


def _document(description: Description, links: signposting.Links) -> str:
    iri = description.thing.iri
    literature = state().kept.get(
        version().digest, ("literature", iri), lambda: browsing.literature(engine(), iri)
    )
    order = {name: number for number, name in enumerate(_BIBLIOGRAPHY)}
    told = replace(
        description,
        properties=tuple(
            sorted(description.properties, key=lambda one: order.get(_local(one), len(order)))
        ),
        outgoing=tuple(one for one in description.outgoing if _local(one) != "author"),
    )
    dataset = next((found for found in datasets.data_sets() if found.document == iri), None)
    now = version()
    return render_template(
        "browse/document.html",
        **_common(description, links) | {"description": told},
        literature=literature,
        authors=next((one for one in description.outgoing if _local(one) == "author"), None),
        byline=referring.byline(description),
        own=referring.own(description),
        questions=_questions(iri),
        dataset=dataset,
        files=downloads.listed(now, downloads.name_of(dataset)) if dataset else [],
    )


def _questions(iri: str) -> list[tuple[Question, str]]:
    """Questions about this thing, each with its address."""
    found: list[tuple[Question, str]] = []
    # In a large graph it would take too long to see which of them have an answer.
    values = None if state().large else asked.occurring
    for question, parameter in asking.askable(engine(), iri, values):
        query = urlencode({parameter.name: asking.key_of(iri)}, safe="/:")
        found.append((question, addresses.page(f"/questions/{question.id}?{query}")))
    return found


def _graph(iri: str, links: signposting.Links) -> str | None:
    sizes = state().graph_sizes(version().digest)
    if iri not in sizes:
        return None
    return render_template(
        "browse/graph.html",
        iri=iri,
        number=sizes[iri],
        contents=browsing.graph_contents(engine(), iri),
        graphs=sizes,
        links=links,
    )
