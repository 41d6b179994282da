"""The list of links: a page with both sides of each, JSON, and the links made as SSSOM and RDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Response, jsonify, render_template, request

from kg.errors import InvalidParameter
from kg.finding.words import folded, plain
from kg.linking import links, reviewing
from kg.linking.known import plain_identifier
from kg.linking.links import STATUSES, Link, iri_of
from kg.linking.profiles import Profile, profiles
from service import addresses, caching, language, negotiation, rdf
from service.graphs import committing
from service.language import translate
from service.negotiation import HTML, JSON, JSON_LD, N_TRIPLES, TSV, TURTLE, Format, vary
from service.questions import asked
from service.questions.asked import Page
from service.state import engine, state, version

#: Representations for programs; the last four hold what is linked or decided, whole.
FORMATS = (JSON, TSV, TURTLE, JSON_LD, N_TRIPLES)
#: Incoming records on one page.
SHOWN = 20
_ALL = "all"
#: Scores from which on a link is called so.
_LIKELY = ((0.9, "very likely"), (0.8, "likely"), (0.68, "possible"), (0.0, "unlikely"))


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated when it is shown."""
    return message


#: What a page calls the statuses, scores and kinds.
WORDS = {
    "open": _("waiting"),
    "later": _("put off"),
    "linked": _("linked by the software"),
    "accepted": _("accepted"),
    "rejected": _("rejected"),
    "very likely": _("very likely the same"),
    "likely": _("likely the same"),
    "possible": _("possibly the same"),
    "unlikely": _("hardly the same"),
    "org": _("Organisations"),
    "country": _("Countries and regions"),
    "person": _("Persons"),
    "facility": _("Facilities"),
    "platform": _("Platforms"),
    "programme": _("Programmes"),
    "project": _("Projects"),
    "place": _("Places"),
}


@dataclass(frozen=True)
class Option:
    """A thing that a record may be.

    Attributes:
        link: The link.
        profile: What the graph says of the thing.
    """

    link: Link
    profile: Profile


@dataclass(frozen=True)
class Record:
    """An incoming record with what it may be.

    Attributes:
        link: Any link of it: it tells names, identifiers and source.
        profile: What the graph says of it, if the import has put it there.
        options: What it may be, the surest first; none where nothing is known.
    """

    link: Link
    profile: Profile
    options: tuple[Option, ...]

    @property
    def names(self) -> list[str]:
        """All its names."""
        known = (self.link.label, *self.link.names, *self.profile.label.values())
        return list(dict.fromkeys(known))

    @property
    def identifiers(self) -> list[str]:
        """All its identifiers."""
        return list(dict.fromkeys((*self.link.identifiers, *self.profile.identifiers)))

    def has_name(self, name: str) -> bool:
        """Whether one of its names is this one, but for the way of writing."""
        return _same(name) in {_same(n) for n in (*self.names, *self.profile.others)}

    def has_identifier(self, text: str) -> bool:
        """Whether one of its identifiers is this one, but for the way of writing."""
        mine = {plain_identifier(*one.partition(" ")[::2]) for one in self.identifiers}
        return plain_identifier(*text.partition(" ")[::2]) in mine


def _same(name: str) -> str:
    return folded(plain(name))


def kind_of(link: Link) -> str:
    """What the record of a link is: the first part of its key; names alone are of countries."""
    kind = link.candidate.partition("/")[0]
    return "country" if kind == "name" else kind


def word(term: str) -> str:
    """A status, score or kind in the reader's language."""
    return translate(WORDS[term]) if term in WORDS else term


def likely(score: float) -> str:
    """How sure a score is, as one of WORDS."""
    return next(term for least, term in _LIKELY if score >= least)


def known() -> list[Link]:
    """All links of the version that answers now, the surest first."""
    return state().kept.get(version().digest, "links", lambda: links.read(engine()))


def _etag() -> str:
    """The entity tag of this representation; its beginning tells the state, for If-Match."""
    values = sorted(request.args.items(multi=True))
    spoken = (language.interface(), language.content())
    tagged = caching.tag(version(), request.path, repr(values), *spoken)
    return committing.tag(version().digest, tagged)


def review(ending: str | None = None) -> Response:
    """The links that wait for a decision, or those that `status`, `source` and `kind` choose."""
    names = [ending] if ending else request.args.getlist("format")
    chosen = negotiation.choose((HTML, *FORMATS), names)
    tag = f"{_etag()}.{chosen.name}"
    same = caching.unchanged(tag)
    if same is not None:
        return same
    response = _list(chosen) if chosen in (HTML, JSON) else _made(chosen)
    response.set_etag(tag)
    response.headers["Link"] = ", ".join(
        f'<{addresses.public("/review." + item.name)}>; rel="alternate"; type="{item.media_type}"'
        for item in FORMATS
    )
    return vary(response)


def _made(chosen: Format) -> Response:
    """What is linked or decided, whole."""
    if chosen is TSV:
        return Response(reviewing.sssom(known()), content_type=chosen.content_type)
    return Response(rdf.body(reviewing.same_as(known()), chosen), content_type=chosen.content_type)


def _list(chosen: Format) -> Response:
    found = known()
    status = _one_of("status", (*STATUSES, _ALL)) or "open"
    source, kind = request.args.get("source", ""), request.args.get("kind", "")
    wanted = [
        link
        for link in found
        if status in (link.status, _ALL)
        and source in ("", link.source)
        and kind in ("", kind_of(link))
    ]
    groups = [list(group) for _, group in groupby(wanted, key=lambda link: link.candidate)]
    page = asked.page(len(groups), SHOWN)
    shown = groups[page.start : page.stop]
    of_page = [link for group in shown for link in group]
    keys = [k for link in of_page for k in (link.candidate, link.target, link.source) if k]
    about = profiles(engine(), keys)
    counts = Counter(link.status for link in found)
    if chosen is JSON:
        return _as_json(of_page, about, counts, len(groups), page)
    body = render_template(
        "review/review.html",
        records=[_record(group, about) for group in shown],
        about=about,
        counts=counts,
        total=len(groups),
        page=page,
        status=status,
        statuses=(*STATUSES, _ALL),
        source=source,
        sources=sorted({link.source for link in found if link.source}),
        kind=kind,
        kinds=sorted({kind_of(link) for link in found}),
        word=word,
        likely=likely,
        kind_of=kind_of,
        iri_of=iri_of,
        island=_island(),
    )
    return Response(body, content_type=HTML.content_type)


def _record(group: Sequence[Link], about: Mapping[str, Profile]) -> Record:
    first = group[0]
    options = [Option(k, about.get(k.target, Profile(k.target))) for k in group if k.target]
    return Record(first, about.get(first.candidate, Profile(first.candidate)), tuple(options))


def _as_json(
    shown: Sequence[Link],
    about: Mapping[str, Profile],
    counts: Mapping[str, int],
    total: int,
    page: Page,
) -> Response:
    now = version()
    return jsonify(
        data={"version": now.number, "digest": now.digest},
        counts={status: counts.get(status, 0) for status in STATUSES},
        total=total,
        page=page.number,
        pages=page.last,
        links=[link.record() for link in shown],
        things={key: profile.record() for key, profile in about.items()},
    )


def _one_of(name: str, allowed: Sequence[str]) -> str:
    value = request.args.get(name, "")
    if value and value not in allowed:
        expected = "one of several"
        raise InvalidParameter(
            f"Wrong parameters: {name}.",
            where=name,
            hint=f"Use one of: {', '.join(allowed)}.",
            extra={
                "errors": [
                    {
                        "parameter": name,
                        "value": value,
                        "expected": expected,
                        "allowed": list(allowed),
                    }
                ]
            },
        )
    return value


def _island() -> dict[str, object]:
    """What the script is told: addresses, and words in the reader's language."""
    return {
        "addresses": {
            "review": addresses.local("/review"),
            "suggest": addresses.local("/suggest"),
            "changes": addresses.local("/changes"),
            "doc": addresses.local("/doc"),
        },
        "language": language.content(),
        "words": {
            "accepted": translate("Accepted."),
            "rejected": translate("Rejected."),
            "later": translate("Put off."),
            "open": translate("Waiting again."),
            "undo": translate("Take back"),
            "undone": translate("Taken back."),
            "as": translate("It is this"),
            "none": translate("Nothing has such a name."),
            "more": translate("There are more; type more of the name."),
            "working": translate("Being written …"),
            "unreachable": translate("The service cannot be reached; try again."),
        },
    }


__all__ = ["FORMATS", "likely", "review", "word"]
