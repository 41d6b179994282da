"""Citing an answer: it is frozen under its hash, never changes, and says what has changed since."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg import freezing
from kg.asking import Cell
from kg.namespaces import ID, RDFS_LABEL, graph
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests import homes
from tests.cli.conftest import run
from tests.serving import BROWSER, Reply, Service, serving

QUESTION = "/questions/indicator-values"
PAPERS = f"{QUESTION}/cite?indicator=indicator/co-papers&years=2014..2016"
BYTES = 6_000


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Path:
    """A home of one's own, without frozen answers."""
    return homes.copy(built_home, tmp_path / "home", "answers")


@pytest.fixture
def own(home: Path) -> Iterator[Service]:
    with serving(home) as running:
        yield running


def cite(service: Service, path: str = PAPERS, language: str = "en") -> str:
    """Freeze an answer; the path of the frozen one."""
    reply = service.send("POST", path, headers={"Accept": BROWSER, "Accept-Language": language})
    assert reply.status == 303, reply.text
    assert reply.header("Cache-Control") == "no-store"
    return reply.header("Location").partition("?")[0]


def state(service: Service, path: str) -> dict[str, object]:
    return dict(service.get(f"{path}/now").json())


def test_the_button_on_the_page_freezes_what_the_page_shows(service: Service) -> None:
    page = service.page(f"{QUESTION}?indicator=indicator/co-papers&years=2014..2016", "en").text
    (action,) = re.findall(r'class="cite" method="post" action="([^"]+)"', page)
    frozen = service.page(cite(service, action.replace("&amp;", "&")), "en").text
    facts = re.compile(r'class="fact" href="([^"?]+)')
    assert facts.findall(frozen) == facts.findall(page) != []
    assert "2014..2016" in frozen


def test_a_frozen_answer_is_named_by_the_hash_of_its_content(service: Service) -> None:
    path = cite(service)
    digest = path.removeprefix("/answers/")
    reply = service.get(f"{path}.json")
    assert (reply.status, reply.type) == (200, "application/json")
    assert hashlib.sha256(reply.body).hexdigest() == digest
    assert "immutable" in reply.header("Cache-Control")
    assert service.get(path, "application/json").body == reply.body
    held = reply.json()
    answer = service.get(f"{QUESTION}.json?indicator=indicator/co-papers&years=2014..2016&lang=en")
    now = answer.json()
    assert held["question"]["id"] == "indicator-values"
    assert {p["name"]: p["value"] for p in held["parameters"]} == now["values"]
    assert held["data"] == now["data"]
    assert held["software"] == service.get("/version").json()["software"]
    assert [c["name"] for c in held["columns"]] == [c["name"] for c in now["question"]["columns"]]
    assert set(held["sources"]) == set(now["sources"])
    for row, other in zip(held["rows"], now["rows"], strict=True):
        assert row["value"]["text"] == other["value"]["text"]
        assert row["about"]["iri"] == other["about"]["iri"]
        assert row["evidence"]["facts"] == other["evidence"]["facts"]
    for place in (place for some in held["sources"].values() for place in some):
        assert place["document"]
        assert place["locator"]
        assert place["retrieved"]
    run = service.sparql(held["query"])
    assert len(run.json()["results"]["bindings"]) == len(held["rows"])


def test_the_json_is_canonical_and_holds_no_time(service: Service) -> None:
    body = service.get(cite(service) + ".json").body
    again = json.dumps(
        json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    assert again == body
    assert datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT") not in body.decode()


def test_the_same_answer_is_frozen_once_and_another_apart(own: Service, home: Path) -> None:
    first = cite(own)
    date = (home / freezing.FOLDER / f"{first.rpartition('/')[2]}.date").read_text()
    time.sleep(1.1)
    assert cite(own) == first
    assert (home / freezing.FOLDER / f"{first.rpartition('/')[2]}.date").read_text() == date
    assert cite(own, language="zh") != first
    assert cite(own, PAPERS.replace("2016", "2021")) != first
    assert len(list((home / freezing.FOLDER).glob("*.json"))) == 3
    assert list((home / freezing.FOLDER).glob(".partial*")) == []


def test_values_may_come_in_the_body_of_a_form(service: Service) -> None:
    form = "indicator=indicator/co-papers&years_from=2014&years_to=2016"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}
    reply = service.send("POST", f"{QUESTION}/cite", form, headers)
    assert reply.status == 303
    assert reply.header("Location").partition("?")[0] == cite(service)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_date_version_hash_and_citations(service: Service, language: str) -> None:
    path = cite(service, language=language)
    page = service.page(path, language).text
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    assert re.search(rf'<time datetime="{today}T[^"]+">{today}</time>', page)
    digest = path.removeprefix("/answers/")
    assert f">{digest}</code>" in page
    address = f"{service.url}{path}"
    citations = dict(re.findall(r'class="citation" lang="(\w+)"><code>(.*?)</code>', page, re.S))
    assert set(citations) == {"zh", "en"}
    version = service.get("/version").json()["data"]["version"]
    for text in citations.values():
        assert address in text
        assert today in text
        assert digest[:12] in text
    assert "国际科技合作证据图谱" in citations["zh"]
    assert f"数据版本 {version}" in citations["zh"]
    assert "[DS/OL]" in citations["zh"]
    assert "合作论文数" in citations["zh"]
    assert f"Data version {version}" in citations["en"]
    assert "Indicator: " in citations["en"]
    assert 'data-state="current"' in page
    for ending in ("bib", "ris", "json", "csv", "xlsx"):
        assert f'href="{path}.{ending}' in page


def test_bibtex_and_ris_name_the_answer(service: Service) -> None:
    path = cite(service)
    bib = service.get(f"{path}.bib")
    assert (bib.status, bib.type) == (200, "application/x-bibtex")
    assert re.fullmatch(r"@misc\{[\w-]+,\n(  \w+ = (\{.*\}|\w+),\n)+\}\n", bib.text)
    assert bib.text.count("{") == bib.text.count("}")
    assert f"url = {{{service.url}{path}}}" in bib.text
    ris = service.get(f"{path}.ris")
    assert (ris.status, ris.type) == (200, "application/x-research-info-systems")
    lines = ris.body.decode().split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert f"UR  - {service.url}{path}" in lines
    for reply, ending in ((bib, "bib"), (ris, "ris")):
        assert f'.{ending}"' in reply.header("Content-Disposition")
        assert service.get(path, reply.type).body == reply.body


def test_the_table_of_a_frozen_answer_is_that_of_the_answer(service: Service) -> None:
    path = cite(service)
    now = service.get(f"{QUESTION}.csv?indicator=indicator/co-papers&years=2014..2016&lang=en")
    assert service.get(f"{path}.csv").body == now.body
    assert service.get(f"{path}.csv?bom=1").body.startswith(b"\xef\xbb\xbf")
    link = service.get(f"{path}.csv").header("Link")
    assert 'rel="latest-version"' in link
    assert f'<{service.url}{path}>; rel="cite-as"' in link


def test_a_hash_of_nothing_is_not_found(service: Service) -> None:
    for digest in ("0" * 64, "x", "0" * 63, quote("../current", safe=""), "A" * 64):
        for form in ("", ".json", ".csv", ".bib"):
            reply = service.get(f"/answers/{digest}{form}", "application/json")
            assert reply.status == 404, digest
        assert service.get(f"/answers/{digest}/now").status == 404


def test_wrong_values_unknown_questions_and_other_methods_freeze_nothing(
    own: Service, home: Path
) -> None:
    assert own.send("POST", f"{QUESTION}/cite?indicator=nonsense").status == 422
    assert own.send("POST", "/questions/nothing-like-it/cite").status == 404
    refused = own.get(f"{QUESTION}/cite")
    assert (refused.status, refused.header("Allow")) == (405, "OPTIONS, POST")
    assert not (home / freezing.FOLDER).exists()


def too_many(reply: Reply) -> None:
    assert (reply.status, reply.type) == (429, "application/problem+json")
    assert 1 <= int(reply.header("Retry-After")) <= 3600
    assert reply.json()["retryAfter"] == int(reply.header("Retry-After"))
    assert reply.json()["type"].endswith("/problems/too-many-requests")


def test_only_so_many_new_answers_are_frozen_in_an_hour(home: Path) -> None:
    with serving(home, answers_per_hour="2") as service:
        first, second = cite(service), cite(service, language="zh")
        too_many(service.send("POST", f"{QUESTION}/cite"))
        # What is frozen already needs no room.
        assert cite(service) == first
        chinese = service.send("POST", f"{QUESTION}/cite", headers={"Accept-Language": "zh"})
        assert "一小时内" in chinese.json()["detail"]
        # An hour later one of them no longer counts.
        path = home / freezing.FOLDER / f"{second.rpartition('/')[2]}.json"
        os.utime(path, (time.time() - 3700,) * 2)
        assert service.send("POST", f"{QUESTION}/cite").status == 303


def test_number_and_size_of_frozen_answers_are_bounded(home: Path) -> None:
    with serving(home, answers="1", answer_bytes=str(BYTES)) as service:
        large = service.send("POST", "/questions/rankings/cite")
        assert (large.status, large.json()["limitBytes"]) == (422, BYTES)
        assert "rankings" not in str(list((home / freezing.FOLDER).glob("*")))
    with serving(home, answers="1") as service:
        cite(service)
        full = service.send("POST", f"{QUESTION}/cite")
        assert (full.status, full.type) == (507, "application/problem+json")


def changed(service: Service, home: Path, *added: Quad, gone: str = "") -> None:
    """Add quads to the graph, take all of a thing out, and wait until the service answers so."""
    node = NamedNode(ID + gone)
    with Truth.open(home) as truth:
        removed = [quad for quad in truth.quads() if node in (quad.subject, quad.object)]
        assert bool(removed) == bool(gone)
        number = truth.commit(added, removed, Entry(agent="test", activity="import")).number
    until = time.monotonic() + 60
    while service.get("/version").json()["data"]["version"] != number:
        assert time.monotonic() < until
        time.sleep(0.2)


def test_newer_data_are_told_and_whether_they_change_the_answer(own: Service, home: Path) -> None:
    path = cite(own)
    before = own.get(f"{path}.json")
    held = before.json()
    assert state(own, path)["state"] == "current"
    other = NamedNode(f"{ID}org/of-no-matter")
    changed(own, home, Quad(other, RDFS_LABEL, Literal("无关", language="zh"), graph("entities")))
    assert state(own, path)["state"] == "same"
    page = own.page(path, "en").text
    assert 'data-state="same"' in page
    assert "the answer is still the same" in page
    (fact, *_) = held["rows"][0]["evidence"]["facts"]
    changed(own, home, gone=fact.partition("/id/")[2])
    now = state(own, path)
    assert now["state"] == "other"
    assert now["removed"] == 1
    assert now["data"] == held["data"] != now["now"]
    page = own.page(path, "zh").text
    assert 'data-state="other"' in page
    assert "减少 1 行" in page
    # The frozen answer itself is as it was.
    assert own.get(f"{path}.json").body == before.body
    assert f'href="/doc/{fact.partition("/id/")[2]}' in page
    # Frozen anew, it is another answer.
    assert cite(own) != path


def test_an_answer_whose_value_is_gone_says_so(own: Service, home: Path) -> None:
    path = cite(own, f"{QUESTION}/cite?indicator=indicator/co-papers")
    changed(own, home, gone="indicator/co-papers")
    assert state(own, path)["state"] == "gone"
    page = own.page(path, "en")
    assert page.status == 200
    assert 'data-state="gone"' in page.text


def test_the_command_line_lists_frozen_answers_and_shows_them_as_http_does(
    own: Service, home: Path, tmp_path: Path
) -> None:
    path = cite(own)
    other = cite(own, "/questions/rankings/cite")
    digest = path.rpartition("/")[2]

    def answers(*words: str) -> bytes:
        done = run(home, "answers", *words, "--lang", "en", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout.encode()

    listed = {entry["sha256"]: entry for entry in json.loads(answers("--format", "json"))}
    assert set(listed) == {digest, other.rpartition("/")[2]}
    frozen = own.get(f"{path}.json").json()
    assert listed[digest]["rows"] == str(len(frozen["rows"]))
    assert digest in answers().decode()
    assert answers(digest, "--format", "json") == own.get(f"{path}.json").body
    rows = answers(digest, "--format", "csv").decode().splitlines()
    assert rows == own.get(f"{path}.csv").text.splitlines()
    for form, ending in (("bibtex", "bib"), ("ris", "ris")):
        told = answers(digest, "--format", form).decode()
        linked = own.get(f"{path}.{ending}").text
        assert told.split("istc-kg-")[1][:12] == linked.split("istc-kg-")[1][:12] == digest[:12]
    assert "Data version" in answers(digest, "--format", "text").decode()
    assert "Source" in answers(digest).decode()


@pytest.mark.parametrize(
    ("words", "code"),
    [(("0" * 64,), 3), (("--format", "ris"), 2), (("--format", "pie"), 2), (("../current",), 3)],
)
def test_the_command_line_says_what_is_wrong_with_an_answer(
    home: Path, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    done = run(home, "answers", *words, cwd=tmp_path)
    assert done.returncode == code
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_frozen_answer_changed_on_disk_is_not_shown(own: Service, home: Path) -> None:
    path = cite(own)
    file = home / freezing.FOLDER / f"{path.rpartition('/')[2]}.json"
    file.write_bytes(file.read_bytes().replace(b"indicator-values", b"indicator-valves"))
    assert own.get(f"{path}.json").status == 500


def test_what_is_read_back_is_what_was_frozen() -> None:
    cells = (
        Cell("5", datatype="http://www.w3.org/2001/XMLSchema#decimal"),
        Cell("名", "https://example.org/x", {"zh": "名", "en": "name"}),
        Cell("text", language="en"),
        Cell("a b", facts=("a", "b")),
        Cell(""),
    )
    for cell in cells:
        assert freezing._thawed_cell(freezing._cell(cell)) == cell
