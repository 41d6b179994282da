"""Privacy: what is private is refused, and whoever is hidden is gone everywhere and stays so."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from kg import assembling, changing
from kg.analysis import running
from kg.changing import Step, Update
from kg.errors import NonConforming
from kg.namespaces import GRAPH, ID
from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry
from kg.tokens import Tokens
from tests import homes
from tests.analysis.peopled import records
from tests.cli.conftest import run
from tests.serving import SECONDS, Reply, Service, serving

WHO = f"{ID}person/nobel-6"
#: The person in an address, and not person/nobel-60.
MARK = re.compile(r"person/nobel-6\b")
REASON = "Asked for it."
#: What is there for the sake of the person alone.
NODES = f"""PREFIX istc: <https://w3id.org/istc-kg/ontology#>
SELECT DISTINCT ?node {{
  {{ ?node ?any <{WHO}> }}
  UNION {{ ?fact istc:subject <{WHO}> ; istc:object ?node . ?node a istc:Identifier }}
  FILTER(REGEX(STR(?node), "/id/(fact|participation|identifier)/"))
}}"""
SAID = """PREFIX istc: <https://w3id.org/istc-kg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX schema: <https://schema.org/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX e: <https://example.org/>
INSERT DATA { GRAPH e:g {
  e:doc a istc:SourceDataset ; rdfs:label "Example"@en .
  e:place a istc:RecordLocation ; rdfs:label "Record"@en ;
    istc:inDocument e:doc ; istc:locator "1" .
  e:who a istc:Expert ; rdfs:label "Example Scholar"@en .
  %s
} }"""


def insert(home: Path, more: str) -> None:
    step = Update(SAID % more, "https://example.org/")
    changing.change(Settings(home=home), step, Entry("test", "update"))


@pytest.fixture(scope="module")
def plain(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("plain") / "home"
    homes.copy(built_home, home)
    return home


#: What is private, each of a person of its own, and the shape that refuses it.
PRIVATE = {
    'e:mail schema:email "scholar@example.org" .': "Person-private",
    "e:mbox foaf:mbox <mailto:scholar@example.org> .": "Person-private",
    'e:phone schema:telephone "12345678" .': "Person-private",
    "e:home vcard:hasAddress e:street .": "Person-private",
    'e:born schema:birthDate "1962-03-04" .': "Person-born",
    'e:text dcterms:description "Write to scholar@example.org."@en .': "Person-text",
    "e:fact a istc:RelationFact ; istc:subject e:note ; istc:predicate istc:affiliatedWith ; "
    "istc:object <https://w3id.org/istc-kg/id/org/cas> ; istc:statedIn e:place ; "
    'istc:noteText "电话：010-12345678。"@zh .': "Person-text",
}


def test_private_data_of_a_person_are_refused(plain: Path) -> None:
    people = "".join(
        f'e:{name} a istc:Expert ; rdfs:label "Example {name}"@en .\n'
        for name in ("mail", "mbox", "phone", "home", "born", "text", "note")
    )
    with pytest.raises(NonConforming) as refused:
        insert(plain, people + "\n".join(PRIVATE))
    told = [str(result) for result in refused.value.extra["results"]]
    for more, shape in PRIVATE.items():
        name = "note" if more.startswith("e:fact") else more.partition(" ")[0].removeprefix("e:")
        assert any(shape in one and f"https://example.org/{name}'" in one for one in told), name


def test_professional_data_of_a_person_are_taken(plain: Path) -> None:
    insert(plain, 'e:who schema:birthDate "1962" ; dcterms:description "An oceanographer."@en .')


# --- hiding ---------------------------------------------------------------------------------------


@dataclass
class Hidden:
    """A graph in which somebody has been hidden over HTTP, and what was said before."""

    service: Service
    home: Path
    folder: Path
    step: Step
    nodes: set[str]
    change: int
    answer: str
    told: list[Reply]


def texts(home: Path) -> str:
    """All that the current version says, without the journal."""
    now = versions.current(home)
    assert now is not None
    return (Store.read_only(str(now.path)).dump(format=RdfFormat.N_QUADS) or b"").decode()


def searched(service: Service, *, found: bool) -> bool:
    """Wait until search finds the person, or finds the person no more."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        reply = service.page("/search?q=Curie")
        if reply.status == 200 and bool(MARK.search(reply.text)) is found:
            return True
        time.sleep(0.3)
    return False


@pytest.fixture(scope="module")
def hidden(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hidden]:
    folder = tmp_path_factory.mktemp("hidden")
    home = folder / "home"
    homes.copy(peopled_home, home)
    step = records(peopled_home)
    tokens = Tokens(Settings(home=home))
    writer, admin = tokens.create("writer", ["write"]), tokens.create("admin", ["admin"])
    with serving(home) as service:
        assert service.page("/doc/person/nobel-6").status == 200
        assert searched(service, found=True)
        nodes = {row["node"] for row in service.select(NODES)}
        frozen = service.send(
            "POST", "/questions/people-and-affiliations/cite?lang=en", "", {"Accept": "*/*"}
        )
        body = json.dumps({"person": WHO, "reason": REASON})
        kind = {"Content-Type": "application/json"}
        told = []
        for token, said, status in (
            ("none", body, 401),
            (writer, body, 403),
            (admin, "{}", 400),
            (admin, body.replace("nobel-6", "nobody"), 404),
            (admin, body, 200),
        ):
            reply = service.send("POST", "/hide", said, kind | {"Authorization": f"Bearer {token}"})
            assert reply.status == status, reply.text
            told.append(reply)
        number = int(reply.header("Location").rpartition("/")[2])
        yield Hidden(service, home, folder, step, nodes, number, frozen.header("Location"), told)


def test_the_page_is_gone_with_its_reason(hidden: Hidden) -> None:
    reply = hidden.service.page("/doc/person/nobel-6")
    assert reply.status == 410
    assert REASON in reply.text
    assert "Marie Curie" not in reply.text


def test_hiding_is_described_as_it_is_answered(hidden: Hidden) -> None:
    described = hidden.service.get("/openapi.json").json()["paths"]["/hide"]["post"]
    for reply in hidden.told:
        assert reply.type in described["responses"][str(reply.status)]["content"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == set(hidden.told[-1].json())
    sent = described["requestBody"]["content"]["application/json"]
    assert set(sent["schema"]["required"]) == set(sent["example"]) == {"person", "reason"}


def test_neither_graph_nor_sparql_says_anything_of_the_person(hidden: Hidden) -> None:
    text = texts(hidden.home)
    assert len(hidden.nodes) > 3
    for node in {WHO, *hidden.nodes}:
        assert f"<{node}>" not in text, node
    assert "Marie Curie" not in text
    assert not hidden.service.select(f"SELECT ?p {{ <{WHO}> ?p ?o }}")
    # Others are untouched: the husband shared the prize.
    assert f"<{ID}person/nobel-5>" in text


def test_search_and_tools_go_without(hidden: Hidden) -> None:
    # The index of the new version takes some seconds.
    assert searched(hidden.service, found=False)
    result = running.run(hidden.home, "experts", {"name": "curie", "most": "2000"})
    found = [row["person"].iri for row in result.answered("experts").rows]
    assert WHO not in found
    assert f"{ID}person/nobel-5" in found


def test_downloads_and_patches_of_before_are_no_longer_given(hidden: Hidden) -> None:
    service, number = hidden.service, hidden.change
    for path in (
        f"/changes/{number}.rdfp",
        f"/changes/{number}.rdfp.gz",
        f"/changes/{number}/removed.nq",
        f"/changes/{number - 1}.rdfp",
        f"/changes.rdfp?since={number - 1}",
        f"/dumps/{number - 1}/istc-kg.nq.gz",
    ):
        assert service.get(path, "*/*").status == 410, path
    dump = service.get(f"/dumps/{number}/istc-kg.nq.gz", "*/*")
    assert dump.status == 200
    assert f"<{WHO}>".encode() not in gzip.decompress(dump.body)


def test_a_frozen_answer_that_names_the_person_is_gone(hidden: Hidden) -> None:
    digest = urlsplit(hidden.answer).path.rpartition("/")[2]
    assert len(digest) == 64
    for path in (f"/answers/{digest}", f"/answers/{digest}.csv", f"/answers/{digest}.json"):
        assert hidden.service.get(path, "*/*").status == 410, path


def test_the_journal_says_why_and_not_whom(hidden: Hidden) -> None:
    [line] = [
        one
        for one in json.loads(run(hidden.home, "log", "--json", cwd=hidden.folder).stdout)
        if one["activity"] == "hide"
    ]
    assert (line["agent"], line["note"]) == ("admin", REASON)
    shown = hidden.service.get(f"/changes/{hidden.change}", "application/json")
    assert shown.status == 200
    assert "nobel-6" not in json.dumps(line) + shown.text


def test_no_later_import_brings_the_person_back(hidden: Hidden) -> None:
    home = hidden.folder / "again"
    homes.copy(hidden.home, home)
    settings = Settings(home=home)
    changing.change(settings, hidden.step, Entry("test", "import"))
    assert f"<{WHO}>" not in texts(home)
    # Nor under another IRI with the same identifier.
    [identifier] = [node for node in hidden.nodes if "/identifier/" in node]
    insert(
        home,
        "e:f a istc:RelationFact ; istc:subject e:who ; istc:predicate istc:hasIdentifier ; "
        f"istc:object <{identifier}> ; istc:statedIn e:place . <{identifier}> a istc:Identifier ; "
        "istc:identifierScheme <https://w3id.org/istc-kg/vocab/identifier-scheme/nobel> ; "
        'istc:identifierValue "6" .',
    )
    assert "https://example.org/who" not in texts(home)


def test_nobody_else_writes_into_the_list_of_the_hidden(hidden: Hidden) -> None:
    home = hidden.folder / "list"
    homes.copy(hidden.home, home)
    done = run(home, "undo", str(hidden.change), "--json", cwd=hidden.folder)
    assert done.returncode == 0, done.stderr
    assert f"<{WHO}>" in texts(home)
    graph = NamedNode(f"{GRAPH}hidden")
    now = versions.current(home)
    assert now is not None
    assert not list(Store.read_only(str(now.path)).quads_for_pattern(None, None, None, graph))


def test_a_build_leaves_out_whom_the_tables_name(plain: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    homes.copy(plain, home)
    done = run(home, "hide", "person/ping-yudong", "--reason", REASON, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    now = versions.current(home)
    assert now is not None
    graph = NamedNode(f"{GRAPH}hidden")
    left = Store.read_only(str(now.path)).quads_for_pattern(None, None, None, graph)
    built = assembling.assemble(others=list(left)).store
    for name, there in (("ping-yudong", False), ("wang-yiqi", True)):
        person = NamedNode(f"{ID}person/{name}")
        said = [*built.quads_for_pattern(person, None, None, None)]
        said += built.quads_for_pattern(None, None, person, None)
        assert bool(said) is there, name


def test_only_people_are_hidden_and_only_with_a_reason(plain: Path, tmp_path: Path) -> None:
    for words, expected in (
        (("org/cas", "--reason", REASON), "Only people can be hidden"),
        (("person/ping-yudong", "--reason", " "), "needs a reason"),
        (("person/nobody", "--reason", REASON), "says nothing of this person"),
    ):
        done = run(plain, "hide", *words, cwd=tmp_path)
        assert done.returncode in (2, 3), done.stderr
        assert expected in done.stderr
