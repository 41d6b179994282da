"""Class pages: definition, place among the classes, properties, and their things by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, render_template, request
from pyoxigraph import NamedNode

from kg import asking, browsing
from kg.browsing import Class, Counts, Filter, Member
from kg.description import Thing
from kg.errors import InvalidParameter
from service import addresses, caching, formatting, language, negotiation, signposting
from service.negotiation import CSV, HTML, JSON, Format, vary
from service.questions import asked
from service.state import engine, state, version

#: Representations of the list of things.
LISTS = (CSV, JSON)
#: Things on a page; those in a file.
SIZE, WHOLE = 50, 1_000_000
#: Values of a facet that a page shows.
FACETS = 24


@dataclass(frozen=True)
class Branch:
    """A class in a tree, with the branches below it."""

    known: Class
    below: tuple[Branch, ...] = ()


def known() -> dict[str, Class]:
    """The classes of this data version."""
    return state().kept.get(version().digest, "class-tree", lambda: browsing.classes(engine()))


def tree(iris: Iterable[str], above: frozenset[str] = frozenset()) -> tuple[Branch, ...]:
    """Classes as branches of a tree, by name; a class with two parents stands below both.

    Args:
        iris: The classes at its root.
        above: Classes on the way there, which are not repeated.
    """
    found = known()
    branches = [
        Branch(found[iri], tree(found[iri].children, above | {iri}))
        for iri in iris
        if iri not in above
    ]
    return tuple(sorted(branches, key=lambda branch: formatting.name(branch.known.thing).text))


def overview() -> Response:
    """All classes as a tree, with the number of their things."""
    chosen = negotiation.choose((HTML, JSON), request.args.get("format"))
    etag = caching.tag(version(), "classes", chosen.name, language.interface(), language.content())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    found = known()
    if chosen is JSON:
        response = jsonify(classes=[_record(one) for _, one in sorted(found.items())])
    else:
        ours = [i for i, c in found.items() if not c.parents and addresses.term_of(i)]
        others = [i for i in found if not addresses.term_of(i) and found[i].number]
        body = render_template("browse/classes.html", ours=tree(ours), others=tree(others))
        response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    return vary(response)


def _record(one: Class) -> dict[str, Any]:
    return {
        "iri": one.thing.iri,
        "label": one.thing.label,
        "definition": one.text,
        "parents": one.parents,
        "things": one.number,
    }


def wanted() -> Filter:
    """Which things are asked for.

    Raises:
        InvalidParameter: A value is not one that there can be.
    """
    given = {name: request.args.get(name, "").strip() for name in ("kind", "country", "q", "sort")}
    errors: list[dict[str, Any]] = []
    iris: dict[str, str | None] = {}
    for name, base in (("kind", "ontology#"), ("country", "id/")):
        try:
            iris[name] = NamedNode(_absolute(given[name], base)).value if given[name] else None
        except ValueError:
            errors.append(_wrong(name, given[name], "a key such as country/CHN or University", ()))
    if given["sort"] not in ("", *browsing.SORTS):
        errors.append(_wrong("sort", given["sort"], "one of several", browsing.SORTS))
    if errors:
        raise InvalidParameter(
            f"Wrong parameters: {', '.join(error['parameter'] for error in errors)}.",
            extra={"errors": errors},
        )
    return Filter(iris["kind"], iris["country"], given["q"], given["sort"] or browsing.SORTS[0])


def _absolute(key: str, base: str) -> str:
    if "://" in key:
        return key
    if base == "id/" and "/" not in key:
        key = f"country/{key}"
    return f"{state().settings.base_iri}{base}{key}"


def _wrong(name: str, value: str, expected: str, allowed: Iterable[str]) -> dict[str, Any]:
    return {"parameter": name, "value": value, "expected": expected, "allowed": list(allowed)}


def page(iri: str, links: signposting.Links) -> str:
    """The page of a class.

    Args:
        iri: Its IRI.
        links: The links of the page, which are told the things that it lists.

    Returns:
        The page.
    """
    asks = wanted()
    one = known()[iri]
    counts = browsing.counts(engine(), iri, asks)
    shown = asked.page(counts.total, SIZE)
    found = browsing.members(
        engine(), iri, asks, language.content(), limit=SIZE, offset=shown.start
    )
    picked = {"kind": asks.within, "country": asks.country}
    names = _names(found, counts, filter(None, picked.values()))
    links.about([f"{_OWL}Class"])
    for member in found:
        links.add("item", addresses.header(member.thing.iri))
    for relation, number in shown.neighbours():
        links.add(relation, formatting.with_parameters(page=number))
    return render_template(
        "browse/class.html",
        one=one,
        above=_above(one),
        below=tree(one.children, frozenset({iri})),
        properties=browsing.properties(engine(), iri),
        mappings=browsing.mappings(iri),
        counts=counts,
        facets=_facets(counts, names, iri),
        chosen={name: names[value] for name, value in picked.items() if value},
        members=found,
        names=names,
        page=shown,
        wanted=asks,
        links=links,
        files={item: _file(iri, item) for item in LISTS},
        query=f"SELECT ?thing WHERE {{ ?thing a <{iri}> }} LIMIT 100",
    )


_OWL = "http://www.w3.org/2002/07/owl#"


def _file(iri: str, item: Format) -> str:
    """Where the whole list is, filtered as the page is."""
    filters = {k: v for k, v in request.args.items() if k in ("kind", "country", "q", "sort")}
    path = addresses.local(addresses.document(iri, item.name))
    return formatting.with_query(path, filters)


def _above(one: Class) -> list[Class]:
    """The classes that it is a kind of, the widest first; one way where there are several."""
    found: list[Class] = []
    while one.parents and known()[one.parents[0]] not in found:
        one = known()[one.parents[0]]
        found.insert(0, one)
    return found


def _names(found: Iterable[Member], counts: Counts, chosen: Iterable[str]) -> dict[str, Thing]:
    """The classes and countries that a page names, those that are chosen among them."""
    iris = {iri for member in found for iri in (*member.kinds, *member.countries)}
    iris |= {*counts.kinds, *counts.countries, *chosen}
    labels = asking.labels(engine(), iris)
    return {iri: Thing(iri, labels.get(iri, {})) for iri in iris}


def _facets(
    counts: Counts, names: dict[str, Thing], iri: str
) -> dict[str, list[tuple[Thing, str, int]]]:
    """Parameter → its values: name, what is written into the address, things left."""
    kinds = {kind: number for kind, number in counts.kinds.items() if kind != iri}
    return {
        "kind": [
            (names[kind], addresses.term_of(kind) or kind, number)
            for kind, number in list(kinds.items())[:FACETS]
        ],
        "country": [
            (names[country], asking.key_of(country).removeprefix("country/"), number)
            for country, number in list(counts.countries.items())[:FACETS]
        ],
    }


def listed(iri: str, chosen: Format) -> Response:
    """The things of a class as a file, all of those that are asked for.

    Args:
        iri: Its IRI.
        chosen: One of `LISTS`.

    Returns:
        The file.
    """
    found = browsing.members(engine(), iri, wanted(), language.content(), limit=WHOLE)
    if chosen is JSON:
        return jsonify({"class": iri, "total": len(found), "things": [_row(m) for m in found]})
    out = io.StringIO()
    fields = ("iri", "key", "zh", "en", "kinds", "countries")
    writer = csv.DictWriter(out, fields, lineterminator="\r\n")
    writer.writeheader()
    for member in found:
        row = _row(member)
        label = row.pop("label")
        row |= {tag: label.get(tag, "") for tag in language.LANGUAGES}
        row |= {name: " ".join(row[name]) for name in ("kinds", "countries")}
        writer.writerow(row)
    return Response(out.getvalue(), content_type=CSV.content_type)


def _row(member: Member) -> dict[str, Any]:
    thing = member.thing
    return {
        "iri": thing.iri,
        "key": asking.key_of(thing.iri),
        "label": thing.label,
        "kinds": list(member.kinds),
        "countries": list(member.countries),
    }
