"""Real browsers for the tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import needs
from tests.browser.webdriver import Browser, MakeBrowser, driver


@contextmanager
def browsers(port: int, folder: Path) -> Iterator[MakeBrowser]:
    """A way to make browsers, each with a profile of its own; they are closed at the end."""
    chromium = shutil.which("google-chrome") or needs.program("chromium", "chromium")
    opened: list[Browser] = []

    def make(
        size: tuple[int, int] = (1280, 1000), script: bool = True, language: str = "zh-CN,zh"
    ) -> Browser:
        profile = folder / f"profile{len(opened)}"
        one = Browser(port, profile, chromium, size=size, script=script, language=language)
        opened.append(one)
        return one

    try:
        yield make
    finally:
        for one in opened:
            one.close()


@pytest.fixture(scope="module")
def driving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a chromedriver."""
    with driver(tmp_path_factory.mktemp("driver")) as port:
        yield port


@pytest.fixture
def browser(driving: int, tmp_path: Path) -> Iterator[MakeBrowser]:
    """`browser(script=False, …)`: a browser of the test's own."""
    with browsers(driving, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def shared_browser(driving: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeBrowser]:
    """The same for a browser that many tests use one after the other."""
    with browsers(driving, tmp_path_factory.mktemp("profiles")) as make:
        yield make
