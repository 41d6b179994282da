"""What the service says of its data to machines: DCAT 3, VoID, prefixes and shapes, as RDF.

Everything is read from the data version that answers, and kept for it. The addresses are those of
this service, so that each links to the others: the catalogue to the endpoint and its description,
the description to VoID, VoID to the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import pyoxigraph
from flask import Response, jsonify, render_template, request
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple

from kg import describing, rq, shapes
from kg.describing import DataSet
from kg.namespaces import DCTERMS, PREFIXES, RDF_TYPE, RDFS, XSD
from kg.shapes import Shape
from service import addresses, caching, negotiation, rdf
from service.home import downloads
from service.home.datasets import ClassSet, changed, class_sets, published
from service.negotiation import HTML, JSON, RDF, TURTLE, Format, vary
from service.state import engine, state, version

VOID = PREFIXES["void"]
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
#: Our endings → concepts of the EU's list of file types, which DCAT-AP asks for.
FILE_TYPES = {
    "nq.gz": "RDF_N_QUADS",
    "trig.gz": "RDF_TRIG",
    "ttl.gz": "RDF_TURTLE",
    "nt.gz": "RDF_N_TRIPLES",
    "jsonld.gz": "JSON_LD",
    "rdf.gz": "RDF_XML",
    "csv": "CSV",
    "zh-en.csv": "CSV",
}


def _construct(text: str) -> Iterable[Triple]:
    body = engine().query(text, "application/n-triples").read()
    return (quad.triple for quad in pyoxigraph.parse(body, format=RdfFormat.N_TRIPLES))


def _answer(
    name: str, asked: str | None, make: Callable[[], list[Quad]], state_of: str = ""
) -> Response:
    """A description in the form that the ending of the path or Accept asks for."""
    chosen = negotiation.choose(RDF, asked or request.args.getlist("format"))
    now = version()
    etag = caching.tag(now, name, addresses.site(), chosen.name, state_of)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    # Bodies are kept for the address that everybody uses, not for each that a client makes up.
    usual = addresses.site() in (state().settings.site_url.rstrip("/"), state().listening)

    def body() -> bytes:
        return rdf.body(make(), chosen)

    key = (name, chosen.name, state_of)
    content = state().kept.get(now.digest, key, body) if usual else body()
    response = Response(content, content_type=chosen.content_type)
    response.set_etag(etag)
    response.headers["Content-Location"] = addresses.public(f"/{name}.{chosen.name}")
    response.headers["Link"] = alternates(name, RDF)
    return vary(response)


def alternates(name: str, formats: Iterable[Format]) -> str:
    """Link header that names the other forms of a description."""
    return ", ".join(
        f'<{addresses.public(f"/{name}.{item.name}")}>; rel="alternate"; type="{item.media_type}"'
        for item in formats
    )


def catalogue(ending: str | None = None) -> Response:
    """The catalogue of our data sets, files and services (DCAT 3, valid against DCAT-AP 3)."""
    now = version()
    # So that their sizes can be told; those of a large graph, and of classes, are made one by one.
    downloads.make(now, downloads.usual(now))
    return _answer("catalog", ending, _catalogue, files())


def files() -> str:
    """Which files exist, in short: what is said of them changes when they are made."""
    now = version()
    names = [downloads.name_of(found) for found in published()]
    names += [found.name for found in class_sets()]
    return " ".join(file.digest or "" for name in names for file in downloads.listed(now, name))


def _catalogue() -> list[Quad]:
    now = version()
    text = render_template(
        "home/catalog.ttl",
        site=addresses.site(),
        base=state().settings.base_iri,
        licence=LICENCE,
        number=now.number,
        digest=now.digest,
        changed=_time(changed()),
        file_types=FILE_TYPES,
        entries=[
            {
                "iri": found.thing.iri,
                "names": [Literal(t, language=tag) for tag, t in found.thing.label.items()]
                or [Literal(addresses.last_part(found.thing.iri))],
                "described": _about(found),
                "document": found.document,
                "triples": found.triples,
                "files": downloads.listed(now, downloads.name_of(found)),
            }
            for found in published()
        ]
        + [
            {
                "iri": found.thing.iri,
                "names": [Literal(t, language=tag) for tag, t in found.thing.label.items()]
                or [Literal(addresses.last_part(found.of))],
                "described": _about_class(found),
                "of": found.of,
                "files": downloads.listed(now, found.name),
            }
            for found in class_sets()
        ],
    )
    return list(pyoxigraph.parse(text, format=RdfFormat.TURTLE))


def _time(text: str | None) -> Literal | None:
    return None if text is None else Literal(text, datatype=NamedNode(XSD + "dateTime"))


def _about(found: DataSet) -> list[Literal]:
    """What a data set holds, in both languages: it is data, not interface."""
    if found.graph is None:
        texts = {
            "zh": "国际科技合作的主体、协议、平台、大科学计划、政策与数据，"
            "每条事实注明出处文献及其位置。",
            "en": "Actors, agreements, platforms, big-science programmes, policies and figures of "
            "international science and technology cooperation, each fact with the document and the "
            "place in it that states it.",
        }
    else:
        names = found.thing.label
        texts = {
            "zh": f"文献《{names.get('zh') or names.get('en', '')}》陈述的事实，每条注明文中位置。",
            "en": f"The facts that “{names.get('en') or names.get('zh', '')}” states, each with "
            "its place in the document.",
        }
    return [Literal(text, language=tag) for tag, text in texts.items()]


def _about_class(found: ClassSet) -> list[Literal]:
    names = found.thing.label
    texts = {
        "zh": f"“{names.get('zh') or names.get('en', '')}”类的全部事物，"
        "连同有关事实及其出处；另有扁平表格。",
        "en": f"All things of the class “{names.get('en') or names.get('zh', '')}”, with their "
        "facts and the places that state them; also as a flat table.",
    }
    return [Literal(text, language=tag) for tag, text in texts.items()]


def void(ending: str | None = None) -> Response:
    """Statistics, partitions and links of the graph (VoID), where its section 7.2 looks for them.

    The numbers are those of COUNT queries on the version that answers.
    """
    return _answer("void", ending, _void)


def _void() -> list[Quad]:
    now = version()
    site, base = addresses.site(), state().settings.base_iri
    triples = state().kept.get(
        now.digest, "void", lambda: describing.described(_construct, base_iri=base)
    )
    whole = NamedNode(f"{base}{addresses.CATALOGUE.removeprefix('/')}")
    document = NamedNode(f"{site}/void")
    more = [
        Triple(document, RDF_TYPE, NamedNode(VOID + "DatasetDescription")),
        Triple(document, NamedNode(PREFIXES["foaf"] + "primaryTopic"), whole),
        Triple(document, NamedNode(DCTERMS + "license"), NamedNode(LICENCE)),
        Triple(whole, NamedNode(VOID + "sparqlEndpoint"), NamedNode(f"{site}/sparql")),
        Triple(whole, NamedNode(DCTERMS + "license"), NamedNode(LICENCE)),
        Triple(whole, NamedNode(RDFS + "seeAlso"), NamedNode(f"{site}/changes.atom")),
        *(
            Triple(whole, NamedNode(VOID + "dataDump"), NamedNode(site + found.path))
            for found in downloads.listed(now)
        ),
    ]
    at = _time(changed())
    if at is not None:
        more.append(Triple(whole, NamedNode(DCTERMS + "modified"), at))
    return [Quad(*triple) for triple in {*triples, *more}]


def prefixes(ending: str | None = None) -> Response:
    """The prefixes of our queries: a JSON object, or `sh:declare` (SHACL, section 5.2.1)."""
    chosen = negotiation.choose((JSON, *RDF, HTML), ending or request.args.getlist("format"))
    base = state().settings.base_iri
    if chosen is HTML:
        names = {name: rq.rebase(iri, base) for name, iri in PREFIXES.items()}
        response = Response(render_template("home/prefixes.html", prefixes=names))
    elif chosen is JSON:
        response = jsonify({name: rq.rebase(iri, base) for name, iri in PREFIXES.items()})
    else:
        text = "\n".join(f"{triple} ." for triple in describing.declared_prefixes())
        quads = pyoxigraph.parse(rq.rebase(text, base), format=RdfFormat.N_TRIPLES)
        response = Response(rdf.body(quads, chosen), content_type=chosen.content_type)
    return _constant(response, "prefixes", (JSON, *RDF))


def shapes_document(ending: str | None = None) -> Response:
    """The SHACL shapes that the data conform to; Turtle as it was written, with its comments."""
    chosen = negotiation.choose((*RDF, HTML), ending or request.args.getlist("format"))
    if chosen is HTML:
        page = Response(render_template("home/shapes.html", shapes=_shapes()))
        return _constant(page, "shapes", RDF)
    text = rq.rebase(shapes.shapes_text(), state().settings.base_iri)
    body: bytes | str = text
    if chosen is not TURTLE:
        body = rdf.body(pyoxigraph.parse(text, format=RdfFormat.TURTLE), chosen)
    response = Response(body, content_type=chosen.content_type)
    return _constant(response, "shapes", RDF)


def _shapes() -> dict[str, Shape]:
    """Local name of each shape with an IRI → its path and messages, those with messages first."""
    found = shapes.shapes()
    named = {iri.rpartition("#")[2]: shape for iri, shape in found.items() if "#" in iri}
    return dict(sorted(named.items(), key=lambda item: (not item[1].messages, item[0])))


def _constant(response: Response, name: str, formats: Iterable[Format]) -> Response:
    """What depends on the software only: a tag of its bytes."""
    response.add_etag()
    response.make_conditional(request)
    response.headers["Link"] = alternates(name, formats)
    return vary(response)


def search_engines() -> dict[str, Any]:
    """The data sets in the terms of schema.org, which search engines for data read."""
    site, now = addresses.site(), version()
    found = []
    for data_set in published():
        names = list(data_set.thing.label.values())
        entry: dict[str, Any] = {
            "@type": "Dataset",
            "@id": data_set.thing.iri,
            "name": names[0] if names else addresses.last_part(data_set.thing.iri),
            "alternateName": names[1:],
            "description": " ".join(literal.value for literal in _about(data_set)),
            "url": f"{site}/catalog",
            "license": LICENCE,
            "isAccessibleForFree": True,
            "inLanguage": ["zh", "en"],
            "version": str(now.number),
            "dateModified": changed(),
            "creator": {"@type": "Organization", "name": "ISTC-KG maintainers", "url": f"{site}/"},
            "isBasedOn": data_set.document,
            "distribution": [
                {
                    "@type": "DataDownload",
                    "contentUrl": site + file.path,
                    "encodingFormat": file.media_type,
                    "contentSize": None if file.size is None else f"{file.size} B",
                    "sha256": file.digest,
                }
                for file in downloads.listed(now, downloads.name_of(data_set))
            ],
        }
        found.append(entry)
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": f"{state().settings.base_iri}catalog",
        "name": "ISTC evidence graph",
        "url": f"{site}/catalog",
        "license": LICENCE,
        "dataset": cast(Any, _without_gaps(found)),
    }


def _without_gaps(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_gaps(v) for k, v in value.items() if v is not None and v != []}
    return [_without_gaps(item) for item in value] if isinstance(value, list) else value
