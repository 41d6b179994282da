"""Imports over HTTP: sent, checked, looked at, committed, taken back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rdflib
import requests

from kg.store import changes
from tests import homes
from tests.importing.conftest import REGISTER, Register
from tests.importing.office import XLSX, Office, office, small, token_of, triples
from tests.serving import BROWSER, children

#: Of an import, in this order.
STAGES = ("read", "map", "link", "change", "rules", "validation", "report")

GRAPH = "https://w3id.org/istc-kg/graph/source/office-register"
#: A quantity whose year is none.
BROKEN = REGISTER | {"quantities": [REGISTER["quantities"][0] | {"period": "20166"}]}
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


@pytest.fixture(scope="module")
def desk(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A service on a copy of the built graph; whoever commits takes it back."""
    home = tmp_path_factory.mktemp("jobs") / "home"
    homes.copy(built_home, home)
    with office(home) as one:
        yield one


def test_a_register_is_checked_previewed_committed_and_taken_back(
    desk: Office, register: Register
) -> None:
    before = desk.digest
    reply = desk.post(register(REGISTER))
    assert (reply.status, reply.json()["state"]) == (202, "queued")
    at = reply.header("Location")
    job = desk.done(at)
    assert job["state"] == "checked", job
    assert job["who"] == "office"
    assert job["preview"]["rows"]["quantities"] == 2
    assert desk.digest == before
    difference = desk.send("GET", f"{at}/diff").json()
    patch = desk.send("GET", f"{at}/diff?format=rdfp").text.splitlines()
    assert difference["added"] == sum(line.startswith("A ") for line in patch) > 0
    assert difference["graphs"][GRAPH]["added"] > 10
    assert "https://w3id.org/istc-kg/id/agreement/example" in difference["things"]

    reply = desk.send("POST", f"{at}/commit")
    assert reply.status == 200, reply.text
    done = reply.json()
    assert done["import"]["state"] == "committed"
    assert done["version"] == done["import"]["version"]
    change = changes.read(desk.home, done["version"])
    assert len(change.added) == difference["added"]
    assert len(change.removed) == difference["removed"]
    rows = desk.service.select(f"SELECT * {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}")
    assert len(rows) == difference["graphs"][GRAPH]["added"]
    assert desk.send("POST", f"{at}/commit").status == 409

    reply = desk.send("POST", f"{at}/revert")
    assert reply.status == 200, reply.text
    assert desk.digest == before
    job = desk.job(at)
    assert (job["state"], job["undoneBy"]) == ("reverted", reply.json()["version"])
    again = desk.send("POST", f"{at}/revert")
    assert (again.status, again.json()["type"]) == (409, "/problems/wrong-state")


def test_a_broken_register_is_refused_with_the_same_report_in_every_form(
    desk: Office, register: Register
) -> None:
    at = desk.sent(register(BROKEN))
    job = desk.done(at)
    assert job["state"] == "refused"
    assert job["links"]["commit"] is None
    assert (desk.send("POST", f"{at}/commit").status, desk.send("GET", f"{at}/diff").status) == (
        409,
        409,
    )
    said = desk.send("GET", f"{at}/report").json()
    assert not said["conforms"]
    assert said["counts"] == job["preview"]["counts"]
    (found,) = [one for one in said["findings"] if one["severity"] == "violation"]
    assert (found["sheet"], found["value"]) == ("quantities", "20166")
    assert found["row"] > 1

    rows = list(csv.DictReader(io.StringIO(desk.send("GET", f"{at}/report?format=csv").text)))
    assert (rows[0]["value"], int(rows[0]["row"])) == ("20166", found["row"])
    assert rows[0]["message_zh"] == found["messages"]["zh"]
    for media_type in ("text/turtle", "application/ld+json"):
        reply = desk.send("GET", f"{at}/report", Accept=media_type)
        assert reply.type == media_type
        report = rdflib.Graph().parse(data=reply.body, format=media_type)
        assert (None, SH.conforms, rdflib.Literal(False)) in report
        assert len(list(report.subjects(rdflib.RDF.type, SH.ValidationResult))) == len(rows)
    chinese = desk.send("GET", f"{at}/report?format=txt&lang=zh").text
    english = desk.send("GET", f"{at}/report", Accept="text/plain", Accept_Language="en").text
    assert found["messages"]["zh"] in chinese
    assert found["messages"]["en"] in english
    wrong = desk.send("GET", f"{at}/report", Accept="image/png")
    assert (wrong.status, "text/csv" in wrong.json()["available"]) == (406, True)


def test_files_can_be_checked_without_being_imported(desk: Office, register: Register) -> None:
    before = desk.digest
    for rows, status in ((REGISTER, 200), (BROKEN, 422)):
        path = register(rows)
        reply = desk.service.send(
            "POST", "/validate?source=office-register", path.read_bytes(), {"Content-Type": XLSX}
        )
        assert reply.status == status, reply.text
        assert reply.json()["conforms"] == (status == 200)
        path.unlink()
    assert "20166" in desk.post(register(BROKEN), "/validate", format="csv").text
    assert desk.digest == before
    assert "@" not in desk.send("GET", "/imports").text


def test_two_imports_of_a_source_are_committed_one_after_the_other(
    desk: Office, register: Register
) -> None:
    before = desk.digest
    more = REGISTER["quantities"][0] | {"value": "88", "period": "2019"}
    first = desk.sent(register(REGISTER))
    second = desk.sent(register(REGISTER | {"quantities": [*REGISTER["quantities"], more]}))
    # Both are checked against the same graph.
    jobs = [desk.done(at) for at in (first, second)]
    assert [job["state"] for job in jobs] == ["checked", "checked"]
    assert jobs[1]["preview"]["diff"]["added"] > jobs[0]["preview"]["diff"]["added"] > 10
    one = desk.send("POST", f"{first}/commit").json()
    two = desk.send("POST", f"{second}/commit").json()
    assert (one["version"] + 1, two["import"]["state"]) == (two["version"], "committed")
    # Only what the second says beyond the first has been added; the difference says so.
    change = changes.read(desk.home, two["version"])
    difference = desk.send("GET", f"{second}/diff").json()
    assert len(change.added) == difference["added"] < jobs[1]["preview"]["diff"]["added"]
    rows = desk.service.select(f"SELECT ?s {{ GRAPH <{GRAPH}> {{ ?s ?p '88' }} }}")
    assert len(rows) == 1

    # The first is taken back in its turn only.
    refused = desk.send("POST", f"{first}/revert")
    assert refused.status in (409, 422)
    assert desk.job(first)["state"] == "committed"
    for at in (second, first):
        reply = desk.send("POST", f"{at}/revert")
        assert reply.status == 200, reply.text
    assert desk.digest == before


def test_progress_is_told_until_the_import_is_done(desk: Office, register: Register) -> None:
    at = desk.sent(register(REGISTER))
    events: list[dict[str, Any]] = []
    with requests.get(
        f"{desk.service.url}{at}/events",
        headers={"Authorization": f"Bearer {desk.token}"},
        stream=True,
        timeout=60,
    ) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        for line in answer.iter_lines(decode_unicode=True):
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
    assert [job["active"] for job in events[-2:]] == [True, False]
    assert events[-1] == desk.job(at)
    # Each event is the state at that moment: a short stage is over before the next one.
    told = list(dict.fromkeys(job["progress"]["stage"] for job in events if job["progress"]))
    assert told
    assert told == [stage for stage in STAGES if stage in told]


def test_an_import_is_cancelled_while_it_waits_and_while_it_is_checked(
    desk: Office, register: Register
) -> None:
    path = register(REGISTER)
    running, waiting = desk.sent(path), desk.sent(path)
    assert desk.job(waiting)["ahead"] in (0, 1)
    desk.done(running, "running")
    busy = children(desk.service.process.pid)
    for at in (waiting, running):
        reply = desk.send("DELETE", at)
        assert (reply.status, reply.json()["state"]) == (200, "cancelled")
    again = desk.send("DELETE", running)
    assert (again.status, again.json()["state"]) == (409, "cancelled")
    assert desk.send("POST", f"{running}/commit").status == 409
    at = desk.sent(path)
    assert desk.done(at)["state"] == "checked"
    # What was checking the first one is gone.
    assert not any("kg.importing" in _command(process) for process in busy)
    assert desk.send("DELETE", at).status == 409


def _command(process: int) -> str:
    try:
        with open(f"/proc/{process}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


def test_what_no_longer_fits_the_graph_is_not_committed(desk: Office, register: Register) -> None:
    ground = desk.sent(register({name: REGISTER[name] for name in ("documents", "actors")}))
    assert desk.done(ground)["state"] == "checked"
    assert desk.send("POST", f"{ground}/commit").status == 200
    rows = {
        "documents": [REGISTER["documents"][0] | {"key": "doc/other-register"}],
        "quantities": REGISTER["quantities"][:1],
    }
    other = desk.sent(register(rows), source="other-register")
    assert desk.done(other)["state"] == "checked", desk.job(other)
    assert desk.send("POST", f"{ground}/revert").status == 200
    before = desk.digest
    reply = desk.send("POST", f"{other}/commit")
    assert (reply.status, reply.json()["type"]) == (422, "/problems/non-conforming")
    assert reply.json()["results"]
    assert desk.digest == before
    assert desk.job(other)["state"] == "checked"


def test_a_change_is_not_taken_back_under_a_later_one(desk: Office) -> None:
    at = desk.sent("<http://example.org/a> <http://example.org/p> 'a' .", source="plain")
    assert desk.done(at)["state"] == "checked", desk.job(at)
    stale = desk.send("POST", f"{at}/commit", If_Match='"0123456789"')
    assert (stale.status, desk.job(at)["state"]) == (412, "checked")
    assert desk.send("POST", f"{at}/commit").status == 200
    later = desk.sent("<http://example.org/a> <http://example.org/p> 'b' .", source="plain")
    assert desk.done(later)["state"] == "checked"
    assert desk.send("POST", f"{later}/commit", If_Match="*").status == 200
    reply = desk.send("POST", f"{at}/revert")
    assert (reply.status, reply.json()["type"]) == (409, "/problems/conflict")
    (changed,) = reply.json()["changed"]
    assert (changed["since"], '"a"' in changed["quad"]) == ("removed", True)
    for one in (later, at):
        assert desk.send("POST", f"{one}/revert").status == 200


def test_only_a_token_for_imports_sees_its_own_imports(desk: Office) -> None:
    at = desk.sent("<http://example.org/a> <http://example.org/p> 'a' .", dry_run="true")
    everything = ("/imports", at, f"{at}/report", f"{at}/diff", f"{at}/events")
    other = token_of(desk.home, "other")
    admin = token_of(desk.home, "admin", "admin")
    writer = token_of(desk.home, "writer", "write")
    for path in everything:
        reply = desk.service.get(path)
        assert (reply.status, reply.header("WWW-Authenticate")) == (401, "Bearer")
        reply = replace(desk, token=writer).send("GET", path)
        assert (reply.status, reply.json()["scopeNeeded"]) == (403, "import")
    for path in everything[1:]:
        assert replace(desk, token=other).send("GET", path).status == 404
    for method, path in (("DELETE", at), ("POST", f"{at}/commit"), ("POST", f"{at}/revert")):
        assert desk.service.send(method, path).status == 401
        assert replace(desk, token=other).send(method, path).status == 404
    assert desk.service.send("POST", "/imports?source=a", "").status == 401
    assert replace(desk, token=other).send("GET", "/imports").json()["imports"] == []
    assert desk.done(at)["state"] == "checked"
    ids = [
        job["id"] for job in replace(desk, token=admin).send("GET", "/imports").json()["imports"]
    ]
    assert at.rpartition("/")[2] == ids[0]
    assert ids == sorted(ids, reverse=True)
    # It was sent to be checked only.
    assert desk.send("POST", f"{at}/commit").status == 409
    # A browser gets a page without data, and sends the token from there.
    for path in ("/imports", at):
        reply = desk.service.get(path, BROWSER)
        assert (reply.status, reply.type) == (200, "text/html")
        assert "example.org" not in reply.text


@pytest.mark.parametrize(
    ("query", "kind", "body", "status", "said"),
    [
        ("source=a", "image/png", "a", 415, "text/csv"),
        ("source=a", "text/turtle", "", 400, "empty"),
        ("source=A%20b", "text/turtle", "<a:a> <a:b> <a:c> .", 422, "office-register"),
        ("source=a&bar=high", "text/turtle", "<a:a> <a:b> <a:c> .", 422, "violation"),
        ("source=a&dry_run=maybe", "text/turtle", "<a:a> <a:b> <a:c> .", 422, "dry_run"),
        ("", "text/turtle", "<a:a> <a:b> <a:c> .", 202, "body"),
        ("source=a", "multipart/form-data; boundary=x", "--x--\r\n", 400, "file"),
    ],
)
def test_what_cannot_be_an_import_is_told_at_once(
    quick: Office, query: str, kind: str, body: str, status: int, said: str
) -> None:
    reply = quick.send("POST", f"/imports?{query}", body, Content_Type=kind)
    assert reply.status == status, reply.text
    assert said in reply.text


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A service on a small graph with tight bounds."""
    home = small(tmp_path_factory.mktemp("quick") / "home")
    with office(home, upload_bytes="100000", client_jobs="3", validate_bytes="5000") as one:
        yield one


def test_a_form_brings_several_files_and_a_mapping(quick: Office) -> None:
    files = [
        ("file", ("../a.ttl", "<a:a> <a:b> 'a' ."), "text/turtle"),
        ("file", ("b.nt", '<a:a> <a:b> "b" .'), "application/n-triples"),
    ]
    answer = requests.post(
        f"{quick.service.url}/imports",
        headers={"Authorization": f"Bearer {quick.token}"},
        data={"source": "several", "bar": "none"},
        files=[(name, (*file, kind)) for name, file, kind in files],
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    assert [file["name"] for file in answer.json()["files"]] == ["a.ttl", "b.nt"]
    at = answer.headers["Location"]
    job = quick.done(at)
    assert (job["state"], job["preview"]["diff"]["added"], job["bar"]) == ("checked", 2, "none")


def test_bounds_on_size_and_number_are_told(quick: Office) -> None:
    reply = quick.post(triples(3000))
    assert (reply.status, reply.json()["limitBytes"]) == (413, 100000)
    for at in [quick.sent(triples(1000)) for _ in range(2)]:
        quick.done(at)
    replies = [quick.post(triples(1000)) for _ in range(6)]
    assert {reply.status for reply in replies} == {202, 429}
    assert replies[-1].header("Retry-After").isdigit()
    for reply in replies:
        if reply.status == 202:
            quick.done(reply.header("Location"))
    large = quick.service.send("POST", "/validate", triples(500), {"Content-Type": "text/turtle"})
    assert large.status == 401
    reply = quick.post(triples(500), "/validate")
    assert (reply.status, reply.json()["dryRun"]) == (202, True)
    assert quick.done(reply.header("Location"))["state"] == "checked"
    assert 'istc_imports{state="checked"}' in quick.service.get("/metrics").text


def test_what_takes_too_long_or_too_much_fails_and_says_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = small(tmp_path_factory.mktemp("bounds") / "home")
    for settings, slug in (
        ({"import_seconds": "0.3"}, "query-timeout"),
        ({"job_bytes": "150000"}, "query-too-expensive"),
    ):
        with office(home, **settings) as one:
            job = one.done(one.sent(triples(4000)))
            assert (job["state"], job["active"]) == ("failed", False)
            assert job["problem"]["type"] == f"/problems/{slug}"
            assert one.service.get("/healthz").status == 200
