"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kg import resources
from service import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [README, (ROOT / "CONTRIBUTING.md").read_text("utf-8")]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generator()


@pytest.mark.parametrize("name", sorted(GENERATE.PAGES))
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    found = (ROOT / "docs" / name).read_text("utf-8")
    assert found == GENERATE.page(name), "run: make docs"


def _shell_lines(text: str) -> list[str]:
    blocks = re.findall(r"^```(?:sh|console)[^\n]*\n(.*?)^```$", text, re.M | re.S)
    return [
        line.removeprefix("$ ").removeprefix(".venv/bin/")
        for block in blocks
        for line in block.splitlines()
        if line and not line.startswith("#")
    ]


def test_every_make_target_in_the_pages_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {
        match
        for page in PAGES
        for match in re.findall(
            r"(?:^|[`$ ])make ([a-z]+)(?=[`\s]|$)", "\n".join(_code(page)), re.M
        )
    }
    assert named
    assert named <= targets


def _code(page: str) -> list[str]:
    return _shell_lines(page) + re.findall(r"`([^`\n]+)`", page)


def test_every_istc_command_in_the_pages_exists() -> None:
    named = {
        match
        for page in PAGES
        for code in _code(page)
        for match in re.findall(r"^istc (\w+)", code)
    }
    assert named
    assert named <= set(cli.COMMANDS)


def test_every_question_asked_in_the_readme_exists() -> None:
    known = {f.name.removesuffix(".rq") for f in resources.files("kg", "questions", suffix=".rq")}
    named = set(re.findall(r"istc (?:ask|questions) ([a-z][a-z-]+)", README))
    assert named
    assert named <= known


def test_the_readme_names_one_command_to_run_and_one_to_test() -> None:
    assert re.findall(r"^```sh run\n(.*?)^```$", README, re.M | re.S) == ["make run\n"]
    assert re.findall(r"^```sh test\n(.*?)^```$", README, re.M | re.S) == ["make test\n"]


def test_every_file_linked_from_the_pages_exists() -> None:
    links = {
        link.partition("#")[0]
        for page in PAGES
        for link in re.findall(r"\]\((?!https?:)([^)#]+[^)]*)\)", page)
    }
    assert [link for link in sorted(links) if not (ROOT / link).exists()] == []


def test_decision_records_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_command_has_an_example_in_its_help() -> None:
    for name in cli.COMMANDS:
        shown = subprocess.run(
            [sys.executable, "-m", "service.cli", name, "--help"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        assert "Example:" in shown, name
        assert f"istc {name}" in shown.partition("Example:")[2], name
