"""Every term of the ontology explains itself, in Chinese and in English."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from kg.namespaces import PREFIXES
from tests.ontology.terms import CLASS, MODULES, ONTOLOGY, declared, own, short, triples

LABEL = PREFIXES["rdfs"] + "label"
DEFINITION = PREFIXES["skos"] + "definition"
DEFINED_BY = PREFIXES["rdfs"] + "isDefinedBy"
LANGUAGES = ("zh", "en")

by_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
by_language = pytest.mark.parametrize("language", LANGUAGES)


def _texts(module: Path, predicate: str, language: str) -> dict[str, list[str]]:
    """Texts of the terms that a module declares, its borrowed ones too: IRI → texts."""
    found: dict[str, list[str]] = {}
    for triple in triples(module):
        if isinstance(triple.subject, NamedNode) and triple.subject.value in declared():
            texts = found.setdefault(triple.subject.value, [])
            if triple.predicate.value == predicate and isinstance(triple.object, Literal):
                texts.extend([triple.object.value] * (triple.object.language == language))
    return found


def _bare(text: str) -> str:
    return re.sub(r"[\s.。，,;；]", "", text).casefold()


@by_language
@by_module
def test_a_reader_finds_one_name_for_every_term(module: Path, language: str) -> None:
    texts = _texts(module, LABEL, language)
    assert {short(iri): found for iri, found in texts.items() if len(found) != 1} == {}


@by_language
@by_module
def test_a_reader_finds_one_definition_for_every_term(module: Path, language: str) -> None:
    texts = _texts(module, DEFINITION, language)
    assert {short(iri): found for iri, found in texts.items() if len(found) != 1} == {}


@by_language
@by_module
def test_a_definition_says_more_than_the_name(module: Path, language: str) -> None:
    names = _texts(module, LABEL, language)
    idle = {
        short(iri): text
        for iri, texts in _texts(module, DEFINITION, language).items()
        for text in texts
        if any(len(_bare(text)) <= len(_bare(name)) for name in names.get(iri, []))
    }
    assert idle == {}


@by_module
def test_a_chinese_text_is_chinese_and_an_english_one_is_not(module: Path) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    wrong = {
        short(iri): text
        for predicate, language in ((DEFINITION, "zh"), (DEFINITION, "en"), (LABEL, "en"))
        for iri, texts in _texts(module, predicate, language).items()
        for text in texts
        if bool(chinese.search(text)) != (language == "zh")
    }
    assert wrong == {}


@by_module
def test_a_term_names_the_ontology_that_defines_it(module: Path) -> None:
    stated = {
        triple.subject.value: getattr(triple.object, "value", "")
        for triple in triples(module)
        if isinstance(triple.subject, NamedNode) and triple.predicate.value == DEFINED_BY
    }
    assert {short(iri) for iri in own(module) if stated.get(iri) != ONTOLOGY} == set()


@by_module
def test_classes_and_properties_are_told_apart_by_their_first_letter(module: Path) -> None:
    # SPARQL people read CamelCase as a class and lowerCamelCase as a property.
    rules = {True: re.compile(r"[A-Z][A-Za-z0-9]*"), False: re.compile(r"[a-z][A-Za-z0-9]*")}
    wrong = [
        short(iri)
        for iri, kind in own(module).items()
        if not rules[kind == CLASS].fullmatch(iri.removeprefix(PREFIXES["istc"]))
    ]
    assert wrong == []


@by_module
def test_every_term_that_a_module_mentions_is_declared(module: Path) -> None:
    mentioned = {
        node.value
        for triple in triples(module)
        for node in triple
        if isinstance(node, NamedNode) and node.value.startswith(PREFIXES["istc"])
    }
    assert {short(iri) for iri in mentioned - declared().keys()} == set()


def test_every_term_is_declared_in_one_module() -> None:
    places = Counter(
        triple.subject.value
        for module in MODULES
        for triple in triples(module)
        if isinstance(triple.subject, NamedNode) and triple.predicate.value == LABEL
        if triple.object.language == "en"  # type: ignore[union-attr]
    )
    assert {short(iri): number for iri, number in places.items() if number > 1} == {}


@by_language
def test_two_terms_of_one_kind_never_share_a_name(language: str) -> None:
    names: dict[tuple[bool, str], set[str]] = {}
    for module in MODULES:
        for iri, texts in _texts(module, LABEL, language).items():
            for text in texts:
                key = (declared()[iri] == CLASS, text.casefold())
                names.setdefault(key, set()).add(short(iri))
    assert {name: iris for (_, name), iris in names.items() if len(iris) > 1} == {}
