"""Tokens are made by the command line, shown once, kept hashed, and end when they should."""

from __future__ import annotations

import json
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import InvalidInput, NotFound
from kg.settings import Settings
from kg.tokens import Tokens
from tests.cli.conftest import Done, run

from .conftest import UPDATE, Desk, E


def istc(*arguments: str, home: Path) -> Done:
    return run(home, *arguments, cwd=home)


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(Settings(home=tmp_path))


def test_a_token_is_shown_once_and_stored_hashed_for_its_owner_alone(tmp_path: Path) -> None:
    done = istc("token", "create", "desk", "--scope", "write", "--days", "30", home=tmp_path)
    assert done.returncode == 0, done.stderr
    text = done.stdout.strip()
    assert re.fullmatch(r"istc_[\w-]{43}", text)
    file = tmp_path / "tokens"
    assert text not in file.read_text()
    assert text.removeprefix("istc_") not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (listed,) = json.loads(istc("token", "list", "--json", home=tmp_path).stdout)
    assert (listed["name"], listed["scopes"], listed["expired"]) == ("desk", ["write"], False)
    ends = datetime.fromisoformat(listed["expires"])
    assert timedelta(days=29.9) < ends - datetime.now(UTC) < timedelta(days=30.1)
    assert text not in istc("token", "list", home=tmp_path).stdout
    assert istc("token", "revoke", "desk", home=tmp_path).returncode == 0
    assert Tokens(Settings(home=tmp_path)).find(text) is None
    missing = istc("token", "revoke", "desk", home=tmp_path)
    assert missing.returncode == 3
    assert "desk" in missing.stderr


def test_only_the_very_token_is_found_with_its_scopes(tokens: Tokens) -> None:
    texts = {name: tokens.create(name, [name]) for name in ("write", "import", "admin")}
    for name, text in texts.items():
        found = tokens.find(text)
        assert found is not None
        assert found.name == name
        assert found.allows(name)
        assert found.allows("write") == (name in ("write", "admin"))
    for wrong in ("", "istc_", texts["write"][:-1], texts["write"] + "x", "\udcff"):
        assert tokens.find(wrong) is None


def test_what_cannot_be_a_token_is_refused(tokens: Tokens) -> None:
    tokens.create("one", ["write"])
    for name, scopes, days in (
        ("one", ["write"], 1),
        ("", ["write"], 1),
        ("two words", ["write"], 1),
        ("two", ["all"], 1),
        ("two", [], 1),
        ("two", ["write"], 0),
    ):
        with pytest.raises(InvalidInput):
            tokens.create(name, scopes, days)
    with pytest.raises(NotFound, match="three"):
        tokens.revoke("three")
    assert [token.name for token in tokens.all()] == ["one"]


def test_a_token_without_the_scope_or_past_its_time_may_not_write(united: Desk) -> None:
    tokens = Tokens(Settings(home=united.home))
    before = united.count()
    reader = tokens.create("importer", ["import"])
    ended = tokens.create("ended", ["write"], days=1e-9)
    text = f"INSERT DATA {{ GRAPH <{E}t> {{ <{E}s> <{E}p> 1 }} }}"
    for token, status in ((reader, 403), (ended, 401)):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": UPDATE}
        for path in ("/update", "/store"):
            reply = united.service.send("POST", path, text, headers)
            assert reply.status == status
        if status == 403:
            assert reply.json()["scopeNeeded"] == "write"
        else:
            assert "expired" in reply.json()["detail"]
    assert united.count() == before
    # A token that is revoked ends at once, while the service runs.
    extra = tokens.create("extra", ["admin"])
    headers = {"Authorization": f"Bearer {extra}", "Content-Type": UPDATE}
    assert united.service.send("POST", "/update", text, headers).status == 200
    tokens.revoke("extra")
    assert united.service.send("POST", "/update", text, headers).status == 401
