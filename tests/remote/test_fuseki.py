"""Apache Jena Fuseki behind the service."""

from __future__ import annotations

from tests.remote.promises import Alone, Promises

ENGINE = "fuseki"


class TestAlone(Alone):
    """How it is loaded."""

    refuses_others = True


class TestFuseki(Promises):
    """What every engine promises; nothing is Fuseki's own."""
