"""The import on the command line: template, preview, commit, list, difference, undo."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path

import pytest

from kg.settings import Settings
from tests.cli.conftest import Done, run

from .conftest import REGISTER, Register


@pytest.fixture
def istc(settings: Settings, tmp_path: Path):
    """`istc(…)` on a copy of the built graph."""

    def call(*arguments: str, **environ: str) -> Done:
        return run(settings.home, *arguments, cwd=tmp_path, **environ)

    return call


def test_a_register_is_previewed_imported_listed_compared_and_undone(
    istc, register: Register, tmp_path: Path
) -> None:
    register(REGISTER)
    tried = istc("import", "office-register.xlsx", "--dry-run", "--json")
    assert tried.returncode == 0, tried.stderr
    preview = json.loads(tried.stdout)
    assert (preview["accepted"], preview["findings"]) == (True, [])
    assert preview["rows"]["quantities"] == 2
    assert istc("log", "--json").stdout.count('"change"') == 1
    # Nobody can be asked here, so that nothing is done without --yes.
    assert istc("import", "office-register.xlsx").returncode == 2

    done = istc("import", "office-register.xlsx", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["added"] == preview["added"] > 0
    [line] = json.loads(istc("imports", "--json").stdout)
    assert line["change"] == told["version"]
    assert line["files"] == "office-register.xlsx"
    assert line["document"].endswith("/id/doc/office-register")
    assert line["checksum"] == told["checksum"]
    assert line["added"] >= told["added"]

    before = str(told["version"] - 1)
    found = json.loads(istc("diff", before, str(told["version"]), "--format", "json").stdout)
    start = "https://w3id.org/istc-kg/graph/"
    mine, links = (found["graphs"][start + name] for name in ("source/office-register", "links"))
    assert mine["added"] + links["added"] == told["added"]
    assert (mine["removed"], links["removed"]) == (0, 0)
    patch = istc("diff", before, str(told["version"]), "--format", "patch").stdout.splitlines()
    assert (patch[0], patch[-1], len(patch)) == ("TX .", "TC .", found["added"] + 2)

    assert istc("undo", str(told["version"])).returncode == 0
    newest = json.loads(istc("log", "--json").stdout)[0]["change"]
    same = json.loads(istc("diff", before, str(newest), "--format", "json").stdout)
    assert (same["added"], same["removed"]) == (0, 0)


def test_what_is_wrong_is_reported_in_every_form_with_an_exit_code(
    istc, register: Register, tmp_path: Path
) -> None:
    wrong = copy.deepcopy(REGISTER)
    wrong["quantities"][0]["value"] = "许多"
    register(wrong)
    for command in (
        ("import", "office-register.xlsx", "--yes"),
        ("validate", "office-register.xlsx"),
    ):
        done = istc(*command, "--lang", "zh")
        assert done.returncode == 1
        assert "工作表“quantities”，第5行" in done.stdout
        assert "不是数字。请写成 1118" in done.stdout
        assert "sheet “quantities”, row 5" in done.stderr.splitlines()[-1]
    for form, begin in (("csv", "severity,file"), ("json", "["), ("ttl", "@prefix")):
        done = istc("validate", "office-register.xlsx", "--format", form)
        assert done.returncode == 1
        assert done.stdout.startswith(begin)
        assert "许多" in done.stdout
    (tmp_path / "broken.csv.gz").write_bytes(gzip.compress(b"a,b\n")[:-5])
    done = istc("import", "broken.csv.gz", "--yes")
    assert done.returncode == 3
    assert "broken.csv.gz" in done.stderr.splitlines()[-1]
    assert istc("import", "登记表.xlsx").returncode == 2
    assert istc("diff", "1", "99").returncode == 3


def test_dumps_are_compared(istc, tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text("<http://s> <http://p> 'a' <http://g> .\n".replace("'", '"'))
    (tmp_path / "b.nq.gz").write_bytes(
        gzip.compress(b'<http://s> <http://p> "b" <http://g> .\n<http://t> <http://p> "c" .\n')
    )
    found = json.loads(istc("diff", "a.nq", "b.nq.gz", "--format", "json").stdout)
    assert (found["added"], found["removed"]) == (2, 1)
    assert found["things"] == ["http://s", "http://t"]


def test_templates_are_written_and_a_wrong_kind_is_told(istc, tmp_path: Path) -> None:
    assert istc("template", "-o", "register.xlsx").returncode == 0
    assert (tmp_path / "register.xlsx").read_bytes().startswith(b"PK")
    done = istc("template", "relations", "--format", "csv", "-o", "relations.csv")
    assert done.returncode == 0
    assert (tmp_path / "relations.csv").read_text("utf-8-sig").startswith("编号 / Key,")
    refused = istc("template", "nothing", "-o", "x.xlsx")
    assert refused.returncode == 3
    assert "relations" in refused.stderr
