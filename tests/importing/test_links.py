"""What an import finds in the graph is part of its change, and what people decide takes effect."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest

from kg import changing
from kg.errors import Conflict, Stale
from kg.importing import imports
from kg.linking import reviewing
from kg.linking.links import Link
from kg.linking.reviewing import Decision
from kg.namespaces import GRAPH, ID, ISTC, RDFS
from kg.settings import Settings
from kg.store import journal
from kg.store.journal import Entry

from .conftest import REGISTER, Register, Rows
from .desks import MINE, Desk

CUHK = "Chinese University of Hong Kong"
LINKS = f"{GRAPH}links"


def with_cuhk() -> Rows:
    """The register with a body that may be one of the graph, in another country."""
    rows = copy.deepcopy(REGISTER)
    rows["actors"].append({"class": "University", "label_en": CUHK})
    rows["relations"].append({"subject": CUHK, "predicate": "所属国家", "object": "China"})
    rows["relations"].append(
        {"subject": "示例合作备忘录", "predicate": "缔约方", "object": CUHK.upper()}
    )
    return rows


def _open(desk: Desk) -> list[Link]:
    return [link for link in reviewing.all_links(desk.settings) if link.status == "open"]


def test_links_are_part_of_the_import_and_a_decision_moves_its_rows(
    desk: Desk, register: Register
) -> None:
    before = desk.digest()
    checked = desk.check(register(with_cuhk()))
    assert list(checked.findings.lines("en")) == []
    preview = json.loads(json.dumps(checked.record()))
    found = {link["label"]: link for link in preview["links"]}
    sure, doubtful = found["中国科学院"], found[CUHK]
    assert (sure["status"], sure["target"], sure["score"]) == ("linked", "org/cas", 0.95)
    assert (doubtful["status"], doubtful["target"]) == ("open", "org/cuhk")
    assert 0.68 <= doubtful["score"] < 0.9
    assert "HKG" in doubtful["why"]["zh"]
    assert "another code" in doubtful["why"]["en"]

    done = imports.commit(desk.settings, checked)
    number = done.version.number
    assert [line.line.number for line in imports.imports(desk.settings)] == [number]
    [waiting] = _open(desk)
    assert waiting.label == CUHK
    new = f"<{ID}{waiting.candidate}>"
    assert desk.asks(f"{new} a istc:University")
    changing.undo(desk.settings, number, "desk")
    assert desk.digest() == before

    number = imports.commit(desk.settings, desk.check(register(with_cuhk()))).version.number
    imported = desk.digest()
    accepted = reviewing.decide(desk.settings, [Decision(waiting.number, "accept")], "Li Na")
    assert desk.asks(
        f"?f istc:subject <{ID}agreement/example> ; istc:predicate istc:hasParty ; "
        f"istc:object <{ID}org/cuhk>"
    )
    assert not desk.asks(f"{{ {new} ?p ?o }} UNION {{ ?s ?p {new} }}")
    assert desk.asks(f"{new} owl:sameAs <{ID}org/cuhk>", LINKS)
    # The import is not taken back over somebody's decision, and a decision not without its data.
    with pytest.raises(Conflict) as caught:
        changing.undo(desk.settings, number, "desk")
    assert any(waiting.number in changed["quad"] for changed in caught.value.extra["changed"])
    with pytest.raises(Conflict) as caught:
        reviewing.decide(desk.settings, [Decision(waiting.number, "reopen")], "Li Na")
    assert caught.value.hint.endswith(f"istc undo {accepted.version.number}")

    # The same register again, with a row before: nobody is asked twice, and nothing moves back.
    again = with_cuhk()
    again["actors"].insert(0, {"class": "科研机构", "label_zh": "另一示例研究所"})
    checked = desk.check(register(again))
    assert [link.label for link in checked.links] == ["中国科学院"]
    after = desk.digest()
    step = imports.commit(desk.settings, checked)
    assert not desk.asks(f"{{ {new} ?p ?o }} UNION {{ ?s ?p {new} }}")
    changing.undo(desk.settings, step.version.number, "desk")
    assert desk.digest() == after
    changing.undo(desk.settings, accepted.version.number, "desk")
    assert desk.digest() == imported


def test_things_of_rdf_are_linked_but_left_as_they_are_until_somebody_decides(
    desk: Desk, tmp_path: Path
) -> None:
    ror = "https://ror.org/02drdmm93"
    path = tmp_path / "bodies.ttl"
    path.write_text(
        f'<{ror}> a <{ISTC}ResearchOrganization> ; <{RDFS}label> "PUMC"@en .\n'
        f"<http://example.org/a> <http://example.org/hosts> <{ror}> ."
    )
    checked = desk.check(path)
    assert list(checked.findings.lines("en")) == []
    [link] = checked.links
    assert (link.candidate, link.target, link.status) == (ror, "org/cams", "linked")
    imports.commit(desk.settings, checked)
    assert desk.asks(f"<{ror}> a istc:ResearchOrganization")
    assert desk.asks(f"<{ror}> owl:sameAs <{ID}org/cams>", LINKS)
    reviewing.decide(desk.settings, [Decision(link.number, "accept")], "Li Na")
    moved = f"<http://example.org/a> <http://example.org/hosts> <{ID}org/cams>"
    assert desk.asks(moved)
    assert not desk.asks(f"{{ <{ror}> ?p ?o }} UNION {{ ?s ?p <{ror}> }}")
    # The same file again says the same.
    checked = desk.check(path)
    assert (checked.links, checked.prepared.stated) == ((), (0, 0))


def test_graphs_that_a_source_names_are_its_own(desk: Desk, tmp_path: Path) -> None:
    before = desk.digest()
    path = tmp_path / "sets.trig"
    path.write_text(
        "@prefix x: <http://example.org/> . x:a x:b 0 . x:one { x:a x:b 1 } x:two { x:a x:b 2 }"
    )
    first = imports.commit(desk.settings, desk.check(path))
    assert (first.added, first.removed) == (3, 0)
    assert desk.asks("?s ?p 0")
    path.write_text("@prefix x: <http://example.org/> . x:two { x:a x:b 3 }")
    checked = desk.check(path)
    assert checked.entry.graphs == ("http://example.org/two", MINE)
    second = imports.commit(desk.settings, checked)
    assert (second.added, second.removed) == (1, 3)
    assert not desk.asks("?s ?p ?o", "http://example.org/one")
    [finding] = desk.check(path, source="others").findings.found
    assert (finding.rule, finding.value) == ("graph-of-others", "http://example.org/two")
    assert "不是由本来源建立的" in finding.messages["zh"]
    for version in (second.version, first.version):
        changing.undo(desk.settings, version.number, "desk")
    assert desk.digest() == before
    assert journal.standing([line.line for line in imports.imports(desk.settings)]) != []


def test_a_node_on_which_somebody_has_decided_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    link = Link("org/x", "org/y", "X")
    changing.change(settings, changing.quads(tmp_path, link.quads(), ()), Entry("desk", "import"))
    better = replace(link, score=0.9)
    folder = settings.home / "imports" / "mine"
    folder.mkdir(parents=True)
    step = changing.quads(folder, better.quads(), link.quads(), whole=True)
    ready = changing.prepare(settings, step, folder)
    reviewing.decide(settings, [Decision(link.number, "reject")], "Li Na")
    with pytest.raises(Stale):
        changing.commit(settings, ready, Entry("desk", "import"))
    assert [one.status for one in reviewing.all_links(settings)] == ["rejected"]
