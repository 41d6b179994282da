"""Every constraint of `shapes/` has a good example, and bad ones that break it and nothing else.

README.md in this folder says how the examples are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple

from kg import assembling, reasoning, resources, validation
from kg.namespaces import ID, RDF, SH, SHAPES, graph
from kg.rq import Term
from kg.validation import Report, Result

HERE = Path(__file__).parent
EXAMPLES = "https://example.org/"
NONE = NamedNode(RDF + "nil")
SEVERITY = NamedNode(SH + "severity")
#: SHACL components whose name is not that of their parameter (SHACL, appendix B).
COMPONENTS = {"qualifiedMinCount": "QualifiedMinCount", "sparql": "SPARQL"}
#: What a shape says beside its constraints.
NEUTRAL = {
    SH + name
    for name in ("path", "severity", "message", "targetClass", "targetSubjectsOf", "property")
} | {RDF + "type", SH + "qualifiedValueShape"}


@dataclass(frozen=True)
class Constraint:
    """A shape that can appear in a report, `Fact-about` in `facts`, and its SHACL parameters."""

    name: str
    stem: str
    parameters: frozenset[str]

    @property
    def file(self) -> str:
        return f"{self.stem}/{self.name.partition('-')[0]}.trig"


@dataclass(frozen=True)
class Example:
    """The triples of one example: a good one `Fact`, or a bad one `Fact-about.missing`."""

    name: str
    file: str
    triples: frozenset[Triple]

    @property
    def constraint(self) -> str:
        return self.name.partition(".")[0]

    @property
    def good(self) -> bool:
        return "-" not in self.name


def read_constraints() -> Iterator[Constraint]:
    for item in resources.files("shapes", suffix=".ttl"):
        store = Store()
        store.load(input=item.read_bytes(), format=RdfFormat.TURTLE)
        for quad in store.quads_for_pattern(None, SEVERITY, None, None):
            stated = store.quads_for_pattern(quad.subject, None, None, None)
            parameters = {q.predicate.value for q in stated} - NEUTRAL
            yield Constraint(
                quad.subject.value.removeprefix(SHAPES),
                item.name.removesuffix(".ttl"),
                frozenset(iri.removeprefix(SH) for iri in parameters),
            )


def changed(good: set[Triple], changes: set[Triple]) -> set[Triple]:
    """The good example, where the values of each subject and property in `changes` are replaced."""
    replaced = {(t.subject, t.predicate) for t in changes}
    kept = {t for t in good if (t.subject, t.predicate) not in replaced}
    return kept | {t for t in changes if t.object != NONE}


def read_examples() -> Iterator[Example]:
    for path in sorted(HERE.rglob("*.trig")):
        graphs: dict[str, set[Triple]] = {}
        for quad in pyoxigraph.parse(path=str(path), format=RdfFormat.TRIG):
            name = quad.graph_name.value.removeprefix(SHAPES)
            graphs.setdefault(name, set()).add(quad.triple)
        good = graphs[path.stem]
        file = path.relative_to(HERE).as_posix()
        for name, triples in graphs.items():
            full = good if name == path.stem else changed(good, triples)
            yield Example(name, file, frozenset(full))


CONSTRAINTS = {c.name: c for c in read_constraints()}
ALL = {e.name: e for e in read_examples()}
GOOD = [name for name, example in ALL.items() if example.good]
BAD = [name for name, example in ALL.items() if not example.good]


# --- one graph with all examples, each under addresses of its own ---------------------------------


def apart(triples: frozenset[Triple], number: int) -> Iterator[Triple]:
    """The same triples with the things of the example renamed."""

    def moved(term):
        if isinstance(term, NamedNode) and term.value.startswith(EXAMPLES):
            return NamedNode(f"{EXAMPLES}{number}/{term.value.removeprefix(EXAMPLES)}")
        return term

    for triple in triples:
        assert not isinstance(triple.subject, BlankNode), "name the node in ex:"
        yield Triple(moved(triple.subject), triple.predicate, moved(triple.object))


def read(*parts: str) -> Iterator[Triple]:
    for item in resources.files(*parts, suffix=".ttl"):
        for quad in pyoxigraph.parse(input=item.read_bytes(), format=RdfFormat.TURTLE):
            yield quad.triple


def context() -> Iterator[Quad]:
    """The things of base.ttl, the ontology, and the concepts that somebody mentions."""
    base = [q.triple for q in pyoxigraph.parse(path=str(HERE / "base.ttl"))]
    vocabularies: dict[Term, list[Triple]] = {}
    for triple in read("ontology", "vocabularies"):
        vocabularies.setdefault(triple.subject, []).append(triple)
    mentioned = {t.object for t in base} | {t.object for e in ALL.values() for t in e.triples}
    concepts: list[Triple] = []
    while found := vocabularies.keys() & mentioned:
        new = [triple for node in found for triple in vocabularies.pop(node)]
        mentioned = {triple.object for triple in new}
        concepts += new
    for name, triples in (
        ("entities", base),
        ("ontology", read("ontology")),
        ("vocabularies", concepts),
    ):
        yield from (Quad(t.subject, t.predicate, t.object, graph(name)) for t in triples)


@pytest.fixture(scope="session")
def everything() -> bytes:
    store = Store()
    store.extend(context())
    for number, example in enumerate(ALL.values()):
        target = graph(f"source/{number}")
        store.extend(
            Quad(t.subject, t.predicate, t.object, target) for t in apart(example.triples, number)
        )
    reasoning.run_once(store, "truthy")
    reasoning.materialise(store)
    return assembling.flattened(store)


@pytest.fixture(scope="session")
def report(everything: bytes) -> Report:
    return validation.validate(everything)


@pytest.fixture(scope="session")
def results(report: Report) -> dict[str, list[Result]]:
    """What the daily engine says about each example."""
    found: dict[str, list[Result]] = {name: [] for name in ALL}
    names = list(ALL)
    for result in report.results:
        match = re.match(rf"{re.escape(EXAMPLES)}(\d+)/", result.focus)
        if match:
            found[names[int(match.group(1))]].append(result)
    return found


def test_both_engines_say_the_same_about_all_examples(everything, report):
    reference = validation.validate(everything, engine="pyshacl")
    assert [*report.results] == [*reference.results]
    assert report.results


def test_the_things_that_all_examples_share_are_as_they_should_be(report):
    assert [r for r in report.results if r.focus.startswith(ID)] == []


@pytest.mark.parametrize("name", GOOD)
def test_a_good_example_conforms(name, results):
    assert results[name] == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_example_breaks_its_constraint_and_no_other(name, results):
    assert {r.name for r in results[name]} == {ALL[name].constraint}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_each_part_of_a_constraint_is_broken_by_an_example(name, results):
    constraint = CONSTRAINTS[name]
    bad = [e for e in ALL.values() if e.constraint == name]
    assert bad, f"write a bad example: the graph s:{name}.… in tests/shapes/{constraint.file}"
    broken = {r.constraint.removeprefix(SH) for example in bad for r in results[example.name]}
    for parameter in constraint.parameters:
        stem = COMPONENTS.get(parameter, parameter[0].upper() + parameter[1:])
        assert f"{stem}ConstraintComponent" in broken, (
            f"write an example that breaks sh:{parameter}: the graph s:{name}.… in "
            f"tests/shapes/{constraint.file}"
        )


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_message_says_in_both_languages_what_is_wrong(name, results):
    assert set(validation.shapes()[SHAPES + name].messages) == {"zh", "en"}
    found = [r for e in BAD if ALL[e].constraint == name for r in results[e]]
    for result in found:
        for text in result.messages.values():
            assert not re.search(r"\{[?$]", text), f"a placeholder is not filled: {text}"


@pytest.mark.parametrize("name", ALL)
def test_an_example_stands_in_the_file_of_its_shape(name):
    example = ALL[name]
    files = {c.file for c in CONSTRAINTS.values()}
    wanted = CONSTRAINTS[example.constraint].file if not example.good else example.file
    assert example.file == wanted
    assert example.file in files, f"no shape in shapes/ for tests/shapes/{example.file}"


def test_every_shape_with_a_target_says_how_grave_a_fault_is():
    store = Store()
    store.load(input=validation.shapes_text(), format=RdfFormat.TURTLE)
    silent = {
        node.value.removeprefix(SHAPES)
        for quad in store.quads_for_pattern(None, NamedNode(SH + "property"), None, None)
        if isinstance(node := quad.object, NamedNode)
        and not list(store.quads_for_pattern(node, SEVERITY, None, None))
    }
    assert silent == set()
