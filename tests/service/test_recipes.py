"""Each recipe of docs/recipes.md does what it says, against the real service and the real tools."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from pyoxigraph import Literal, NamedNode, Quad

from kg.namespaces import RDFS_LABEL, graph
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import content_digest
from tests import homes, needs
from tests.remote.engines import free_port, fuseki_jar
from tests.serving import ROOT, Service, serving

_PAGE = (ROOT / "docs" / "recipes.md").read_text("utf-8")
_BLOCKS = {
    (language, name): text
    for language, name, text in re.findall(r"^```(\w+) (\w+)\n(.*?)^```$", _PAGE, re.M | re.S)
}
_DOCUMENTED = "http://127.0.0.1:8000"


def block(language: str, name: str, service: Service) -> str:
    """A block of the page, for the service of the tests."""
    return _BLOCKS[language, name].replace(_DOCUMENTED, service.url)


def ran(command: list[str], text: str, folder: Path) -> str:
    """What a program prints that reads its text from standard input."""
    done = subprocess.run(
        command,
        input=text,
        cwd=folder,
        env=os.environ | {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["rdflib", "owlready2", "pandas"])
def test_python_prints_what_the_page_says(service: Service, tmp_path: Path, name: str) -> None:
    found = ran([sys.executable, "-"], block("python", name, service), tmp_path)
    assert found == _BLOCKS["text", name]


def test_r_prints_what_the_page_says(service: Service, tmp_path: Path) -> None:
    program = needs.program("Rscript", "r-base-core")
    script = tmp_path / "recipe.R"
    script.write_text(block("r", "R", service), "utf-8")
    found = ran([program, "--vanilla", str(script)], "", tmp_path)
    assert found.rstrip() == _BLOCKS["text", "R"].rstrip()


def test_a_checksum_is_checked_as_the_page_says(service: Service, tmp_path: Path) -> None:
    found = ran(["sh", "-e"], block("sh", "checksum", service), tmp_path)
    assert found == _BLOCKS["text", "checksum"]


def test_fuseki_is_loaded_as_the_page_says(service: Service, tmp_path: Path) -> None:
    needs.program("java", "default-jre-headless")
    shutil.copy(fuseki_jar(), tmp_path / "fuseki-server.jar")
    port = free_port()
    *load, serve = block("sh", "fuseki", service).replace("3030", str(port)).splitlines()
    ran(["sh", "-e"], "\n".join(load), tmp_path)
    process = subprocess.Popen(
        serve.split(), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    until = time.monotonic() + 120
    try:
        while True:
            try:
                url = f"http://127.0.0.1:{port}/istc/query"
                told = requests.get(url, {"query": query}, timeout=60)
                break
            except requests.ConnectionError:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.5)
    finally:
        process.terminate()
        process.wait(timeout=30)
    (row,) = told.json()["results"]["bindings"]
    assert row["n"]["value"] == service.select(query)[0]["n"]


def test_a_mirror_follows_as_the_page_says(built_home: Path, tmp_path: Path) -> None:
    home = homes.copy(built_home, tmp_path / "home")
    with serving(home) as service:
        held = service.get("/version").json()["data"]["version"]
        (tmp_path / "mirror.nq.gz").write_bytes(service.get(f"/dumps/{held}/istc-kg.nq.gz").body)
    with Truth.open(home) as truth:
        name = NamedNode("http://a.example/x")
        label = Quad(name, RDFS_LABEL, Literal("a\tb\n“甲”"), graph("source/mirrored"))
        gone = list(truth.quads(graph("entities")))[:7]
        truth.commit([label], [], Entry("test", "import"))
        truth.commit([], [label, *gone], Entry("test", "update"))
        truth.commit([label, gone[0]], [], Entry("test", "import"))
        wanted = truth.digest()
    with serving(home) as service:
        code = block("python", "mirror", service).replace('", 1\n', f'", {held}\n')
        code += "import sys; sys.stdout.buffer.writelines(sorted(mirror))\n"
        found = ran([sys.executable, "-"], code, tmp_path)
    assert content_digest(found.encode().splitlines()) == wanted
