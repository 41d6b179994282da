"""`istc find`: things by their names, short forms and identifiers."""

from __future__ import annotations

import click

from kg.citing import pick
from kg.errors import InvalidParameter, NoStore, NotFound
from kg.searching import Found, Hit, Index, kind_key, opened
from kg.store import versions
from service.cli.options import language as language_option
from service.cli.output import note, write_json, write_table
from service.cli.session import Session

_HEAD = {
    "zh": ("键", "名称", "类型", "匹配"),
    "en": ("key", "name", "kind", "found by"),
}


@click.command("find")
@click.argument("text", nargs=-1, required=True)
@click.option("--kind", default="", help="A class, e.g. Organization, or the first part of keys.")
@click.option("--country", default="", help="Key of a country, e.g. CHN.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
@click.pass_obj
def command(
    session: Session,
    text: tuple[str, ...],
    kind: str,
    country: str,
    limit: int,
    as_json: bool,
    language: str,
) -> None:
    """Find things by name, short form or identifier, in Chinese or English.

    A part of a name is enough, and misspelt names are found. The words of a question are for
    `istc ask`.

    \b
    Example:
      istc find 中科院
      istc find "academy of sciences" --country CHN
      istc find https://ror.org/034t30j35 --json
    """
    home = session.settings.home
    version = versions.current(home)
    if version is None:
        raise NoStore("There is no graph yet.", where=str(home), hint="Run: istc build")
    words = " ".join(text)
    index = opened(home, version)
    try:
        _check(index, kind, country)
        found = index.search(words, kind=kind, country=country, limit=limit)
    finally:
        index.close()
    if as_json:
        write_json(_as_json(found))
        return
    if not found.hits:
        raise NotFound(
            f"No thing has the name “{found.text}”.",
            hint="Try fewer or other words, or a part of the name.",
        )
    rows = [
        (
            hit.key,
            pick(hit.label, language) or hit.key,
            pick(found.labels.get(hit.kind, {}), language) or kind_key(hit.kind),
            "" if hit.match.text == pick(hit.label, language) else hit.match.text,
        )
        for hit in found.hits
    ]
    write_table(_HEAD[language], rows)
    if found.total > len(rows):
        note(f"{len(rows)} of {'more than ' * found.more}{found.total} things; see --limit.")


def _check(index: Index, kind: str, country: str) -> None:
    """Refuse a class or country that nothing has."""
    if kind and not index.has_kind(kind):
        raise InvalidParameter(
            f"There is no class “{kind}” with things.", where="--kind", hint="E.g. Organization."
        )
    if country and not index.has_country(country):
        raise InvalidParameter(
            f"There is no country “{country}”.", where="--country", hint="E.g. CHN."
        )


def _as_json(found: Found) -> dict[str, object]:
    return {
        "query": found.text,
        "total": found.total,
        "more": found.more,
        "things": [_thing(hit) for hit in found.hits],
    }


def _thing(hit: Hit) -> dict[str, object]:
    return {
        "key": hit.key,
        "iri": hit.iri,
        "label": dict(hit.label),
        "kind": kind_key(hit.kind),
        "countries": list(hit.countries),
        "statements": hit.statements,
        "how": hit.match.how,
        "matched": hit.match.text,
    }


__all__ = ["command"]
