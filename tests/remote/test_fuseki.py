"""Apache Jena Fuseki behind the service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Done
from tests.remote.engines import Store
from tests.remote.promises import Promises, forget

ENGINE = "fuseki"


class TestFuseki(Promises):
    def test_data_of_others_are_replaced_only_when_that_is_asked_for(
        self, istc: Callable[..., Done], loaded: Store, home: Path
    ) -> None:
        forget(home, loaded)
        refused = istc("push")
        assert refused.returncode == 5
        assert "istc push --replace" in refused.stderr
        assert istc("push", "--replace").returncode == 0
