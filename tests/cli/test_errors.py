"""Errors: one line on stderr, nothing on stdout, an exit code that tells the kind."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from kg import errors
from service import cli

from .conftest import Done, Istc

_LINE = re.compile(r"istc: .+\.(?: .+)?\n")


def _is_refused(done: Done, code: int) -> str:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert _LINE.fullmatch(done.stderr), done.stderr
    return done.stderr


def test_every_kind_of_error_has_an_exit_code() -> None:
    def all_kinds(of: type[errors.IstcError]) -> list[type[errors.IstcError]]:
        return [of, *(k for sub in of.__subclasses__() for k in all_kinds(sub))]

    codes = {kind: cli.exit_code(kind("what")) for kind in all_kinds(errors.IstcError)}
    assert set(codes.values()) <= {1, 3, 4, 5, 6, 7, 70}
    assert codes[errors.NonConforming] == 1
    assert codes[errors.InvalidTable] == 3
    assert codes[errors.NotFound] == 3
    assert codes[errors.TimeLimit] == 4
    assert codes[errors.NoStore] == 5
    assert codes[errors.UpdateRefused] == 6
    assert [k.__name__ for k, code in codes.items() if code == 70] == ["IstcError", "Internal"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["ask", "beijing-breakdowns"],
        ["export", "x.ttl"],
    ],
)
def test_without_a_graph_a_command_says_how_to_build_one(bare: Istc, arguments: list[str]) -> None:
    assert "istc build" in _is_refused(bare(*arguments), 5)


def test_a_query_that_does_not_parse_is_told_with_its_place(istc: Istc) -> None:
    told = _is_refused(istc("query", "-", stdin="SELECT * WHERE { ?s ?p "), 3)
    assert "line 1" in told


def test_a_query_that_reaches_out_is_refused(istc: Istc) -> None:
    text = "SELECT * WHERE { SERVICE <http://localhost/> { ?s ?p ?o } }"
    _is_refused(istc("query", "-", stdin=text), 6)


def test_an_update_is_refused(istc: Istc) -> None:
    _is_refused(istc("query", "-", stdin="DELETE WHERE { ?s ?p ?o }"), 6)


def test_a_query_past_its_time_is_stopped(istc: Istc) -> None:
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    _is_refused(istc("query", "-", "--seconds", "0.5", stdin=text), 4)


def test_a_format_that_does_not_fit_is_refused(istc: Istc) -> None:
    told = _is_refused(istc("query", "-", "--format", "ttl", stdin="ASK {}"), 3)
    assert "json" in told


def test_an_unknown_question_is_answered_with_near_ones(istc: Istc) -> None:
    assert "beijing-breakdowns" in _is_refused(istc("ask", "beijing-breakdown"), 3)


def test_a_wrong_parameter_is_named_with_what_is_allowed(istc: Istc) -> None:
    told = _is_refused(istc("ask", "ties-of-an-actor", "actor=org/nobody"), 3)
    assert "actor" in told


def test_a_word_that_is_no_parameter_is_wrong_usage(istc: Istc) -> None:
    done = istc("ask", "ties-of-an-actor", "org/cas")
    assert done.returncode == 2
    assert "NAME=VALUE" in done.stderr


def test_an_unknown_setting_is_refused_with_the_nearest_one(bare: Istc) -> None:
    told = _is_refused(bare("status", ISTC_QUERY_SECOND="3"), 3)
    assert "ISTC_QUERY_SECONDS" in told


def test_help_works_with_wrong_settings(bare: Istc) -> None:
    done = bare("build", "--help", ISTC_QUERY_SECOND="3")
    assert done.returncode == 0
    assert "Example:" in done.stdout


def test_an_unknown_graph_is_refused_and_no_file_is_written(istc: Istc, tmp_path: Path) -> None:
    told = _is_refused(istc("export", "x.ttl", "--graph", "nowhere"), 3)
    assert "ontology" in told
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_ending_is_refused(istc: Istc) -> None:
    assert "ttl" in _is_refused(istc("export", "graph.docx"), 3)


def test_a_folder_that_is_not_there_is_named(istc: Istc) -> None:
    assert "missing" in _is_refused(istc("export", "missing/graph.ttl"), 3)


def test_a_file_that_does_not_parse_is_told_with_its_line(istc: Istc, tmp_path: Path) -> None:
    (tmp_path / "broken.nt").write_text("<http://a> <http://b> <http://c> .\nbroken\n")
    done = istc("validate", "broken.nt")
    assert done.returncode == 3
    assert done.stdout == ""
    assert "line 2" in done.stderr.splitlines()[-1]


def test_a_port_that_is_taken_is_told(istc: Istc) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = istc("serve", "--port", str(port))
    assert done.returncode == 5
    assert str(port) in done.stderr
    assert "PORT=" in done.stderr


def test_debug_adds_the_traceback(istc: Istc) -> None:
    done = istc("--debug", "ask", "nothing-like-it")
    assert done.returncode == 3
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("istc: ")
