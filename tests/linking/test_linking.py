"""What comes in is linked to what is there: rightly, with reasons, and as people have decided."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Store

from kg import changing
from kg.changing import Changed
from kg.linking import Candidate, Linker, Outcome, Whole, build, links, reviewing
from kg.settings import Settings
from kg.store.journal import Entry
from kg.store.versions import current
from tests import homes
from tests.linking import measuring
from tests.linking.measuring import Measured
from tests.needs import shared
from tests.serving import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
#: Bounds of docs/linking.md, and by how many points the page may be off.
PRECISION, RECALL, OFF = 0.96, 0.80, 2
CUHK = Candidate("org", "org/x-cuhk", {}, ("Chinese University of Hong Kong",), "country/CHN")
NSFC = Candidate("org", "org/x-nsfc", {}, ("NSFC",), "country/CHN")
PUMC = Candidate("org", "org/x-pumc", {"ror": "https://ror.org/02drdmm93"}, ("PUMC",))


@pytest.fixture(scope="module")
def measured(built_home: Path) -> dict[tuple[str, str], Measured]:
    shared("data/ror")
    return measuring.measure(measuring.linkers(built_home))


@pytest.mark.parametrize("part", measuring.PARTS)
@pytest.mark.parametrize("kind", measuring.KINDS)
def test_links_are_right_and_most_are_found(
    measured: dict[tuple[str, str], Measured], kind: str, part: str
) -> None:
    result = measured[kind, part]
    assert result.precision >= PRECISION, result.wrong
    assert result.recall >= RECALL, result.wrong


def test_the_page_states_what_is_measured(measured: dict[tuple[str, str], Measured]) -> None:
    page = measuring.documented()
    for line in measuring.rows(measured):
        name, *_ = line.strip("| ").split(" | ")
        now = [int(cell.rstrip(" %")) for cell in line.strip("| ").split(" | ")[1:]]
        assert page[name] == pytest.approx(now, abs=OFF)


def test_the_cases_are_many_and_half_are_not_there() -> None:
    organizations = [c for c in measuring.cases() if c.candidate.kind == "org"]
    missing = [c for c in organizations if not c.wanted]
    assert len(organizations) >= 200
    assert 0.4 < len(missing) / len(organizations) < 0.6
    assert all(case.reason for case in measuring.cases())


@pytest.fixture(scope="module")
def linker(built_home: Path) -> Linker:
    return build(_engine(built_home))


def _engine(home: Path) -> Whole:
    version = current(home)
    assert version is not None
    return Whole(Store.read_only(str(version.path)))


@pytest.mark.parametrize(
    ("names", "identifiers", "country", "key"),
    [
        (("anything",), {"ror": "034t30j35"}, None, "org/cas"),
        (("ＺＨＥＪＩＡＮＧ ＵＮＩＶ.",), {}, "country/CHN", "org/zju"),
        (("上海交通大學",), {}, "country/CHN", "org/sjtu"),
        (("Huawei Technologies (China)",), {}, "country/CHN", "org/huawei"),
        (("中科院青藏高原研究所",), {}, "country/CHN", "org/itpcas"),
    ],
)
def test_one_body_under_many_names_is_one(
    linker: Linker, names: tuple[str, ...], identifiers: dict[str, str], country: str, key: str
) -> None:
    assert linker.match(Candidate("org", f"org/{names[0]}", identifiers, names, country)).key == key


@pytest.mark.parametrize(
    ("name", "identifiers", "country"),
    [
        ("Zhejiang University", {"ror": "https://ror.org/02djqfd08"}, "country/CHN"),
        ("Ministry of Education", {}, "country/KWT"),
        ("Beijing Chao-Yang Hospital, Capital Medical University", {}, "country/CHN"),
        ("Lanzhou Jiaotong University", {}, "country/CHN"),
    ],
)
def test_another_body_of_a_like_name_stays_another(
    linker: Linker, name: str, identifiers: dict[str, str], country: str
) -> None:
    candidate = Candidate("org", f"org/other-{name}", identifiers, (name,), country)
    assert linker.key(candidate) == candidate.key


def test_the_score_is_explained_in_both_languages(linker: Linker) -> None:
    match = linker.match(NSFC)
    assert match.outcome is Outcome.DOUBTFUL
    reasons = match.options[0].features
    assert sum(r.weight for r in reasons) == pytest.approx(match.score)
    assert {r.words("zh") for r in reasons} == {"缩写相同：NSFC", "国家相同：CHN"}
    assert {r.words("en") for r in reasons} == {
        "the same abbreviation: NSFC",
        "the same country: CHN",
    }


def test_a_state_that_is_no_more_waits_and_is_no_successor(built_home: Path) -> None:
    linker = build(_engine(built_home))
    assert linker.country("EL") == "country/GRC"
    assert linker.country("NA") == "country/NAM"
    assert linker.country("USSR") is None
    (waiting,) = linker.matches
    assert "country/RUS" in {option.key for option in waiting.options}


@pytest.fixture(scope="module")
def linked_home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with four links: one made, three open."""
    home = homes.copy(built_home, tmp_path_factory.mktemp("linked") / "home")
    linker = build(_engine(home))
    for candidate in (CUHK, NSFC, PUMC):
        linker.key(candidate)
    linker.country("Kygryz Republic")
    _noted(home, linker)
    return home


def _noted(home: Path, linker: Linker) -> Changed:
    """What an import changes in links, as a change of its own."""
    found = links.of(linker, linker.matches, "doc/ror")
    added, removed = reviewing.news(links.read(_engine(home)), found, "doc/ror")
    step = changing.quads(home, added, removed, whole=True)
    return changing.change(Settings(home=home), step, Entry("desk", "import"))


@pytest.fixture
def home(linked_home: Path, tmp_path: Path) -> Path:
    """The same as one's own, to be changed."""
    return homes.copy(linked_home, tmp_path / "home")


@pytest.fixture
def istc(home: Path, tmp_path: Path) -> Run:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "ISTC_HOME": str(home), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _open(istc: Run) -> dict[str, dict[str, object]]:
    return {link["candidate"]: link for link in json.loads(istc("review", "--json").stdout)}


def test_a_decision_is_remembered_exported_and_undone(istc: Run, home: Path) -> None:
    waiting = _open(istc)
    assert set(waiting) == {CUHK.key, NSFC.key, "name/Kygryz Republic"}
    table = istc("review", "--lang", "zh").stdout
    assert "属同一国家的另一地区代码：HKG" in table

    number = str(waiting[CUHK.key]["id"])
    done = istc("review", "accept", number[:6], "--by", "Li Na")
    assert done.returncode == 0, done.stderr
    assert istc("review", "reject", str(waiting[NSFC.key]["id"])).returncode == 0
    country = str(waiting["name/Kygryz Republic"]["id"])
    assert istc("review", "accept", country).returncode == 3
    assert istc("review", "accept", country, "--as", "country/KGZ").returncode == 0
    assert _open(istc) == {}

    again = build(_engine(home), links.decided(_engine(home)))
    assert again.key(CUHK) == "org/cuhk"
    assert again.key(NSFC) == NSFC.key
    assert again.country("Kygryz Republic") == "country/KGZ"

    text = istc("review", "export").stdout
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = {
        r["subject_id"]: r for r in csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t")
    }
    assert rows["id:org/x-cuhk"]["object_id"] == "id:org/cuhk"
    assert rows["id:org/x-cuhk"]["reviewer_label"] == "Li Na"
    assert rows["id:org/x-nsfc"]["predicate_modifier"] == "Not"
    assert rows["id:org/x-pumc"]["confidence"] == "0.990"

    graph = rdflib.Graph().parse(data=istc("review", "export", "--format", "ttl").stdout)
    same = {(str(s).rpartition("/id/")[2], str(o)) for s, o in graph[: rdflib.OWL.sameAs]}
    assert ("org/cams", "https://ror.org/02drdmm93") in same
    assert ("org/x-cuhk", "https://w3id.org/istc-kg/id/org/cuhk") in same
    assert not any(s == "org/x-nsfc" for s, _ in same)

    journal = json.loads(istc("log", "--json").stdout)
    assert [line["activity"] for line in journal[:3]] == ["review"] * 3
    first = journal[2]
    assert first["agent"] == "Li Na"
    assert istc("undo", str(first["commit"]).rpartition("/")[2]).returncode == 0
    assert set(_open(istc)) == {CUHK.key}


def test_an_import_reads_the_links_of_its_source_and_of_pairs_found_again(
    linked_home: Path,
) -> None:
    version = current(linked_home)
    assert version is not None
    store = Store.read_only(str(version.path))
    first, *others = links.read(Whole(store))
    assert set(links.near(store, "doc/ror", [])) == {first, *others}
    assert links.near(store, "doc/other", []) == []
    assert links.near(store, "doc/other", [first]) == [first]


def test_an_import_again_leaves_decisions_alone(istc: Run, home: Path) -> None:
    waiting = _open(istc)
    istc("review", "later", str(waiting[NSFC.key]["id"]))
    linker = build(_engine(home), links.decided(_engine(home)))
    linker.key(NSFC)
    linker.key(PUMC)
    linker.key(CUHK)
    linker.country("Kygryz Republic")
    assert not _noted(home, linker).changed
    assert NSFC.key not in _open(istc)


def test_wrong_ids_are_told(istc: Run) -> None:
    done = istc("review", "accept", "ffffffff")
    assert done.returncode == 3
    assert "There is no link “ffffffff”" in done.stderr
    number = str(_open(istc)[NSFC.key]["id"])
    done = istc("review", "accept", number, "--as", "org/nowhere")
    assert done.returncode == 3
    assert "There is no thing “org/nowhere”" in done.stderr
