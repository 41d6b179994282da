"""Real browsers for the tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import needs
from tests.browser.webdriver import Browser, MakeBrowser, driver


@pytest.fixture(scope="module")
def driving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a chromedriver."""
    with driver(tmp_path_factory.mktemp("driver")) as port:
        yield port


@pytest.fixture
def browser(driving: int, tmp_path: Path) -> Iterator[MakeBrowser]:
    """`browser(script=False, …)`: a browser with a profile of its own."""
    chromium = shutil.which("google-chrome") or needs.program("chromium", "chromium")
    opened: list[Browser] = []

    def make(
        size: tuple[int, int] = (1280, 1000), script: bool = True, language: str = "zh-CN,zh"
    ) -> Browser:
        folder = tmp_path / f"profile{len(opened)}"
        one = Browser(driving, folder, chromium, size=size, script=script, language=language)
        opened.append(one)
        return one

    yield make
    for one in opened:
        one.close()
