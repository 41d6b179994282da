"""What the service counts, for Prometheus: `/metrics` in the text format, version 0.0.4.

The labels are closed lists (route templates, statuses, query forms, types of problems, our own
graphs): no query text, no address and no IRI that a user can choose ever becomes a label.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from kg.errors import IstcError
from kg.resources import tool_version
from service.state import State

METHODS = frozenset({"GET", "HEAD", "POST", "QUERY", "PUT", "PATCH", "DELETE", "OPTIONS"})
CONTENT_TYPE = CONTENT_TYPE_LATEST
#: Seconds at which the histograms count.
BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)

_GRAPHS = "graph/"


class _Engine(Collector):
    """Read from engine and data version when somebody scrapes."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[Any]:
        """The families of metrics (prometheus_client's protocol of a collector)."""
        engine = self._state.engine
        running = GaugeMetricFamily("istc_queries_running", "Queries that run now.")
        running.add_metric([], len(engine.running()))
        yield running
        waiting = GaugeMetricFamily("istc_queries_waiting", "Queries that wait for a worker.")
        waiting.add_metric([], engine.waiting())
        yield waiting
        queries = CounterMetricFamily(
            "istc_queries",
            "Queries by what became of them: answered, flowing, cached, or the kind of error.",
            labels=["outcome"],
        )
        for outcome, number in dict(engine.statistics).items():
            queries.add_metric([outcome], number)
        yield queries
        imports = GaugeMetricFamily("istc_imports", "Imports by state.", labels=["state"])
        for name, count in self._state.jobs.counts().items():
            imports.add_metric([name], count)
        yield imports
        yield from self._data()

    def _data(self) -> Iterator[Any]:
        software = InfoMetricFamily("istc_software", "Version of the software.")
        software.add_metric([], {"version": tool_version()})
        yield software
        # Without a graph, or under a tight limit, the rest is still worth knowing.
        with suppress(IstcError):
            now = self._state.engine.version()
            if now is None:
                return
            data = InfoMetricFamily("istc_data", "The data version that is served.")
            data.add_metric([], {"version": str(now.number), "digest": now.digest})
            yield data
            triples = GaugeMetricFamily(
                "istc_graph_triples",
                "Triples of our named graphs; others together.",
                labels=["graph"],
            )
            for name, number in self._sizes(now.digest).items():
                triples.add_metric([name], number)
            yield triples

    def _sizes(self, digest: str) -> dict[str, int]:
        base = self._state.settings.base_iri + _GRAPHS
        sizes: dict[str, int] = {}
        for iri, number in self._state.graph_sizes(digest).items():
            name = iri.removeprefix(base) if iri.startswith(base) else "other"
            sizes[name] = sizes.get(name, 0) + number
        return sizes


class Metrics:
    """The counters of one application; safe to use from many threads.

    Args:
        state: The parts of the service to look at.
    """

    def __init__(self, state: State) -> None:
        # The times at which counters began double the text and tell nothing.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "istc_http_requests",
            "Requests by method, route and status.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "istc_http_request_seconds",
            "Seconds from the request to the head of its answer, by route.",
            ["route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._problems = Counter(
            "istc_problems",
            "Errors sent, by type of problem (see /problems).",
            ["type"],
            registry=self._registry,
        )
        self._pages = Counter(
            "istc_pages_cached",
            "Answers sent again as they were, from those kept for the data version.",
            registry=self._registry,
        )
        self._query_seconds = Histogram(
            "istc_query_seconds",
            "Seconds that a query took, by form.",
            ["form"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._result_bytes = Counter(
            "istc_query_result_bytes",
            "Bytes of answers to queries, by form.",
            ["form"],
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Engine(state))

    def record_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            method: Its method.
            route: Template of its route, e.g. `/doc/<path:path>`; never its address.
            status: Status of the answer.
            seconds: Seconds until the head of the answer.
        """
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def record_problem(self, slug: str) -> None:
        """Count an error.

        Args:
            slug: Its type, one of `service.problems.TABLE`.
        """
        self._problems.labels(slug).inc()

    def record_page(self) -> None:
        """Count an answer that was kept and is sent again."""
        self._pages.inc()

    def record_query(self, form: str, seconds: float, size: int) -> None:
        """Count a query that was answered.

        Args:
            form: `select`, `ask`, `construct`, `describe` or `update`.
            seconds: Seconds that it took.
            size: Bytes of its answer.
        """
        self._query_seconds.labels(form).observe(seconds)
        self._result_bytes.labels(form).inc(size)

    def text(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


def metrics() -> Metrics:
    """The counters of the current application."""
    return cast(Metrics, current_app.extensions["istc-metrics"])


def route() -> str:
    """Template of the route that answers this request; `unmatched` when there is none."""
    return "unmatched" if request.url_rule is None else request.url_rule.rule


def _count(response: Response) -> Response:
    seconds = time.monotonic() - g.get("began", time.monotonic())
    metrics().record_request(request.method, route(), response.status_code, seconds)
    if "problem" in g:
        metrics().record_problem(g.problem)
    return response


def install(app: Flask) -> None:
    """Count every request of an application; `service.logs` has noted when it began."""
    app.extensions["istc-metrics"] = Metrics(cast(State, app.extensions["istc"]))
    app.after_request(_count)
