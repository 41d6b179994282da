"""The service once its first index is made."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.serving import Service

SECONDS = 120


def waiting(ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + SECONDS
    while not ready():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def service(service: Service) -> Service:
    """The service on the built graph, ready to search things and questions."""
    waiting(lambda: service.get("/suggest?q=cas").status == 200)
    waiting(lambda: bool(service.get("/suggest?q=joint%20papers&questions=1").json()["questions"]))
    return service
