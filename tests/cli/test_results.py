"""What the commands print."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from pathlib import Path

import openpyxl
import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from tests import homes
from tests.serving import serving

from .conftest import Istc, run


def test_build_tells_what_was_loaded(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^data version 1 \([0-9a-f]{12}\)$", done.stdout, re.M)
    assert re.search(r"^[1-9]\d+ triples, [1-9]\d+ things, [1-9]\d+ facts$", done.stdout, re.M)
    assert "facts by document:" in done.stdout
    assert "validation" in done.stderr

    again = run(tmp_path / "home", "build", cwd=tmp_path)
    assert again.stdout == done.stdout
    assert "no input has changed" in again.stderr


def test_questions_lists_every_question_in_the_language_asked_for(istc: Istc) -> None:
    found = json.loads(istc("questions", "--format", "json").stdout)
    english, chinese = istc("questions", "--lang", "en"), istc("questions", "--lang", "zh")
    for question in found:
        assert f"{question['id']} " in english.stdout
        assert question["title"]["en"] in english.stdout
        assert question["title"]["zh"] in chinese.stdout


def test_the_choices_of_a_parameter_are_accepted_as_its_value(istc: Istc) -> None:
    choices = json.loads(
        istc("questions", "ties-of-an-actor", "--choices", "actor", "--format", "json").stdout
    )
    assert choices
    key = choices[0]["key"]
    answer = istc("ask", "ties-of-an-actor", f"actor={key}", "--format", "json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["parameters"]["actor"] == key


def test_the_language_follows_the_terminal(istc: Istc) -> None:
    assert istc("questions", LANG="zh_CN.UTF-8").stdout == istc("questions", "--lang", "zh").stdout
    assert istc("questions", LANG="en_GB.UTF-8").stdout == istc("questions", "--lang", "en").stdout


def test_ask_gives_the_same_rows_in_every_format(istc: Istc) -> None:
    as_json = json.loads(istc("ask", "beijing-breakdowns", "--format", "json").stdout)["rows"]
    as_csv = list(
        csv.DictReader(io.StringIO(istc("ask", "beijing-breakdowns", "--format", "csv").stdout))
    )
    assert as_csv == as_json
    assert as_json
    table = istc("ask", "beijing-breakdowns").stdout
    assert as_json[0]["source"] in table
    # A heading, a rule, then a line a row.
    assert len(table.rstrip("\n").splitlines()) == len(as_json) + 2


def test_every_row_of_an_answer_names_its_source(istc: Istc) -> None:
    rows = json.loads(istc("ask", "beijing-breakdowns", "--format", "json").stdout)["rows"]
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml", "table"])
def test_query_answers_rows_in_every_format(istc: Istc, form: str) -> None:
    text = "SELECT (1 + 1 AS ?two) WHERE {}"
    done = istc("query", "-", "--format", form, stdin=text)
    assert done.returncode == 0, done.stderr
    assert "two" in done.stdout
    assert "2" in done.stdout
    assert done.stderr == ""


def test_query_reads_a_file_and_writes_a_graph(istc: Istc, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 5")
    done = istc("query", "q.rq")
    assert done.returncode == 0, done.stderr
    assert len(list(pyoxigraph.parse(input=done.stdout, format=RdfFormat.TURTLE))) == 5


def test_query_says_true_or_false(istc: Istc) -> None:
    assert istc("query", "-", stdin="ASK { ?s ?p ?o }").stdout == "true\n"


@pytest.mark.parametrize("ending", ["ttl", "trig", "nq", "nt", "jsonld", "rdf"])
def test_export_can_be_read_back(istc: Istc, tmp_path: Path, ending: str) -> None:
    done = istc("export", f"graph.{ending}.gz", "--graph", "reference")
    assert done.returncode == 0, done.stderr
    data = gzip.decompress((tmp_path / f"graph.{ending}.gz").read_bytes())
    form = RdfFormat.from_extension(ending)
    assert form is not None
    triples = {q.triple for q in pyoxigraph.parse(input=data, format=form)}
    lines = istc("export", "-", "--format", "nt", "--graph", "reference").stdout
    assert len(triples) == len(lines.splitlines()) > 1000


def test_two_exports_of_a_version_are_the_same_bytes(istc: Istc, tmp_path: Path) -> None:
    for name in ("one.nq.gz", "two.nq.gz"):
        assert istc("export", name).returncode == 0
    assert (tmp_path / "one.nq.gz").read_bytes() == (tmp_path / "two.nq.gz").read_bytes()


def test_the_packaged_tables_conform(istc: Istc) -> None:
    done = istc("validate")
    assert done.returncode == 0, done.stdout
    assert re.search(r"^0 violation, \d+ warning, \d+ info$", done.stderr, re.M)


def test_a_file_is_validated_in_the_context_of_the_graph(istc: Istc, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text(
        "@prefix istc: <https://w3id.org/istc-kg/ontology#> .\n"
        "<https://w3id.org/istc-kg/id/fact/mine-0001> a istc:QuantitativeFact ; istc:value 3 .\n"
    )
    done = istc("validate", "bad.ttl")
    assert done.returncode == 1
    assert "violation\thttps://w3id.org/istc-kg/id/fact/mine-0001\t" in done.stdout
    report = istc("validate", "bad.ttl", "--format", "ttl")
    assert report.returncode == 1
    conforms = [
        q
        for q in pyoxigraph.parse(input=report.stdout, format=RdfFormat.TURTLE)
        if q.predicate.value == "http://www.w3.org/ns/shacl#conforms"
    ]
    assert [getattr(q.object, "value", None) for q in conforms] == ["false"]


def test_an_answer_is_written_as_a_workbook_to_a_file(istc: Istc, tmp_path: Path) -> None:
    done = istc(
        "ask", "beijing-breakdowns", "--format", "xlsx", "--output", "b.xlsx", "--lang", "en"
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "b.xlsx" in done.stderr
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames == ["answer", "sources", "question"]
    rows = json.loads(istc("ask", "beijing-breakdowns", "--format", "json").stdout)["rows"]
    assert book["answer"].max_row == len(rows) + 1


def test_sparql_results_and_the_query_agree(istc: Istc) -> None:
    results = istc("ask", "beijing-breakdowns", "--format", "srj")
    query = istc("ask", "beijing-breakdowns", "--format", "rq")
    again = istc("query", "-", "--format", "json", stdin=query.stdout)
    assert json.loads(results.stdout) == json.loads(again.stdout)
    assert json.loads(results.stdout)["results"]["bindings"]


def test_a_range_of_years_narrows_an_answer(istc: Istc) -> None:
    def rows(years: str) -> int:
        done = istc("ask", "indicator-values", "indicator=", f"years={years}", "--format", "json")
        assert done.returncode == 0, done.stderr
        return len(json.loads(done.stdout)["rows"])

    assert 0 < rows("2014..2016") < rows("2014..") < rows("")
    wrong = istc("ask", "indicator-values", "years=2016..2014")
    assert wrong.returncode == 3
    assert "2014..2016" in wrong.stderr


def test_citing_prints_a_citation_and_the_hash_of_what_was_kept(
    built_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    homes.copy(built_home, home, "answers")
    site = "https://istc.example.org"
    done = run(home, "ask", "rankings", "--cite", "--lang", "en", cwd=tmp_path, ISTC_SITE_URL=site)
    assert done.returncode == 0, done.stderr
    citation, hashed = done.stdout.splitlines()
    digest = hashed.removeprefix("sha256 ")
    assert f"{site}/answers/{digest}" in citation
    kept = (home / "answers" / f"{digest}.json").read_bytes()
    assert hashlib.sha256(kept).hexdigest() == digest
    again = run(home, "ask", "rankings", "--cite", "--lang", "en", cwd=tmp_path)
    assert again.stdout.splitlines()[1] == hashed
    assert "ni:///sha-256;" in again.stdout
    chinese = run(home, "ask", "rankings", "--cite", "--lang", "zh", cwd=tmp_path)
    assert "[DS/OL]" in chinese.stdout
    with serving(home) as service:
        assert service.get(f"/answers/{digest}.json").body == kept
