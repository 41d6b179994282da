"""Imports over HTTP are described as they work: in OpenAPI and in the documentation."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests import homes
from tests.importing.conftest import REGISTER, Register
from tests.importing.office import TURTLE, Office, office, small
from tests.needs import program
from tests.serving import ROOT


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A service on a small graph."""
    with office(small(tmp_path_factory.mktemp("described") / "home")) as one:
        yield one


@pytest.fixture(scope="module")
def paths(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The description; it tells of the data version as well, so it needs a built graph."""
    home = tmp_path_factory.mktemp("openapi") / "home"
    homes.copy(built_home, home)
    with office(home) as one:
        return dict(one.service.get("/openapi.json").json())


def test_each_operation_answers_as_it_is_described(quick: Office, paths: dict[str, Any]) -> None:
    def described(path: str, method: str, reply: Any) -> None:
        response = paths["paths"][path][method]["responses"][str(reply.status)]
        assert reply.type in response["content"], (path, reply.type)
        named = response["content"][reply.type]["schema"].get("$ref", "").rpartition("/")[2]
        if named:
            assert set(paths["components"]["schemas"][named]["required"]) <= set(reply.json())

    send = paths["paths"]["/imports"]["post"]
    examples = {e["name"]: e["example"] for e in send["parameters"] if "example" in e}
    examples |= {"name": "example.ttl", "dry_run": "false"}
    body = "<http://example.org/a> <http://example.org/p> 'a' ."
    sent = quick.send("POST", f"/imports?{urlencode(examples)}", body, Content_Type=TURTLE)
    described("/imports", "post", sent)
    at = sent.header("Location")
    quick.done(at)
    for path, at_ in (
        ("/imports", "/imports?page=1"),
        ("/imports/{id}", at),
        ("/imports/{id}/events", f"{at}/events"),
        ("/imports/{id}/report", f"{at}/report"),
        ("/imports/{id}/diff", f"{at}/diff"),
    ):
        assert quick.send("GET", at_).status == 200
        described(path, "get", quick.send("GET", at_))
        described(path, "get", quick.service.get(at_))
    for kind in paths["paths"]["/imports/{id}/report"]["get"]["responses"]["200"]["content"]:
        assert quick.send("GET", f"{at}/report", Accept=kind).type == kind
    for kind in paths["paths"]["/imports/{id}/diff"]["get"]["responses"]["200"]["content"]:
        assert quick.send("GET", f"{at}/diff", Accept=kind).type == kind
    described("/imports/{id}", "delete", quick.send("DELETE", at))
    for what in ("commit", "revert", "revert"):
        reply = quick.send("POST", f"{at}/{what}")
        described(f"/imports/{{id}}/{what}", "post", reply)
    described("/validate", "post", quick.post(body, "/validate"))
    described("/validate", "post", quick.post("<a", "/validate"))


def test_the_lines_of_the_documentation_run(
    built_home: Path, tmp_path: Path, register: Register
) -> None:
    program("curl", "curl")
    (block,) = re.findall(
        r"^```sh http\n(.*?)^```$", (ROOT / "docs" / "importing.md").read_text("utf-8"), re.M | re.S
    )
    home = tmp_path / "home"
    homes.copy(built_home, home)
    shutil.copyfile(register(REGISTER), tmp_path / "register.xlsx")
    with office(home) as one:
        # Each line must do, not just the last.
        script = f'set -e\nistc() {{ "{sys.executable}" -m service.cli "$@"; }}\n' + re.sub(
            r"\bcurl ", "curl --fail-with-body ", block.replace("office --", "desk --"), flags=re.M
        )
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=os.environ
            | {"ISTC_HOME": str(home), "BASE": one.service.url, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "event: job" in done.stdout
    assert '"state": "reverted"' in done.stdout
    assert '"conforms": true' in done.stdout
