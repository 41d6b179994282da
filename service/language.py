"""Languages: of the interface (`lang`, Accept-Language) and of the content (`clang`).

Messages are written in English in the code and the templates; the catalogue of the other language
is a gettext file that is read as it stands when the service starts.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.messages.pofile import read_po
from flask import Response, g, has_request_context, request
from jinja2 import Environment

from kg import asking, resources
from service.state import state

LANGUAGES = asking.LANGUAGES
DEFAULT = LANGUAGES[0]


@dataclass(frozen=True)
class Label:
    """A name as shown: its text, and its language where that is not the one asked for."""

    text: str
    language: str | None = None


def read_messages() -> dict[str, dict[str, str]]:
    """The catalogues in `service/locale`: language → source text → translation."""
    text = resources.text("service", "locale", "zh", "LC_MESSAGES", "messages.po")
    catalogue = read_po(io.StringIO(text), locale="zh")
    messages: dict[str, str] = {}
    for message in catalogue:
        # Chinese has one form for all numbers; both forms of the source text lead to it.
        sources = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        forms = [message.string] if isinstance(message.string, str) else message.string or [""]
        messages.update({source: forms[0] for source in sources if source and forms[0]})
    return {"zh": messages, "en": {}}


def _accepted() -> str | None:
    """The first of our languages that the client accepts, in any script or region of it."""
    for tag, quality in request.accept_languages:
        language = tag.partition("-")[0].lower()
        if quality > 0 and language in LANGUAGES:
            return language
    return None


def interface() -> str:
    """Language of the interface: `?lang=`, then Accept-Language, then the default."""
    if not has_request_context():
        return DEFAULT
    if "language" not in g:
        asked = request.args.get("lang")
        g.language = asked if asked in LANGUAGES else _accepted() or DEFAULT
    return str(g.language)


def international() -> None:
    """Answer a program that states no language in English (RFC 2277, section 4.5)."""
    if request.args.get("lang") not in LANGUAGES and not request.accept_languages:
        g.language = "en"
        g.pop("content_language", None)


def content() -> str:
    """Language of labels and texts of the graph: `?clang=`, else that of the interface."""
    if not has_request_context():
        return DEFAULT
    if "content_language" not in g:
        asked = request.args.get("clang")
        g.content_language = asked if asked in LANGUAGES else interface()
    return str(g.content_language)


def translate(message: str, /, **values: Any) -> str:
    """A message in the interface language, with values filled in (`%(name)s`)."""
    text = _message(message)
    return text % values if values else text


def _message(source: str) -> str:
    return state().messages.get(interface(), {}).get(source, source)


def label(names: Mapping[str, str], fallback: str = "") -> Label:
    """A name in the content language; else in the other one, and then marked as such.

    Args:
        names: Name by language.
        fallback: What to show when there is no name at all.

    Returns:
        The text; its language when it differs from that of the page.
    """
    wanted = content()
    for tag in (wanted, *LANGUAGES, *names):
        if tag in names:
            return Label(names[tag], None if tag == interface() else tag)
    return Label(fallback)


def mark(response: Response) -> Response:
    """Set Content-Language on pages and problems, and say that they depend on the reader."""
    if response.mimetype in ("text/html", "application/problem+json"):
        response.headers.setdefault("Content-Language", interface())
        response.vary.add("Accept-Language")
    return response


def install(environment: Environment) -> None:
    """Give templates `_` and `{% trans %}`."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        _message,
        lambda one, many, number: _message(one if number == 1 else many),
        newstyle=True,
    )
