"""Freeze an answer; show it as it was, cite it, and say whether it is still the answer."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import asking, bibliography, browsing, freezing, hiding, workbook
from kg.analysis.catalogue import analysis
from kg.analysis.working import Work
from kg.asking import Answered, Origin
from kg.bibliography import Reference
from kg.errors import Busy, Gone
from kg.freezing import Comparison, Frozen
from kg.namespaces import BASE, ID
from kg.resources import tool_version
from service import addresses, caching, language, negotiation
from service.analysis import asked as tools
from service.negotiation import BIBTEX, CSV, HTML, JSON, RIS, XLSX, Format, vary
from service.questions import api, asked
from service.state import engine, state, version

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


def _frozen(digest: str) -> Frozen:
    """A frozen answer by its hash.

    Raises:
        Gone: It names somebody who is hidden now.
        NotFound: There is none of this hash.
    """
    frozen = freezing.load(state().settings.home, digest)
    known = state().kept.get(version().digest, ("hidden",), lambda: browsing.hidden(engine()))
    shown = hiding.shown_to(known)
    named = {cell.iri for row in frozen.answered.rows for cell in row.values() if cell.iri}
    named |= {term for term in frozen.answered.parameters.values() if term}
    if not all(shown(_full(name)) for name in named):
        raise Gone("The answer names somebody who is hidden now.", where=f"/answers/{digest}")
    return frozen


def _full(name: str) -> str:
    """The IRI under the default base of a thing that is named by IRI or key."""
    return name.replace(state().settings.base_iri, BASE) if ":" in name else ID + name


def _reader() -> str:
    """The languages that the reader has chosen, for an address."""
    page = addresses.page("/")
    return page[page.index("?") :] if "?" in page else ""


def permanent(frozen: Frozen) -> str:
    """The absolute address of a frozen answer."""
    return f"{addresses.site()}/answers/{frozen.digest}"


def _reference(frozen: Frozen) -> Reference:
    return bibliography.answer(frozen, permanent(frozen))


def _again(frozen: Frozen) -> str:
    """The path of the question with the same values."""
    answered = frozen.answered
    return f"{asked.path(answered.question)}?{asked.permanent(answered)}"


def _compared(frozen: Frozen) -> Comparison:
    now = asking.origin(engine(), tool_version())
    try:
        return _kept_comparison(frozen, now)
    except Busy:
        return Comparison("pending", now)


def _kept_comparison(frozen: Frozen, now: Origin) -> Comparison:
    return state().kept.get(
        now.digest,
        ("frozen", frozen.digest),
        lambda: freezing.compare(frozen, _asked_again, now),
    )


def _asked_again(question_id: str, values: Mapping[str, str], tag: str) -> Answered:
    """The answer of today to a question, or a table of a tool.

    Raises:
        Busy: The table is being computed.
    """
    name, slash, table = question_id.partition("/")
    if not slash:
        return asking.ask(engine(), question_id, values, tag)
    found = tools.result_of(analysis(name), values, tools.DATA_SECONDS)
    if isinstance(found, Work):
        raise Busy("The table is being computed from the data of today.")
    return found.answered(table, tag)


def answer(digest: str, ending: str | None = None) -> Response:
    """A frozen answer as a page, as data, or as a citation.

    Args:
        digest: Its hash.
        ending: A format; without it the Accept header decides.

    Returns:
        The data are the same for ever; the page also says whether newer data answer otherwise.
    """
    frozen = _frozen(digest)
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
    etag = caching.tag(None, "frozen", frozen.digest, chosen.name, str(bom), site)
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
        body = bibliography.bibtex(_reference(frozen))
    else:
        body = bibliography.ris(_reference(frozen))
    response = Response(body, content_type=chosen.content_type)
    if chosen in (BIBTEX, RIS):
        response.content_type = f"{chosen.media_type}; charset=utf-8"
    response.set_etag(etag)
    if chosen in (JSON, CSV):
        response.headers["Cache-Control"] = _FOREVER
    if chosen is not JSON:
        question = frozen.answered.question.id.replace("/", "-")
        name = f"{question}-{frozen.digest[:12]}.{chosen.name}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(frozen: Frozen) -> Response:
    compared = _compared(frozen)
    languages = (language.interface(), language.content())
    parts = (frozen.digest, request.full_path, addresses.site(), *languages)
    # While it is compared, the page says so.
    told = (compared.state, str(compared.added), str(compared.removed), compared.now.digest)
    etag = caching.tag(version(), "frozen", *parts, *told)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    address, cited = permanent(frozen), _reference(frozen)
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
        citations={tag: bibliography.text(cited, tag) for tag in language.LANGUAGES},
        bibtex=bibliography.bibtex(cited),
        ris=bibliography.ris(cited),
        documents=bibliography.documents(frozen, language.content()),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    return response


def now(digest: str) -> Response:
    """Whether the question of a frozen answer is answered otherwise now, for programs."""
    frozen = _frozen(digest)
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
