"""OpenLink Virtuoso behind the service."""

from __future__ import annotations

from tests.remote.engines import MOST_ROWS
from tests.remote.promises import Alone, Promises
from tests.serving import Service

ENGINE = "virtuoso"


class TestAlone(Alone):
    """How it is loaded."""


class TestVirtuoso(Promises):
    def test_rows_that_the_store_leaves_out_are_an_error(self, service: Service) -> None:
        reply = service.sparql("SELECT ?a ?d { ?a a ?b . ?d a ?e }", timeout="25")
        assert reply.status == 422
        assert reply.json()["limitRows"] == MOST_ROWS

    def test_procedures_of_the_store_cannot_be_called(self, service: Service) -> None:
        reply = service.sparql("PREFIX bif: <bif:>\nSELECT (bif:now() AS ?now) {}")
        assert reply.status == 403
        assert reply.json()["type"].endswith("/problems/no-outside-access")
        assert reply.json()["line"] == 1
