"""Freeze an answer; show it as it was, cite it, and say whether it is still the answer."""

from __future__ import annotations

from flask import Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import asking, bibliography, freezing, workbook
from kg.freezing import Comparison, Frozen
from kg.resources import tool_version
from service import addresses, caching, language, negotiation
from service.negotiation import BIBTEX, CSV, HTML, JSON, RIS, XLSX, Format, vary
from service.questions import api, asked
from service.state import engine, state

FORMATS = (HTML, JSON, CSV, XLSX, BIBTEX, RIS)
ENDINGS = tuple(item.name for item in FORMATS)
_FOREVER = "public, max-age=31536000, immutable"


def freeze(question_id: str) -> AnyResponse:
    """Freeze the answer to a question and go to it; the same answer is frozen once."""
    answered, origin = asked.answer_and_origin(question_id)
    frozen = freezing.freeze(answered, origin, state().settings, bounded=True)
    path = f"/answers/{frozen.digest}"
    response = redirect(addresses.public(path) + _reader(), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _reader() -> str:
    """The languages that the reader has chosen, for an address."""
    page = addresses.page("/")
    return page[page.index("?") :] if "?" in page else ""


def permanent(frozen: Frozen) -> str:
    """The absolute address of a frozen answer."""
    return f"{addresses.site()}/answers/{frozen.digest}"


def _again(frozen: Frozen) -> str:
    """The path of the question with the same values."""
    answered = frozen.answered
    return f"/questions/{answered.question.id}?{asked.permanent(answered)}"


def _compared(frozen: Frozen) -> Comparison:
    now = asking.origin(engine(), tool_version())
    return state().kept.get(
        now.digest,
        ("frozen", frozen.digest),
        lambda: freezing.compare(frozen, engine(), now),
    )


def answer(digest: str, ending: str | None = None) -> Response:
    """A frozen answer as a page, as data, or as a citation.

    Args:
        digest: Its hash.
        ending: A format; without it the Accept header decides.

    Returns:
        The data are the same for ever; the page also says whether newer data answer otherwise.
    """
    frozen = freezing.load(state().settings.home, digest)
    chosen = negotiation.choose(FORMATS, ending or request.args.getlist("format"))
    response = _page(frozen) if chosen is HTML else _data(frozen, chosen)
    response.headers["Link"] = ", ".join(
        [
            f'<{addresses.public(_again(frozen))}>; rel="latest-version"',
            f'<{permanent(frozen)}>; rel="cite-as"',
            *(
                f'<{addresses.public(f"/answers/{digest}.{item.name}")}>; rel="alternate"; '
                f'type="{item.media_type}"'
                for item in FORMATS
                if item is not chosen
            ),
        ]
    )
    return vary(response)


def _data(frozen: Frozen, chosen: Format) -> Response:
    bom = request.args.get("bom") == "1"
    site = "" if chosen in (JSON, CSV) else addresses.site()
    etag = caching.tag("", "frozen", frozen.digest, chosen.name, str(bom), site)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body: bytes | str
    if chosen is JSON:
        body = frozen.data
    elif chosen is CSV:
        body = api.as_csv(frozen.answered, bom=bom)
    elif chosen is XLSX:
        body = workbook.write(frozen.answered, frozen.origin, permanent(frozen))
    elif chosen is BIBTEX:
        body = bibliography.bibtex(frozen, permanent(frozen))
    else:
        body = bibliography.ris(frozen, permanent(frozen))
    response = Response(body, content_type=chosen.content_type)
    if chosen in (BIBTEX, RIS):
        response.content_type = f"{chosen.media_type}; charset=utf-8"
    response.set_etag(etag)
    if chosen in (JSON, CSV):
        response.headers["Cache-Control"] = _FOREVER
    if chosen is not JSON:
        name = f"{frozen.answered.question.id}-{frozen.digest[:12]}.{chosen.name}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(frozen: Frozen) -> Response:
    compared = _compared(frozen)
    languages = (language.interface(), language.content())
    parts = (frozen.digest, request.full_path, addresses.site(), *languages)
    etag = caching.tag(compared.now.digest, "frozen", *parts)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    address = permanent(frozen)
    body = render_template(
        "answers/answer.html",
        frozen=frozen,
        question=frozen.answered.question,
        answered=frozen.answered,
        compared=compared,
        page=asked.page(len(frozen.answered.rows)),
        values=asked.worded(frozen.answered),
        address=address,
        again=_again(frozen).rpartition("lang=")[0].rstrip("?&"),
        citations={tag: bibliography.text(frozen, address, tag) for tag in language.LANGUAGES},
        bibtex=bibliography.bibtex(frozen, address),
        ris=bibliography.ris(frozen, address),
        documents=bibliography.documents(frozen, language.content()),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    return response


def now(digest: str) -> Response:
    """Whether the question of a frozen answer is answered otherwise now, for programs."""
    frozen = freezing.load(state().settings.home, digest)
    compared = _compared(frozen)
    return jsonify(
        answer=digest,
        frozen=frozen.frozen.isoformat(),
        data={"version": frozen.origin.version, "digest": frozen.origin.digest},
        now={"version": compared.now.version, "digest": compared.now.digest},
        state=compared.state,
        added=compared.added,
        removed=compared.removed,
        question=addresses.public(_again(frozen)),
    )
