"""The report of a tool as a file: HTML that stands by itself, or PDF printed by Chromium.

The file of HTML has no scripts, so that it opens anywhere for ever; its charts are the tables. PDF
is what the browser prints of the page, with the charts.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from kg.analysis.results import Result
from kg.errors import InvalidInput, LimitReached
from kg.exporting.whole import whole_or_not
from kg.settings import Settings

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 120
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_SCRIPT = re.compile(r"<script\b.*?</script>", re.S)
_FIGURE = re.compile(r'<figure class="chart".*?</figure>', re.S)
_OTHER_LINK = re.compile(r'<link rel="(?!stylesheet)[^>]*>')
_HREF = re.compile(r' href="(/[^"]*)"')


def write(settings: Settings, result: Result, path: Path, language: str) -> None:
    """Write the report of a result that is kept.

    Args:
        settings: Home, and the site to which links lead.
        result: The result.
        path: The file; `.pdf` is printed by Chromium, anything else is HTML.
        language: `zh` or `en`.

    Raises:
        InvalidInput: A PDF is wanted and there is no Chromium.
        LimitReached: Chromium does not end.
    """
    pdf = path.suffix.lower() == ".pdf"
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if pdf and browser is None:
        raise InvalidInput(
            "There is no Chromium to print with.",
            where=str(path),
            hint="Install Chromium, or write .html and print it with any browser.",
        )
    values = [(name, value or "") for name, value in result.values.items()]
    query = urlencode([*values, ("lang", language)], safe="/:")
    address = f"/tools/{result.analysis}/report?{query}"
    with _serving(settings) as url:
        if browser is not None and pdf:
            _print(browser, url + address, path)
        else:
            html = _alone(url, address, settings.site_url.rstrip("/"))
            with whole_or_not(path) as out:
                out.write(html.encode("utf-8"))


@contextmanager
def _serving(settings: Settings) -> Iterator[str]:
    """A service of this process on a port of its own, for as long as it is needed."""
    from service.server import Server

    server = Server(settings, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()
        server.close()


def _alone(url: str, address: str, site: str) -> str:
    """The page of a report without anything that it would have to load."""
    import requests

    answer = requests.get(url + address, headers={"Prefer": "wait=30"}, timeout=_SECONDS)
    answer.raise_for_status()

    def sheet(match: re.Match[str]) -> str:
        text = requests.get(url + urlsplit(match[1]).path, timeout=_SECONDS).text
        return f"<style>\n{text}</style>"

    def link(match: re.Match[str]) -> str:
        return f' href="{site}{match[1]}"' if site else ""

    text = _SCRIPT.sub("", _FIGURE.sub("", answer.text))
    text = _SHEET.sub(sheet, _OTHER_LINK.sub("", text))
    # The page was served at a port that is gone when the file is read.
    return _HREF.sub(link, text.replace(url, site))


def _print(browser: str, address: str, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "report.pdf"
        try:
            subprocess.run(  # noqa: S603 - a browser of the system, an address of ours
                [browser, "--headless", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile",
                 "--virtual-time-budget=15000", "--no-pdf-header-footer",
                 f"--print-to-pdf={printed}", address],
                check=True, timeout=_SECONDS, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            data = printed.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise LimitReached(
                "Chromium did not print the report.",
                where=str(path),
                hint="Write .html and print it with a browser.",
            ) from error
    with whole_or_not(path) as out:
        out.write(data)


__all__ = ["write"]
