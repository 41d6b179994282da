"""A real Chromium, driven over the W3C WebDriver protocol, which is plain JSON over HTTP."""

from __future__ import annotations

import base64
import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests import needs

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
#: A window of the desktop does not get narrower than this; below it a telephone is imitated.
_NARROWEST = 500
_HEIGHT = 900
SECONDS = 60
#: How often an element is looked for again that the page has drawn anew meanwhile.
_AGAIN = 5


class Stale(AssertionError):
    """The element has left the page since it was found."""


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
            "timeouts": {"script": 1000 * SECONDS},
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
        if answer.status != 200 and value["error"] == "stale element reference":
            raise Stale(value)
        assert answer.status == 200, value
        return value

    def _of(self, css: str, method: str, what: str, body: dict[str, Any] | None = None) -> Any:
        """Ask an element; the page may draw it anew between the finding and the asking."""
        for _ in range(_AGAIN):
            with suppress(Stale):
                return self._call(method, f"/element/{self.find(css)}/{what}", body)
        return self._call(method, f"/element/{self.find(css)}/{what}", body)

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
        return str(self._of(css, "GET", "text"))

    def visible(self, css: str) -> int:
        """How many elements of a CSS selector a reader sees."""
        found = [self._call("GET", f"/element/{one}/displayed") for one in self.all(css)]
        return sum(map(bool, found))

    def attribute(self, css: str, name: str) -> str:
        """An attribute of an element."""
        return str(self._of(css, "GET", f"attribute/{quote(name)}"))

    def value(self, css: str) -> str:
        """The present value of a field."""
        return str(self._of(css, "GET", "property/value"))

    def click(self, css: str) -> None:
        """Click an element that leads to no other page."""
        self._of(css, "POST", "click")

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
        self._of(css, "POST", "clear")
        self._of(css, "POST", "value", {"text": text})

    def width(self) -> tuple[int, int]:
        """Width of the content and of the window, in CSS pixels."""
        # A telephone shows a page that is too wide smaller: the window then is as wide as the page.
        script = "const { scrollWidth, clientWidth } = document.documentElement; "
        script += "return [scrollWidth, clientWidth]"
        content, window = self._call("POST", "/execute/sync", {"script": script, "args": []})
        return int(content), int(window)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns that is run in the page."""
        body = {"script": script, "args": list(arguments)}
        return self._call("POST", "/execute/sync", body)

    def press(self, css: str, keys: str) -> None:
        """Press keys while an element has the focus (WebDriver, section 12.5.3)."""
        self._of(css, "POST", "value", {"text": keys})

    def keys(self, keys: str) -> None:
        """Press keys one after the other, wherever the focus is (WebDriver, section 17.4.2)."""
        each = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "0", "actions": each}]})

    def look(self, width: int, scheme: str) -> None:
        """See the pages to come as on another screen.

        Args:
            width: Of the window, in CSS pixels; a narrow one is a telephone.
            scheme: `light` or `dark` (Media Queries 5, prefers-color-scheme).
        """
        screen = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1}
        self._tell("Emulation.setDeviceMetricsOverride", mobile=width < _NARROWEST, **screen)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._tell("Emulation.setEmulatedMedia", features=features)

    def _tell(self, command: str, **parameters: Any) -> None:
        """A command of the Chrome DevTools Protocol."""
        self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def saved(self, name: str) -> bytes:
        """A file that the page has given the reader, as soon as it is whole.

        Until then Chromium keeps its name with an empty file.
        """
        until = time.monotonic() + SECONDS
        path = self.downloads / name
        while not path.exists() or not path.stat().st_size:
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

    def printed(self) -> bytes:
        """The page as it is printed: PDF."""
        return base64.b64decode(self._call("POST", "/print", {"background": True}))

    def on_paper(self) -> None:
        """Show pages as they are printed (Media Queries 4, print)."""
        self._tell("Emulation.setEmulatedMedia", media="print")

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
