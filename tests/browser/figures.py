"""The charts of a page, as the page describes them."""

from __future__ import annotations

import json
from typing import Any

from tests.browser.webdriver import Browser


def described(reader: Browser) -> dict[str, Any]:
    """The description of the chart in the page."""
    script = "return document.querySelector('figure.chart script').textContent"
    return dict(json.loads(reader.run(script)))
