"""A query that is too much: stopped at its limit, cancelled, left alone; others go on."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.serving import ROWS, Reply, Service, children, serving

LIMIT = 1.0
#: Seconds that a machine with other work may take to notice, kill and answer.
SLACK = 4.0
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def small(built_home: Path) -> Iterator[Service]:
    """Two workers, a second a query, half a second in the queue, small bodies and answers."""
    with serving(
        built_home,
        query_seconds=str(LIMIT),
        workers="2",
        queue_seconds="0.5",
        request_bytes="20000",
        result_bytes="200000",
    ) as service:
        wait_for(lambda: running(service) == 0)
        yield service


@pytest.fixture(scope="module")
def patient(built_home: Path) -> Iterator[Service]:
    """One worker and a long time limit: what stops a query is not the clock."""
    with serving(built_home, query_seconds="120", workers="1", queue_seconds="0.5") as service:
        wait_for(lambda: running(service) == 0)
        yield service


def endless(service: Service, **headers: str) -> Reply:
    return service.get(f"/sparql?query={quote(ENDLESS)}", ROWS, **headers)


@contextmanager
def started(service: Service, **headers: str) -> Iterator[Future[Reply]]:
    """An endless query that is running by now."""
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(endless, service, **headers)
        wait_for(lambda: running(service) == 1)
        yield reply


def running(service: Service) -> int:
    return int(service.get("/sparql/running").json()["running"])


def wait_for(condition: object, seconds: float = 10.0) -> float:
    began = time.monotonic()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def cpu_seconds(process: int) -> float:
    """CPU seconds that the processes under one have used, those that have ended included."""
    total = 0.0
    for one in {process, *children(process)}:
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(n) for n in fields[11:15]) / _TICKS
    return total


def becomes_idle(service: Service) -> bool:
    """Whether the processes of a service use no CPU any more, within five seconds."""
    for _ in range(5):
        before = cpu_seconds(service.process.pid)
        time.sleep(1)
        if cpu_seconds(service.process.pid) - before < 0.3:
            return True
    return False


def test_a_query_is_stopped_at_the_limit_and_the_cpu_is_free_again(small: Service) -> None:
    began = time.monotonic()
    reply = endless(small)
    assert LIMIT <= time.monotonic() - began < LIMIT + SLACK
    assert (reply.status, reply.type) == (504, "application/problem+json")
    problem = reply.json()
    assert problem["type"].endswith("/problems/query-timeout")
    assert problem["limitSeconds"] == LIMIT
    wait_for(lambda: running(small) == 0)
    assert becomes_idle(small)


def test_a_client_may_ask_for_less_time_but_not_for_more(patient: Service, small: Service) -> None:
    # Workers may be just being made anew, and waiting for one counts.
    wait_for(lambda: patient.sparql("ASK {}").status == 200)
    began = time.monotonic()
    reply = patient.sparql(ENDLESS, timeout="1.5")
    assert time.monotonic() - began < 1.5 + SLACK
    assert (reply.status, reply.json().get("limitSeconds")) == (504, 1.5), reply.text
    wait_for(lambda: small.sparql("ASK {}").status == 200)
    more = small.sparql(ENDLESS, timeout="99999")
    assert (more.status, more.json().get("limitSeconds")) == (504, LIMIT), more.text


def test_a_query_is_cancelled_by_its_id(patient: Service) -> None:
    path = "/sparql/running/of-a-test"
    with started(patient, Query_Id="of-a-test") as waiting:
        state = patient.get(path)
        assert state.json()["state"] == "running"
        assert patient.send("DELETE", path).status == 204
        reply = waiting.result(timeout=10)
    assert reply.status == 409
    assert reply.json()["type"].endswith("/problems/query-cancelled")
    assert patient.get(path).status == patient.send("DELETE", path).status == 404
    assert patient.sparql("ASK {}").status == 200


def test_an_answer_tells_the_id_of_its_query(small: Service) -> None:
    assert small.get("/sparql?query=ASK%7B%7D", ROWS, Query_Id="mine").header("Query-Id") == "mine"
    assert len(small.sparql("ASK {}").header("Query-Id")) == 36


def test_a_client_that_leaves_frees_the_worker(patient: Service) -> None:
    connection = patient.connect()
    connection.request("GET", f"/sparql?query={quote(ENDLESS)}")
    wait_for(lambda: running(patient) == 1)
    connection.close()
    assert wait_for(lambda: running(patient) == 0) < 5
    assert becomes_idle(patient)
    assert patient.sparql("ASK {}").status == 200


def test_when_all_workers_are_in_use_a_client_is_told_to_come_again(patient: Service) -> None:
    with started(patient, Query_Id="long") as waiting:
        reply = patient.sparql("ASK { ?nobody ?asked ?yet }")
        assert reply.status == 503
        assert int(reply.header("Retry-After")) > 0
        assert reply.json()["type"].endswith("/problems/busy")
        # The process itself answers while its workers are in use.
        began = time.monotonic()
        assert patient.get("/healthz").status == 200
        assert time.monotonic() - began < 1
        patient.send("DELETE", "/sparql/running/long")
        waiting.result(timeout=10)


def test_simple_queries_are_answered_while_others_run_into_the_limit(small: Service) -> None:
    replies: list[Reply] = []
    threads = [
        threading.Thread(target=lambda: replies.append(endless(small)), daemon=True)
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert {reply.status for reply in replies} <= {503, 504}
    assert 504 in {reply.status for reply in replies}
    assert all(reply.header("Retry-After") for reply in replies if reply.status == 503)
    assert small.sparql("ASK {}").status == 200
    assert running(small) == 0


def test_an_answer_that_is_too_large_is_an_error_and_not_half_an_answer(small: Service) -> None:
    reply = small.sparql("SELECT * { ?s ?p ?o }")
    assert (reply.status, reply.type) == (422, "application/problem+json")
    problem = reply.json()
    assert problem["type"].endswith("/problems/query-too-expensive")
    assert problem["limitBytes"] == 200000


def test_a_body_past_the_bound_is_refused_and_one_at_it_is_read(small: Service) -> None:
    headers = {"Content-Type": "application/sparql-query", "Accept": ROWS}
    query = "ASK {} #"
    fitting = query + "x" * (20000 - len(query))
    assert small.send("POST", "/sparql", fitting, headers).status == 200
    reply = small.send("POST", "/sparql", fitting + "x", headers)
    assert reply.status == 413
    assert reply.json()["limitBytes"] == 20000
