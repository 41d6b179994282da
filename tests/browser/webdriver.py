"""A real Chromium, driven over the W3C WebDriver protocol, which is plain JSON over HTTP."""

from __future__ import annotations

import base64
import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests import needs

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
#: A window of the desktop does not get narrower than this; below it a telephone is imitated.
_NARROWEST = 500
SECONDS = 60


class Browser:
    """A session of a browser (W3C WebDriver, section 8).

    Args:
        port: Port of chromedriver.
        folder: Folder of the browser's profile.
        chromium: Path of the browser.
        size: Width and height of the window, in CSS pixels.
        script: Whether pages may run scripts.
        language: What the reader prefers.
    """

    def __init__(
        self,
        port: int,
        folder: Path,
        chromium: str,
        *,
        size: tuple[int, int],
        script: bool,
        language: str,
    ) -> None:
        self._port = port
        self._path = "/session"
        #: Where it saves what pages give it.
        self.downloads = folder.parent / f"{folder.name}-downloads"
        preferences: dict[str, Any] = {
            "intl.accept_languages": language,
            "download.default_directory": str(self.downloads),
            "download.prompt_for_download": False,
        }
        if not script:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options: dict[str, Any] = {
            "binary": chromium,
            "args": [
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                *("--disable-sync", f"--user-data-dir={folder}"),
                f"--window-size={size[0]},{size[1]}",
            ],
            "prefs": preferences,
        }
        if size[0] < _NARROWEST:
            options["mobileEmulation"] = {
                "deviceMetrics": {"width": size[0], "height": size[1], "pixelRatio": 1}
            }
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        made = self._call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self._path = f"/session/{made['sessionId']}"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        try:
            data = json.dumps(body or {}) if method == "POST" else None
            connection.request(method, self._path + path, data)
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
        finally:
            connection.close()
        assert answer.status == 200, value
        return value

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._call("POST", "/url", {"url": url})

    @property
    def url(self) -> str:
        """The address of the page."""
        return str(self._call("GET", "/url"))

    def find(self, css: str) -> str:
        """The first element of a CSS selector."""
        wanted = {"using": "css selector", "value": css}
        return str(self._call("POST", "/element", wanted)[_ELEMENT])

    def all(self, css: str) -> list[str]:
        """All elements of a CSS selector."""
        wanted = {"using": "css selector", "value": css}
        return [str(found[_ELEMENT]) for found in self._call("POST", "/elements", wanted)]

    def text(self, css: str = "body") -> str:
        """What a reader sees of an element."""
        return str(self._call("GET", f"/element/{self.find(css)}/text"))

    def attribute(self, css: str, name: str) -> str:
        """An attribute of an element."""
        return str(self._call("GET", f"/element/{self.find(css)}/attribute/{quote(name)}"))

    def value(self, css: str) -> str:
        """The present value of a field."""
        return str(self._call("GET", f"/element/{self.find(css)}/property/value"))

    def click(self, css: str) -> None:
        """Click an element that leads to no other page."""
        self._call("POST", f"/element/{self.find(css)}/click")

    def follow(self, css: str) -> None:
        """Click an element and wait for the page that it leads to."""
        before = self.find("html")
        self.click(css)
        until = time.monotonic() + SECONDS
        while self._lives(before):
            assert time.monotonic() < until, f"{css} leads nowhere"
            time.sleep(0.02)

    def _lives(self, element: str) -> bool:
        try:
            return bool(self._call("GET", f"/element/{element}/name"))
        except AssertionError:
            return False

    def type(self, css: str, text: str) -> None:
        """Replace the content of a field."""
        element = self.find(css)
        self._call("POST", f"/element/{element}/clear")
        self._call("POST", f"/element/{element}/value", {"text": text})

    def width(self) -> tuple[int, int]:
        """Width of the content and of the window, in CSS pixels."""
        script = "return [document.documentElement.scrollWidth, window.innerWidth]"
        content, window = self._call("POST", "/execute/sync", {"script": script, "args": []})
        return int(content), int(window)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns that is run in the page."""
        body = {"script": script, "args": list(arguments)}
        return self._call("POST", "/execute/sync", body)

    def press(self, css: str, keys: str) -> None:
        """Press keys while an element has the focus (WebDriver, section 12.5.3)."""
        self._call("POST", f"/element/{self.find(css)}/value", {"text": keys})

    def saved(self, name: str) -> bytes:
        """A file that the page has given the reader, as soon as it is there."""
        until = time.monotonic() + SECONDS
        path = self.downloads / name
        while not path.exists():
            assert time.monotonic() < until, f"{name} was not saved"
            time.sleep(0.02)
        return path.read_bytes()

    def back(self) -> None:
        """Go back."""
        self._call("POST", "/back")

    def complaints(self) -> list[str]:
        """What the console has shown since the last call, warnings and errors."""
        found = self._call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in found if entry["level"] in ("SEVERE", "WARNING")]

    def asked(self) -> list[str]:
        """The addresses that pages have requested since the last call."""
        messages = [
            json.loads(entry["message"])["message"]
            for entry in self._call("POST", "/se/log", {"type": "performance"})
        ]
        return [
            str(message["params"]["request"]["url"])
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self._call("GET", "/screenshot"))

    def close(self) -> None:
        """End the browser."""
        self._call("DELETE", "")


#: `browser(script=False, …)` makes one for a test.
MakeBrowser = Callable[..., Browser]


@contextmanager
def driver(folder: Path) -> Iterator[int]:
    """A running chromedriver.

    Args:
        folder: Where it may write.

    Yields:
        Its port.
    """
    program = needs.program("chromedriver", "chromium-driver")
    process = subprocess.Popen(
        [program, "--port=0", f"--log-path={folder / 'driver.log'}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = ""
        for line in process.stdout:
            said += line
            found = re.search(r"started successfully on port (\d+)", line)
            if found is not None:
                yield int(found[1])
                break
        else:
            raise AssertionError(f"chromedriver did not start: {said}")
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
