"""The list of pictures, the page of each, and what scripts draw of it."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request

from kg import catalogue
from kg.asking import Answered
from kg.catalogue import Question
from kg.citing import Source
from kg.errors import NotFound
from service import addresses, caching, language
from service.negotiation import HTML, vary
from service.questions import asked, drawing
from service.state import version

#: Pictures are listed by view: the wide ones first, then the others.
_FIRST = ("map", "timeline", "tree", "network")


def pictures() -> list[Question]:
    """The questions that are pictures, in the order in which they are shown."""
    found = [question for question in catalogue.questions() if question.picture]
    return sorted(found, key=lambda q: (*_FIRST, q.view).index(q.view))


def listing() -> Response:
    """All pictures."""
    etag = caching.tag(
        version(), "pictures", repr(sorted(request.args.items())), language.interface()
    )
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body = render_template("pictures/list.html", pictures=pictures())
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    return vary(response)


def picture(question_id: str) -> Response:
    """A picture: the answer to its question with the parameters of the request, drawn.

    Args:
        question_id: Id of the question.

    Raises:
        NotFound: There is no such picture.
        InvalidParameter: A parameter is wrong.
    """
    _known(question_id)
    etag = asked.etag(question_id, "picture")
    same = caching.unchanged(etag)
    if same is not None:
        return same
    answered = asked.answer(question_id)
    body = render_template(
        "pictures/picture.html",
        question=answered.question,
        answered=answered,
        page=asked.page(len(answered.rows)),
        **asked.form(answered),
        values=asked.worded(answered),
        documents=_documents(answered),
        permanent=asked.permanent(answered),
        address=_address(answered),
        version=version(),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    response.headers["Link"] = f'<{_address(answered)}>; rel="canonical"'
    return vary(response)


def description(question_id: str) -> Response:
    """The description of a drawing, for scripts that draw it later or walk through a network.

    The parameters are those of the question. What a drawing has no room for is left out: of a
    network, `total` counts the ties and `shown` those that are given.

    Args:
        question_id: Id of the question.

    Raises:
        NotFound: There is no such picture.
        InvalidParameter: A parameter is wrong.
    """
    _known(question_id)
    etag = asked.etag(question_id, "drawing")
    same = caching.unchanged(etag)
    if same is not None:
        return same
    answered = asked.answer(question_id)
    response = jsonify(drawing.chart_of(answered, _address(answered)) or {"rows": []})
    response.set_etag(etag)
    return vary(response)


def _known(question_id: str) -> None:
    names = [question.id for question in pictures()]
    if question_id not in names:
        raise NotFound(
            f"There is no picture “{question_id}”.",
            hint=f"The pictures are {', '.join(names)}.",
            extra={"suggestions": [f"/pictures/{name}" for name in names]},
        )


def _address(answered: Answered) -> str:
    return f"{addresses.site()}/pictures/{answered.question.id}?{asked.permanent(answered)}"


def _documents(answered: Answered) -> list[Source]:
    """One place in each document that the answer rests on."""
    places = (source for some in answered.sources.values() for source in some)
    return list({source.document: source for source in places}.values())
