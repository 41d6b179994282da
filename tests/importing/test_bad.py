"""Bad files of every kind: what somebody sees who imports one on the command line."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg import changing
from kg.changing import Load, Part
from kg.importing.templates import as_csv
from kg.namespaces import GRAPH, ISTC, RDFS
from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry
from service.cli import run
from tests import homes
from tests.serving import ROOT

#: Exit code, what stdout says, the last line of stderr.
Seen = tuple[int, str, str]
See = Callable[..., Seen]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the ontology and nothing else: all rules hold, and are quick."""
    made = tmp_path_factory.mktemp("bad") / "home"
    ontology = sorted((ROOT / "ontology").rglob("*.ttl"))
    parts = tuple(Part(str(path), "text/turtle", path.stem) for path in ontology)
    step = Load(parts, "https://w3id.org/istc-kg/", f"{GRAPH}ontology")
    changing.change(Settings(home=made, write_bar="none"), step, Entry("desk", "update"))
    return made


@pytest.fixture
def see(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> See:
    """`see(files, …)` writes files and validates them, as the command line does."""

    def call(
        files: dict[str, bytes], *more: str, command: str = "validate", **environ: str
    ) -> Seen:
        monkeypatch.setenv("ISTC_HOME", str(home))
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        for name, data in files.items():
            Path(name).write_bytes(data)
        words = (*files, "--source", "bad") if command in ("validate", "import") else ()
        capfdbinary.readouterr()
        code = run([command, *words, *more])
        sys.stdout.flush()
        out, err = (text.decode() for text in capfdbinary.readouterr())
        assert "Traceback" not in err
        return code, out, err.strip().splitlines()[-1]

    return call


def _packed(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return held.getvalue()


ACTORS = b"key,class,label_zh,label_en\n"
ROW = b"org/x,University,,Example University\n"
TURTLE = f'<http://e/a> a <{ISTC}University> ; <{RDFS}label> "Zürich"@de .\n'


@pytest.mark.parametrize(
    ("files", "code", "line"),
    [
        # Truncated.
        ({"a.json": b'[{"class": "University"}, {"cla'}, 3, "Not whole JSON"),
        ({"a.ttl": b"<http://e/a> <http://e/b> "}, 3, "a.ttl, line 1"),
        ({"a.nq.gz": gzip.compress(b"<http://e/a> <http://e/b> 1 .\n" * 99)[:60]}, 3, "gzip"),
        ({"actors.csv": ACTORS + b'org/x,"Univer'}, 3, "actors.csv"),
        # Of another encoding, or another format than they say.
        ({"a.ttl": TURTLE.encode("latin-1")}, 3, "a.ttl"),
        ({"actors.csv": "class\n大学".encode("utf-16-le")}, 1, "actors.csv"),
        ({"actors.xlsx": ACTORS + ROW}, 3, "not a whole workbook"),
        ({"actors.csv": _packed("xl/workbook.xml", b"<a/>")}, 3, "actors.csv"),
        ({"a.json": TURTLE.encode()}, 3, "Not whole JSON"),
        ({"a.ttl": b'{"@id": "http://e/a"}'}, 3, "a.ttl"),
        ({"a.rdf": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, 6, "document type"),
        ({"a.docx": b"PK"}, 3, "no ending that tells its format"),
        ({"a": b"x"}, 3, "no ending that tells its format"),
        ({"actors.csv": b""}, 3, "empty"),
        ({"actors.csv": ACTORS}, 3, "no row"),
        # Without end.
        ({"a.nt.gz": gzip.compress(b"# " + b"x" * 30_000_000)}, 3, "larger than 20000000 bytes"),
        ({"actors.xlsx": _packed("xl/a.xml", b" " * 30_000_000)}, 3, "larger than 20000000 bytes"),
        # IRIs with blanks.
        ({"a.ttl": b"<http://e/a b> <http://e/b> 1 ."}, 3, "a.ttl, line 1"),
        ({"a.nt": b"<http://e/a> <http://e/b c> <http://e/d> .\n"}, 3, "a.nt, line 1"),
    ],
)
def test_files_that_cannot_be_read_are_told_in_a_line(
    see: See, files: dict[str, bytes], code: int, line: str
) -> None:
    seen, _, last = see(files, ISTC_IMPORT_BYTES="20000000")
    assert (seen, last[:6]) == (code, "istc: ")
    assert line in last
    assert next(iter(files)) in last


@pytest.mark.parametrize("name", ["actors.csv", "a.nt"])
def test_a_line_of_a_hundred_megabytes_is_refused_in_bounded_memory(
    home: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(ACTORS if name == "actors.csv" else b'<http://e/a> <http://e/b> "')
        for _ in range(100):
            file.write(b"x" * 1_000_000)
    done = _alone(home, "validate", str(path), "--source", "bad", memory=1_500_000_000)
    assert done.returncode in (1, 3)
    assert name in done.stderr.splitlines()[-1]


def _alone(home: Path, *words: str, memory: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run `istc` in a process of its own, which may be bounded in memory."""

    def bound() -> None:
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))

    return subprocess.run(
        [sys.executable, "-m", "service.cli", *words],
        env={"PYTHONPATH": str(ROOT), "ISTC_HOME": str(home), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bound,
    )


def _csv(table: str, *rows: dict[str, str]) -> bytes:
    """A table by our template."""
    head = as_csv(table).decode("utf-8-sig").splitlines()[0]
    from kg.mapping import mappings

    names = list(mappings()[table].columns)
    quote = '"{}"'.format
    lines = [",".join(quote(row.get(n, "").replace('"', '""')) for n in names) for row in rows]
    return "\n".join([head, *lines, ""]).encode()


PAGE = {"key": "doc/y", "class": "WebPage", "label_zh": "页", "label_en": "Page"}
FIGURE = {"about": "org/x", "indicator": "indicator/x", "unit": "unit/x", "period": "2020"}
THINGS = {
    "actors.csv": _csv(
        "actors", {"key": "org/x", "class": "University", "label_zh": "甲", "label_en": "A"}
    ),
}


@pytest.mark.parametrize(
    ("table", "row", "column", "said"),
    [
        ("quantities", FIGURE | {"value": "1e400"}, "数值", "“1e400”超出可计算的范围"),
        ("quantities", FIGURE | {"value": "9" * 30}, "数值", "超出可计算的范围"),
        ("quantities", FIGURE | {"value": "NaN"}, "数值", "“NaN”不是数字"),
        ("quantities", FIGURE | {"value": "1.2.3"}, "数值", "不是数字"),
        ("quantities", FIGURE | {"value": "1", "period": "2021-2019"}, "时段", "结束早于开始"),
        ("quantities", FIGURE | {"value": "1", "period": "99999"}, "时段", "99999"),
        (
            "documents",
            PAGE | {"retrieved": "2023-02-30"},
            "获取",
            "日期",
        ),
        ("documents", PAGE | {"url": "https://e/a b"}, "网址", "不含空格"),
        ("actors", {"key": "org/ y", "class": "University", "label_en": "B"}, "键", "org/ y"),
    ],
)
def test_cells_that_mean_nothing_are_told_with_their_column(
    see: See, table: str, row: dict[str, str], column: str, said: str
) -> None:
    code, out, last = see(THINGS | {f"{table}.csv": _csv(table, row)}, "--lang", "zh")
    assert code == 1
    [line] = [line for line in out.splitlines() if said in line]
    assert f"{table}.csv，第2行，列“{column}" in line
    assert last.startswith("istc: ")


def test_formulas_and_markup_are_text_and_no_report_lets_them_run(see: See, home: Path) -> None:
    evil = '=HYPERLINK("http://e/","x")'
    rows = (
        {"key": "org/f", "class": "University", "label_en": evil},
        {"key": "org/m", "class": "University", "label_en": "<script>alert(1)</script>"},
    )
    code, out, _ = see({"actors.csv": _csv("actors", *rows)}, command="import")
    assert code == 2  # Nobody can be asked: it would be imported.
    wrong = {"actors.csv": _csv("actors", {"key": "org/f", "class": evil, "label_en": "B"})}
    code, out, _ = see(wrong, "--format", "csv")
    assert code == 1
    assert "\"'=HYPERLINK" in out


def test_keys_that_are_given_twice_are_told_in_one_file_across_sheets_and_for_facts(
    see: See,
) -> None:
    one = {"key": "org/x", "class": "University", "label_zh": "甲", "label_en": "A"}
    fact = {"key": "0001", "subject": "org/x", "predicate": "partOf", "object": "org/y"}
    files = {
        "actors.csv": _csv("actors", one, one, one | {"key": "org/y", "label_zh": "乙"}),
        "platforms.csv": _csv("platforms", one | {"class": "JointLaboratory"}),
        "relations.csv": _csv("relations", fact, fact),
    }
    code, out, _ = see(files, "--lang", "en")
    assert code == 1
    told = [line for line in out.splitlines() if "given twice" in line]
    assert len(told) == 3
    assert "actors.csv, row 3" in told[0]
    assert "platforms.csv, row 2" in told[1]
    assert "It stands in actors.csv row 2 already" in told[1]
    assert "relations.csv, row 3" in told[2]


def test_cycles_and_years_without_sense_are_told(see: See) -> None:
    named = {"class": "University", "label_zh": "甲", "label_en": "A"}
    files = {
        "actors.csv": _csv(
            "actors",
            named | {"key": "org/x"},
            named | {"key": "org/y", "label_zh": "乙", "label_en": "B"},
        ),
        "relations.csv": _csv(
            "relations",
            {"subject": "org/x", "predicate": "partOf", "object": "org/y", "period": "0001"},
            {"subject": "org/y", "predicate": "partOf", "object": "org/x", "period": "2999"},
        ),
        "concepts.ttl": (
            b"@prefix s: <http://www.w3.org/2004/02/skos/core#> . @prefix v: <http://e/> .\n"
            b"v:a a s:Concept ; s:broader v:b . v:b a s:Concept ; s:broader v:a ."
        ),
        "documents.csv": _csv(
            "documents",
            {"key": "doc/bad", "class": "WebPage", "label_zh": "页", "label_en": "Page"}
            | {"retrieved": "2999-01-01"},
        ),
    }
    code, out, _ = see(files, "--lang", "en")
    assert code == 1
    assert out.count("part of each other") == 2
    doubted = {line.split("\t")[1] for line in out.splitlines() if "or after 2199" in line}
    assert {place.partition(", column")[0] for place in doubted} == {
        "documents.csv, row 2", "relations.csv, row 2", "relations.csv, row 3",
    }  # fmt: skip


def test_a_million_findings_stream_into_a_report_in_bounded_memory(
    home: Path, tmp_path: Path
) -> None:
    million = int(os.environ.get("FINDINGS") or 20_000)
    path, report = tmp_path / "relations.csv", tmp_path / "report.csv"
    with path.open("wb") as file:
        file.write(b"subject,predicate,object\n")
        for n in range(million // 2):
            file.write(b"Nobody %d,partOf,Nothing %d\n" % (n, n))
    done = _alone(
        home, "import", str(path), "--source", "bad", "--yes", "--report", str(report),
        memory=2_000_000_000,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"{million} violation, 0 warning, 0 info" in done.stderr
    assert f"({million - 1} more findings)" in done.stderr.splitlines()[-1]
    with report.open("rb") as lines:
        assert sum(1 for _ in lines) == million + 1


def test_two_imports_at_once_both_end_well(home: Path, tmp_path: Path) -> None:
    mine = homes.copy(home, tmp_path / "home")
    running = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.ttl"
        path.write_text(f"<http://e/{name}> <http://e/b> 1 .")
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "service.cli", "import", str(path), "--yes"],
                env={"PYTHONPATH": str(ROOT), "ISTC_HOME": str(mine), "LANG": "C.UTF-8"},
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    told = {process.communicate()[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert told == {"2", "3"}
    lines = json.loads(_alone(mine, "imports", "--json").stdout)
    assert [(line["added"], line["removed"]) for line in lines] == [(1, 0), (1, 0)]


@pytest.fixture
def small_disk(home: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the home on a disk with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    size = sum(f.stat().st_size for f in home.rglob("*") if f.is_file()) + 6_000_000
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs the right to mount")
    try:
        yield homes.copy(home, place / "home")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_changes_nothing_and_is_told(small_disk: Path, tmp_path: Path) -> None:
    before = versions.current(small_disk)
    assert before is not None
    path = tmp_path / "many.nt"
    with path.open("w") as file:
        for n in range(100_000):
            file.write(f'<http://e/s{n}> <http://e/p> "{n:x}{n * 7919:x}" .\n')
    done = _alone(small_disk, "import", str(path), "--yes")
    assert done.returncode == 5
    assert "istc: The " in done.stderr.splitlines()[-1]
    assert "Free disk space" in done.stderr.splitlines()[-1]
    now = versions.current(small_disk)
    assert now is not None
    assert now.digest == before.digest
    path.write_text('<http://e/s> <http://e/p> "1" .')
    done = _alone(small_disk, "import", str(path), "--yes")
    assert done.stdout == "2\n", done.stderr
