"""For those who run the service: metrics, log, proxies, a good end, and headers on every route."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from werkzeug.routing import Rule

from kg.settings import Settings
from kg.tokens import Tokens
from service.app import create_app
from tests import homes, needs
from tests.serving import ROWS, Service, children, serving

BASE = "https://w3id.org/istc-kg/"


@pytest.fixture(scope="module")
def own_home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose files the tests may change."""
    return homes.copy(built_home, tmp_path_factory.mktemp("running") / "home")


@pytest.fixture(scope="module")
def own(own_home: Path) -> Iterator[Service]:
    """A service on a home of its own."""
    with serving(own_home) as running:
        yield running


def test_requests_queries_and_data_are_measured(service: Service) -> None:
    # Questions are asked ahead after the start.
    until = time.monotonic() + 60
    while service.measured()["istc_queries_running",]:
        assert time.monotonic() < until
        time.sleep(0.1)
    before = service.measured()
    service.get("/doc/org/cas.ttl")
    service.get("/nowhere/at/all")
    assert service.sparql("SELECT * { ?measured ?by ?nobody } LIMIT 1").status == 200
    assert service.sparql("SELECT nonsense").status == 400
    after = service.measured()

    def grown(*sample: str) -> float:
        return after.get(sample, 0.0) - before.get(sample, 0.0)

    assert grown("istc_http_requests_total", "GET", "/doc/<path:path>", "200") == 1
    assert grown("istc_http_requests_total", "GET", "unmatched", "404") == 1
    assert grown("istc_problems_total", "sparql-syntax") == 1
    assert grown("istc_http_request_seconds_count", "/sparql") == 2
    assert after["istc_queries_running",] == 0
    assert sum(n for key, n in after.items() if key[0] == "istc_queries_total") > 0
    now = service.get("/version").json()["data"]
    assert after["istc_data_info", now["digest"], str(now["version"])] == 1
    (row,) = service.select(
        f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}graph/entities> {{ ?s ?p ?o }} }}"
    )
    assert after["istc_graph_triples", "entities"] == int(row["n"])
    text = service.get("/metrics").text
    assert "measured" not in text
    assert "nowhere" not in text
    assert "org/cas" not in text


def test_metrics_are_for_this_machine_or_a_token(own: Service, own_home: Path) -> None:
    elsewhere = {"X_Forwarded_For": "203.0.113.7"}
    refused = own.get("/metrics", **elsewhere)
    assert (refused.status, refused.type) == (401, "application/problem+json")
    tokens = Tokens(Settings(home=own_home))
    writer = tokens.create("writer", ["write"])
    admin = tokens.create("operator", ["admin"])
    assert own.get("/metrics", **elsewhere, Authorization=f"Bearer {writer}").status == 403
    assert own.measured(**elsewhere, Authorization=f"Bearer {admin}")


def logged(service: Service, request_id: str) -> dict[str, Any]:
    """The line of the log for a request, which is written after its answer."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for text in list(service.said):
            line = json.loads(text) if text.startswith("{") else {}
            if line.get("id") == request_id:
                return dict(line)
        time.sleep(0.05)
    raise AssertionError(f"{request_id} is not in the log: {service.said}")


@pytest.fixture(scope="module")
def behind(built_home: Path) -> Iterator[Service]:
    """A service behind one proxy, with a log for machines."""
    with serving(built_home, log="json", trusted_proxies="1") as running:
        yield running


def test_the_log_has_a_line_for_each_request_without_its_query(behind: Service) -> None:
    query = "SELECT * { ?secret ?p ?o } LIMIT 5"
    reply = behind.get(f"/sparql?query={quote(query)}", ROWS, Query_Id="my-query")
    line = logged(behind, reply.header("X-Request-Id"))
    assert (line["method"], line["route"], line["status"]) == ("GET", "/sparql", 200)
    assert line["bytes"] == len(reply.body)
    assert line["client"] == "127.0.0.1"
    assert line["query"] == "my-query"
    assert line["seconds"] > 0
    assert line["level"] == "INFO"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*", line["time"])
    wrong = behind.get("/sparql?query=secret")
    assert logged(behind, wrong.header("X-Request-Id"))["status"] == 400
    assert "secret" not in "".join(behind.said)


def test_what_a_proxy_says_is_believed_only_where_one_is_expected(
    service: Service, behind: Service
) -> None:
    given = "6FB9C1A3-9B36-4E0D-8D3C-2F4E0D8F1A11"
    headers = {"X_Request_Id": given, "X_Forwarded_For": "198.51.100.9, 203.0.113.7"}
    reply = behind.get("/nowhere", **headers)
    assert reply.header("X-Request-Id") == given
    assert reply.json()["instance"] == f"urn:uuid:{given.lower()}"
    assert logged(behind, given)["client"] == "203.0.113.7"
    for other in ("<script>", "x" * 36, given + "0", ""):
        assert behind.get("/nowhere", X_Request_Id=other).header("X-Request-Id") != other
    assert service.get("/nowhere", **headers).header("X-Request-Id") != given


RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@contextmanager
def started(service: Service, **parameters: str) -> Iterator[HTTPConnection]:
    """A connection on which a query runs that does not end by itself."""
    with closing(service.connect()) as connection:
        _start(service, connection, parameters)
        yield connection


def _start(service: Service, connection: HTTPConnection, parameters: dict[str, str]) -> None:
    fields = urlencode({"query": RUNAWAY, **parameters})
    connection.request("GET", f"/sparql?{fields}", headers={"Accept": ROWS})
    until = time.monotonic() + 30
    while service.get("/sparql/running").json()["running"] == 0:
        assert time.monotonic() < until
        time.sleep(0.05)


def refused(service: Service) -> bool:
    """Whether new connections are refused."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            service.get("/healthz")
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_a_stop_lets_running_requests_end_and_takes_no_new_ones(built_home: Path) -> None:
    with (
        serving(built_home, stop_seconds="60") as running,
        closing(running.connect()) as kept,
        started(running, timeout="4") as busy,
    ):
        kept.request("GET", "/healthz")
        assert kept.getresponse().read()
        running.process.send_signal(signal.SIGTERM)
        assert refused(running)
        kept.request("GET", "/readyz")
        ready = kept.getresponse()
        assert (ready.status, json.load(ready)["failed"]) == (503, "service")
        answer = busy.getresponse()
        # Its own limit ended it, not the stop.
        assert answer.status == 504
        assert json.load(answer)["type"].endswith("/problems/query-timeout")
        assert running.process.wait(30) == 0


def test_a_stop_cancels_what_does_not_end(built_home: Path) -> None:
    with serving(built_home, stop_seconds="0.5") as running, started(running) as busy:
        running.process.send_signal(signal.SIGINT)
        answer = busy.getresponse()
        assert answer.status == 409
        assert json.load(answer)["type"].endswith("/problems/query-cancelled")
        assert running.process.wait(30) == 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="/proc: Linux lists processes there")
def test_a_second_signal_ends_at_once_and_leaves_no_process(built_home: Path) -> None:
    with serving(built_home, stop_seconds="600") as running, started(running):
        left = children(running.process.pid)
        running.process.send_signal(signal.SIGTERM)
        assert refused(running)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 130
        until = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in left):
            assert time.monotonic() < until
            time.sleep(0.05)


def routes() -> list[Rule]:
    """Every route of the application."""
    app = create_app(Settings())
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def address(rule: Rule) -> str:
    """An address that the rule matches, whether there is something or not."""
    values = {"number": "1", "path": "org/cas", "filename": "app.css", "side": "added"}
    return re.sub(r"<(?:[^:>]*:)?(\w+)>", lambda m: values.get(m[1], "x"), rule.rule)


@pytest.mark.parametrize(
    "rule", needs.sample(routes(), 3), ids=lambda rule: f"{rule.rule}-{rule.endpoint}"
)
def test_every_route_answers_browsers_of_other_sites(service: Service, rule: Rule) -> None:
    path, methods = address(rule), rule.methods or set()
    asked = service.send("OPTIONS", path)
    assert asked.status == 200
    assert methods <= {name.strip() for name in asked.header("Allow").split(",")}
    replies = {"OPTIONS": asked}
    replies["preflight"] = service.send(
        "OPTIONS",
        path,
        headers={"Origin": "https://a.example", "Access-Control-Request-Method": "PUT"},
    )
    assert replies["preflight"].status == 204
    replies["PATCH"] = service.send("PATCH", path)
    assert replies["PATCH"].status == 405
    assert replies["PATCH"].header("Allow")
    if "GET" in methods:
        replies["GET"] = service.get(path)
        replies["HEAD"] = service.send("HEAD", path)
        assert replies["HEAD"].status == replies["GET"].status
        assert replies["HEAD"].body == b""
        assert replies["HEAD"].header("Content-Type") == replies["GET"].header("Content-Type")
        replies["406"] = service.get(path, "image/x-none")
    if "POST" in methods:
        replies["POST"] = service.send("POST", path, b"x", {"Content-Type": "image/x-none"})
        assert 400 <= replies["POST"].status < 500
    for method, reply in replies.items():
        assert reply.header("Access-Control-Allow-Origin") == "*", method
        assert "X-Request-Id" in reply.header("Access-Control-Expose-Headers"), method


def test_an_error_of_ours_is_for_other_sites_too(own: Service, own_home: Path) -> None:
    (own_home / "current").rename(own_home / "away")
    try:
        for path in ("/readyz", "/sparql?query=ASK%7B%7D", "/void", "/catalog", "/"):
            reply = own.get(path)
            assert reply.status == 503
            assert reply.header("Access-Control-Allow-Origin") == "*"
    finally:
        (own_home / "away").rename(own_home / "current")
