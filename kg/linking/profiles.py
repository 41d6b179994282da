"""What people compare when they decide on a link: names, class, place and identifiers of things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual
from kg.choosing import key_of
from kg.citing import Selecting, text_of
from kg.linking.links import iri_of
from kg.namespaces import ISTC, PREFIXES, RDF_TYPE, RDFS

_LABEL, _OTHER = RDFS + "label", PREFIXES["skos"] + "altLabel"
_IDENTIFIER, _LOCATED = ISTC + "hasIdentifier", ISTC + "locatedIn"
_NARROWER = RDFS + "subClassOf"


@dataclass(frozen=True)
class Profile:
    """A thing as one compares it with another.

    Attributes:
        key: Its key, e.g. `org/cas`.
        label: Its name by language.
        others: Its other names.
        identifiers: Scheme and value, separated by a blank.
        types: IRI of each of its narrowest classes → its name by language.
        places: IRI of each place and country where it is → its name by language.
    """

    key: str
    label: Bilingual = field(default_factory=dict)
    others: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    types: Mapping[str, Bilingual] = field(default_factory=dict)
    places: Mapping[str, Bilingual] = field(default_factory=dict)

    def record(self) -> dict[str, object]:
        """The profile as plain values."""
        return {
            "label": dict(self.label),
            "otherNames": list(self.others),
            "identifiers": list(self.identifiers),
            "types": dict(self.types),
            "places": dict(self.places),
        }


def profiles(engine: Selecting, keys: Iterable[str]) -> dict[str, Profile]:
    """The profiles of things.

    Args:
        engine: Where to ask.
        keys: Keys of things.

    Returns:
        Key → profile, of the things that the graph has.
    """
    keys = list(dict.fromkeys(keys))
    wanted = [[NamedNode(iri_of(key))] for key in keys]
    if not wanted:
        return {}
    query = rq.bind(rq.load("kg", "queries", "link", "profiles").text, ["thing"], wanted)
    said: dict[str, dict[str, list[tuple[str, str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.select(query):
        value = row["value"]
        language = (value.language if isinstance(value, Literal) else None) or "en"
        about = text_of(row["about"]) if "about" in row else ""
        said[text_of(row["thing"])][text_of(row["property"])].append(
            (about, text_of(value), language)
        )
    known = {iri_of(key): key for key in keys}
    return {known.get(iri, key_of(iri)): _profile(known[iri], rows) for iri, rows in said.items()}


def _profile(key: str, said: Mapping[str, list[tuple[str, str, str]]]) -> Profile:
    def named(*properties: str) -> dict[str, Bilingual]:
        found: dict[str, Bilingual] = defaultdict(dict)
        for about, value, language in sorted(row for p in properties for row in said.get(p, ())):
            found[about].setdefault(language, value)
        return dict(found)

    wider = {about for about, value, _ in said.get(_NARROWER, ()) if about != value}
    return Profile(
        key,
        {language: value for _, value, language in sorted(said.get(_LABEL, ()), reverse=True)},
        tuple(sorted({value for _, value, _ in said.get(_OTHER, ())})),
        tuple(sorted(f"{scheme} {value}" for scheme, value, _ in said.get(_IDENTIFIER, ()))),
        {iri: name for iri, name in named(RDF_TYPE.value).items() if iri not in wider},
        named(ISTC + "country", _LOCATED),
    )


__all__ = ["Profile", "profiles"]
