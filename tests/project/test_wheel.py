"""The wheel works by itself: built, installed apart, used from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_LEFT_OUT = (".py", ".csv", ".rq", ".ttl", ".html", ".css", ".js", ".po", ".typed", ".tsv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling: make venv")
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel; its dependencies come from the environment."""
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index"),
            *("--target", str(target), str(wheel)),
        ],
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture(scope="module")
def elsewhere(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a graph built by the installed wheel."""
    folder = tmp_path_factory.mktemp("elsewhere")
    assert _istc(site, folder, "build", "--quiet").strip() == "1"
    return folder


def _istc(site: Path, folder: Path, *arguments: str) -> str:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("ISTC_")}
    done = subprocess.run(
        [sys.executable, str(site / "bin" / "istc"), *arguments],
        cwd=folder,
        env=environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        str(p.relative_to(ROOT))
        for room in ("ontology", "shapes", "kg", "service")
        for p in (ROOT / room).rglob("*")
        if p.is_file() and p.suffix in _LEFT_OUT and "__pycache__" not in p.parts
    }
    assert ours - packed == set()


def test_the_installed_wheel_is_what_runs(site: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import kg, service; print(kg.__file__, service.__file__)"],
        cwd=tmp_path,
        env=dict(os.environ) | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(name).is_relative_to(site) for name in done.stdout.split())


def test_a_question_is_answered_with_its_source(site: Path, elsewhere: Path) -> None:
    answer = json.loads(
        _istc(site, elsewhere, "ask", "beijing-breakdowns", "--format", "json", "--lang", "en")
    )
    assert answer["rows"]
    assert all(row["source"] and row["source_iri"] for row in answer["rows"])


def test_nothing_is_written_into_the_packages(site: Path, elsewhere: Path) -> None:
    assert (elsewhere / ".istc").is_dir()
    assert [str(p) for p in site.rglob(".istc")] == []
