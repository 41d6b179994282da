"""The Graph Store Protocol: graphs are read, replaced, extended and removed by their address."""

from __future__ import annotations

import gzip
import json
from urllib.parse import quote, urlsplit

import pytest
from pyoxigraph import RdfFormat, parse

from kg.namespaces import BASE

from .conftest import TURTLE, Desk, E, desk, small

TWO = f"<{E}a> <{E}p> 'ä' ; <{E}q> [ <{E}r> 1 ] ."


def test_a_graph_lives_from_put_to_delete(united: Desk) -> None:
    path = united.graph("life")
    assert united.service.get(path).status == 404
    made = united.send("PUT", path, TWO, Content_Type=TURTLE)
    assert made.status == 201, made.text
    assert made.headers["Location"] == E + "life"
    read = united.service.get(path, TURTLE)
    assert (read.status, read.type) == (200, TURTLE)
    assert len(list(parse(input=read.body, format=RdfFormat.TURTLE))) == 3
    assert "[" in read.text or "_:" in read.text
    # The same document again changes nothing, blank nodes and all.
    assert united.send("PUT", path, TWO, Content_Type=TURTLE).status == 204
    assert united.service.get(path, TURTLE).headers["ETag"] == read.headers["ETag"]
    more = united.send("POST", path, f"<{E}a> <{E}p> 'b' .", Content_Type=TURTLE)
    assert (more.status, more.body, more.headers["Content-Type"]) == (204, b"", None)
    assert united.service.get(path, "application/n-triples").text.count("\n") == 4
    assert united.send("PUT", path, f"<{E}a> <{E}p> 'c' .", Content_Type=TURTLE).status == 204
    assert united.service.get(path, "application/n-triples").text.count("\n") == 1
    head = united.service.send("HEAD", path, headers={"Accept": TURTLE})
    assert (head.status, head.body) == (200, b"")
    assert united.send("DELETE", path).status == 204
    assert united.service.get(path).status == 404
    assert united.send("DELETE", path).status == 404


def test_a_graph_is_identified_by_its_own_address_as_well(united: Desk) -> None:
    iri = f"{united.service.url}/store/person/1.ttl"
    assert united.send("PUT", "/store/person/1.ttl", TWO, Content_Type=TURTLE).status == 201
    for path in ("/store/person/1.ttl", f"/store?graph={quote(iri, safe='')}"):
        read = united.service.get(path, "application/n-triples")
        assert read.text.count("\n") == 3
    assert united.service.get("/store/person/2.ttl").status == 404


def test_a_document_sent_to_the_store_becomes_a_new_graph(united: Desk) -> None:
    made = united.send("POST", "/store", TWO, Content_Type=TURTLE)
    assert made.status == 201, made.text
    address = urlsplit(made.headers["Location"])
    read = united.service.get(address.path, "application/n-triples")
    assert read.text.count("\n") == 3
    assert made.json()["added"] == 3


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/n-triples", f"<{E}s> <{E}p> <{E}o> .\n"),
        ("application/ld+json", json.dumps({"@id": f"{E}s", f"{E}p": {"@id": f"{E}o"}})),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="'
            f'{E}"><rdf:Description rdf:about="{E}s"><e:p rdf:resource="{E}o"/>'
            "</rdf:Description></rdf:RDF>",
        ),
        (f"{TURTLE}; charset=UTF-8", "<s> <p> <o> ."),
        ("text/n3", f"<{E}s> <{E}p> <{E}o> ."),
    ],
)
def test_every_syntax_is_read(united: Desk, kind: str, body: str) -> None:
    path = united.graph("syntax/" + kind.partition(";")[0])
    assert united.send("PUT", path, body, Content_Type=kind).status == 201
    text = united.service.get(path, "application/n-triples").text
    assert text.count(" .\n") == 1
    assert "/s>" in text


def test_whole_datasets_go_in_and_out(united: Desk) -> None:
    nquads = f'<{E}s> <{E}p> "1" <{E}d1> .\n<{E}s> <{E}p> "2" <{E}d2> .\n'
    assert united.send("POST", "/store", nquads, Content_Type="application/n-quads").status == 200
    for kind, form in (
        ("application/trig", RdfFormat.TRIG),
        ("application/n-quads", RdfFormat.N_QUADS),
    ):
        read = united.service.get("/store", kind)
        assert read.type == kind
        graphs = {str(q.graph_name) for q in parse(input=read.body, format=form)}
        assert {f"<{E}d1>", f"<{E}d2>"} <= graphs
        assert not any("journal" in name for name in graphs)
    for method in ("PUT", "DELETE"):
        refused = united.send(method, "/store", nquads, Content_Type="application/n-quads")
        assert refused.status == 405
        assert refused.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    loose = united.send("POST", "/store", f'<{E}s> <{E}p> "1" .', Content_Type="application/trig")
    assert loose.status == 400
    assert united.send("PUT", "/store?default", TWO, Content_Type=TURTLE).status == 400
    assert united.service.get("/store?default", TURTLE).status == 200


def test_several_files_of_a_form_go_into_one_graph(united: Desk) -> None:
    boundary = "a6fe4cd636164618814be9f8d3d1a0de"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"; filename="{n}.ttl"\r\n'
        f"Content-Type: text/turtle; charset=utf-8\r\n\r\n<{E}s> <{E}{n}> 'x'\r\n.\r\n"
        for n in ("one", "two")
    )
    path = united.graph("form")
    kind = f"multipart/form-data; boundary={boundary}"
    made = united.send("POST", path, f"{parts}--{boundary}--\r\n", Content_Type=kind)
    assert made.status == 201, made.text
    assert united.service.get(path, "application/n-triples").text.count(" .\n") == 2


@pytest.mark.parametrize(
    ("kind", "body", "status", "slug"),
    [
        (TURTLE, "<http://e/s> <http://e/p> 'x'\n\n<http://e/s", 400, "invalid-rdf"),
        (TURTLE, b"<http://e/s> <http://e/p> '\xff' .", 400, "invalid-rdf"),
        (TURTLE, "<http://e/s> <http://e/p> <http://e/with a blank> .", 400, "invalid-rdf"),
        ("application/trig", "<http://g/> { <http://s/> <http://p/> 1 }", 400, "invalid-rdf"),
        ("application/ld+json", '{"@context": "http://127.0.0.1:9/c"}', 403, "no-outside-access"),
        ("application/ld+json", '{"@context": "file:///etc/passwd"}', 403, "no-outside-access"),
        (
            "application/rdf+xml",
            '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<r/>',
            403,
            "no-outside-access",
        ),
        ("text/html", "<p>", 415, "unsupported-media-type"),
        (f"{TURTLE}; charset=utf-16", "x", 415, "unsupported-media-type"),
        ("", TWO, 415, "unsupported-media-type"),
    ],
)
def test_what_cannot_be_read_is_refused_and_says_where(
    united: Desk, kind: str, body: str | bytes, status: int, slug: str
) -> None:
    before = united.count()
    reply = united.send("PUT", united.graph("bad"), body, Content_Type=kind)
    assert reply.status == status, reply.text
    told = reply.json()
    assert told["type"].endswith(slug)
    assert "Traceback" not in reply.text
    if slug == "invalid-rdf" and kind == TURTLE:
        assert told["line"] == (3 if "\\n\\n" in repr(body) else 1)
    if status == 415:
        assert TURTLE in told["accepted"]
        assert TURTLE in reply.headers["Accept-Post"]
    assert united.count() == before


def test_preconditions_guard_against_lost_updates(united: Desk) -> None:
    path = united.graph("guarded")
    one, two = (f"<{E}s> <{E}p> {n} ." for n in (1, 2))
    assert united.send("PUT", path, one, Content_Type=TURTLE, If_Match="*").status == 412
    assert united.send("PUT", path, one, Content_Type=TURTLE, If_None_Match="*").status == 201
    assert united.send("PUT", path, one, Content_Type=TURTLE, If_None_Match="*").status == 412
    read = united.service.get(path, TURTLE)
    tag = read.headers["ETag"]
    assert united.service.get(path, TURTLE, If_None_Match=tag).status == 304
    # Another graph changes: the tag of this one stays.
    united.send("PUT", united.graph("other"), two, Content_Type=TURTLE)
    assert united.send("PUT", path, two, Content_Type=TURTLE, If_Match=tag).status == 204
    late = united.send("DELETE", path, If_Match=tag)
    assert late.status == 412
    assert late.json()["type"].endswith("/stale")
    # The tag of any representation tells the state.
    fresh = united.service.get(path, "application/ld+json").headers["ETag"]
    assert united.send("DELETE", path, If_Match=fresh).status == 204


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?graph=relative", 400),
        ("?graph=http://e/1&graph=http://e/2", 400),
        ("?graph=http://e/1&default", 400),
        (f"?graph={quote(BASE + 'graph/journal', safe='')}", 403),
    ],
)
def test_addresses_that_name_no_graph_of_the_client_are_refused(
    united: Desk, query: str, status: int
) -> None:
    reply = united.send("PUT", f"/store{query}", TWO, Content_Type=TURTLE)
    assert reply.status == status, reply.text


def test_what_is_not_offered_is_told(united: Desk) -> None:
    assert united.service.get(united.graph(), "image/png").status == 406
    patch = united.send("PATCH", united.graph(), "x", Content_Type="text/plain")
    assert patch.status == 405
    assert {"GET", "PUT", "POST", "DELETE", "HEAD"} <= set(patch.headers["Allow"].split(", "))
    options = united.send("OPTIONS", united.graph())
    assert options.status in (200, 204)
    preflight = united.send("OPTIONS", "/store", Access_Control_Request_Method="PUT", Origin="x")
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert united.service.send("PUT", united.graph(), TWO, {"Content-Type": TURTLE}).status == 401


def test_the_default_graph_of_a_plain_store_is_a_graph_like_any(plain: Desk) -> None:
    assert plain.send("PUT", "/store?default", TWO, Content_Type=TURTLE).status == 204
    read = plain.service.get("/store?default", "application/n-triples")
    assert read.text.count(" .\n") == 3
    assert read.text.count("_:") == 2
    assert plain.send("DELETE", "/store?default").status == 204
    empty = plain.service.get("/store?default", "application/n-triples")
    assert (empty.status, empty.body) == (200, b"")


def test_bodies_are_bounded_packed_and_unpacked(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = small(tmp_path_factory.mktemp("bounded") / "home")
    lines = "".join(f"<{E}s> <{E}p> {n} .\n" for n in range(150))
    with desk(home, upload_bytes="10000") as one:
        fits = one.send(
            "PUT", one.graph("z"), gzip.compress(lines.encode()),
            Content_Type=TURTLE, Content_Encoding="gzip",
        )  # fmt: skip
        assert fits.status == 201, fits.text
        bomb = gzip.compress(b" " * 50_000_000)
        for body, encoding in ((lines * 2, "identity"), (bomb, "gzip")):
            reply = one.send(
                "PUT", one.graph("y"), body, Content_Type=TURTLE, Content_Encoding=encoding
            )
            assert reply.status == 413
            assert reply.json()["limitBytes"] == 10000
        for body, encoding, status in ((b"no gzip", "gzip", 400), (b"x", "br", 415)):
            reply = one.send(
                "PUT", one.graph("y"), body, Content_Type=TURTLE, Content_Encoding=encoding
            )
            assert reply.status == status
        assert one.count() == 152
