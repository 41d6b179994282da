"""Short links to queries, files of results, and the words that the editor completes."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from kg.namespaces import PREFIXES
from tests import homes
from tests.serving import BROWSER, FORM, Reply, Service, serving

QUERY = "SELECT ?论文 { ?论文 a <https://w3id.org/istc-kg/ontology#SourceDocument> }\n"
#: Longer than any address may be.
LONG = QUERY + "# " + "x" * 60_000 + "\n"


@pytest.fixture(scope="module")
def service(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a home of its own, in which links may be kept."""
    home = homes.copy(built_home, tmp_path_factory.mktemp("links") / "home")
    with serving(home) as running:
        yield running


def shortened(service: Service, query: str, accept: str = "application/json") -> Reply:
    body = f"query={quote(query)}"
    return service.send("POST", "/sparql/links", body, {"Content-Type": FORM, "Accept": accept})


def downloaded(service: Service, query: str, name: str) -> Reply:
    body = f"query={quote(query)}&format={name}"
    headers = {"Content-Type": FORM, "Accept": BROWSER}
    return service.send("POST", "/sparql/download", body, headers)


@pytest.mark.parametrize("query", [QUERY, LONG], ids=["short", "long"])
def test_a_query_of_any_length_has_a_short_link_that_leads_to_the_editor(
    service: Service, query: str
) -> None:
    made = shortened(service, query)
    assert made.status == 201
    link = made.json()["link"]
    path = urlsplit(link).path
    assert link.startswith(service.url + "/q/")
    assert len(path) < 30
    assert made.header("Location") == path
    followed = service.page(path + "?lang=en")
    assert followed.status == 303
    page = service.page(followed.header("Location"))
    assert page.status == 200
    assert query.strip() in html.unescape(page.text)
    assert service.get(path + ".rq").text == query
    assert service.get(path + ".rq").type == "application/sparql-query"


def test_the_same_query_always_has_the_same_link(service: Service) -> None:
    first, again = shortened(service, "ASK { ?s ?p 1 }"), shortened(service, "ASK { ?s ?p 1 }")
    assert (first.status, again.status) == (201, 200)
    assert first.json() == again.json()
    other = shortened(service, "ASK { ?s ?p 2 }").json()
    assert other["link"] != first.json()["link"]


def test_a_browser_without_script_is_sent_to_the_editor_that_shows_the_link(
    service: Service,
) -> None:
    sent = shortened(service, QUERY, BROWSER)
    assert sent.status == 303
    page = service.page(sent.header("Location"))
    assert f"{service.url}/q/" in page.text
    assert "SELECT ?论文" in page.text


def test_a_query_with_markup_is_shown_as_text(service: Service) -> None:
    query = "ASK { ?s ?p '</textarea><script>alert(1)</script>' }"
    name = shortened(service, query).json()["name"]
    page = service.page(f"/sparql?link={name}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("not a query at all", 400),
        ("DELETE WHERE { ?s ?p ?o }", 403),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", 403),
        (QUERY + "# " + "x" * 200_000, 422),
    ],
)
def test_only_queries_get_links(service: Service, query: str, status: int) -> None:
    reply = shortened(service, query)
    assert (reply.status, reply.type) == (status, "application/problem+json")


@pytest.mark.parametrize("name", ["aaaaaaaaaaaaaaaaaaaa", "x", "..%2f..%2fcurrent", "A" * 20])
def test_an_unknown_link_is_not_found(service: Service, name: str) -> None:
    for path in (f"/q/{name}", f"/q/{name}.rq", f"/sparql?link={name}"):
        assert service.get(path, "text/html").status == 404


def test_new_links_are_bounded_in_an_hour_and_in_number(built_home: Path, tmp_path: Path) -> None:
    home = homes.copy(built_home, tmp_path / "home")
    with serving(home, links_per_hour="2") as service:
        made = [shortened(service, f"ASK {{ ?s ?p {n} }}").status for n in (1, 2, 3)]
        assert made == [201, 201, 429]
        refused = shortened(service, "ASK { ?s ?p 3 }")
        assert 3500 < int(refused.header("Retry-After")) <= 3601
        # What is kept already has its link still.
        assert shortened(service, "ASK { ?s ?p 1 }").status == 200
    with serving(home, links="2") as service:
        full = shortened(service, "ASK { ?s ?p 3 }")
        assert full.status == 507
        assert full.json()["type"].endswith("/problems/insufficient-storage")


def test_a_link_whose_file_was_changed_is_an_error(built_home: Path, tmp_path: Path) -> None:
    home = homes.copy(built_home, tmp_path / "home")
    with serving(home) as service:
        name = shortened(service, QUERY).json()["name"]
        (home / "links" / f"{name}.rq").write_text("ASK {}", encoding="utf-8")
        assert service.get(f"/q/{name}", "text/html").status == 500


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("csv", b"\xef\xbb\xbf"), ("json", b"{"), ("tsv", b"?"), ("xml", b"<?xml")],
)
def test_results_are_downloaded_by_post_with_a_query_of_any_length(
    service: Service, name: str, beginning: bytes
) -> None:
    reply = downloaded(service, LONG, name)
    assert reply.status == 200
    assert reply.header("Content-Disposition") == f'attachment; filename="results.{name}"'
    assert reply.body.startswith(beginning)
    if reply.header("Content-Length"):
        assert int(reply.header("Content-Length")) == len(reply.body)


def test_the_downloaded_csv_is_that_of_the_endpoint_with_a_mark(service: Service) -> None:
    plain = service.sparql(QUERY, "text/csv").body
    marked = downloaded(service, QUERY, "csv").body
    assert marked == b"\xef\xbb\xbf" + plain
    assert next(csv.reader(io.StringIO(marked.decode("utf-8-sig")))) == ["论文"]


@pytest.mark.parametrize("name", ["ttl", "jsonld", "nt", "rdf"])
def test_graphs_are_downloaded_in_every_syntax(service: Service, name: str) -> None:
    reply = downloaded(service, "DESCRIBE <https://w3id.org/istc-kg/id/org/cas>", name)
    assert reply.status == 200
    assert reply.header("Content-Disposition").endswith(f'"results.{name}"')
    assert b"https://w3id.org/istc-kg/id/org/cas" in reply.body


def test_a_wrong_query_gives_a_problem_and_no_file(service: Service) -> None:
    reply = downloaded(service, "SELECT * {", "csv")
    assert reply.status == 400
    assert "Content-Disposition" not in reply.headers


def test_the_editor_completes_the_terms_of_this_graph(service: Service) -> None:
    reply = service.get("/sparql/terms")
    words = reply.json()
    assert words["prefixes"] == PREFIXES
    for kind, query in (
        ("classes", "SELECT ?t (COUNT(DISTINCT ?s) AS ?n) { ?s a ?t } GROUP BY ?t"),
        ("properties", "SELECT ?t (COUNT(*) AS ?n) { ?s ?t ?o } GROUP BY ?t"),
    ):
        offered = {word["iri"]: word["uses"] for word in words[kind]}
        counted = {row["t"]: int(row["n"]) for row in service.select(query)}
        istc = [iri for iri in counted if iri.startswith(PREFIXES["istc"])]
        assert istc
        assert {iri: offered[iri] for iri in istc} == {iri: counted[iri] for iri in istc}
    labels = {word["iri"]: word["label"] for word in words["classes"]}
    assert labels[PREFIXES["istc"] + "JointLaboratory"] == {
        "zh": "联合实验室",
        "en": "joint laboratory",
    }
    again = service.get("/sparql/terms", If_None_Match=reply.header("ETag"))
    assert again.status == 304
