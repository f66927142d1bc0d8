"""Endpoints as people have them, through the way in for programs: each is read right, or ends in one clear line."""

from __future__ import annotations

import re
import ssl
from functools import cache
from pathlib import Path

import pytest

from baogao import extract
from baogao.document import Document, document_from_text
from baogao.errors import BaogaoError
from baogao.llm import cache_stats, prompts
from baogao.record import Record
from baogao.schema import Schema
from llm.fake_server import FakeServer, fake_server
from llm.quirks import KEY, KINDS, Quirk

_LONGEST_LINE = 700
"""Characters of an error, the server's words included."""
_LEAST_KNOWN = 60

QUIRKS = [pytest.param(quirk, id=f"{kind}: {quirk.name}") for kind, quirks in KINDS.items() for quirk in quirks]


_read_prompt = cache(prompts.load_prompt)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates are compiled once, and certificates, which nobody shows here, are not read for every client."""
    monkeypatch.setattr(prompts, "load_prompt", _read_prompt)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"FIRST_WAIT": "0", "MAX_ATTEMPTS": "2", "TIMEOUT": "20", "CONCURRENCY": "1"}
    for name, value in told.items():
        monkeypatch.setenv(f"BAOGAO_{name}", value)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def ask(quirk: Quirk, server: FakeServer, document: Document, schema: Schema) -> Record | BaogaoError:
    """One report, asked of an endpoint; whatever is not raised on purpose goes through."""
    Path("baogao.toml").write_text(quirk.config, encoding="utf-8")
    url = server.url.removesuffix("/v1") + quirk.path
    try:
        return extract(document, schema=schema, extractor="llm", base_url=url, model="small", ask=quirk.ask)
    except BaogaoError as error:
        return error


@pytest.mark.parametrize("quirk", QUIRKS)
def test_quirk(quirk: Quirk, communique: Schema, caplog: pytest.LogCaptureFixture):
    """The right figures come with their evidence, or one line that says what it is; no key is in any of it."""
    document = document_from_text(quirk.report, "report")
    with fake_server(quirk.script()) as server:
        outcome = ask(quirk, server, document, communique)
    if isinstance(outcome, Record):
        assert quirk.says is None or quirk.either, f"there should be a line that says {quirk.says!r}"
        check_figures(outcome, quirk)
    else:
        check_line(outcome, quirk, len(server.seen))
    assert KEY not in caplog.text
    assert "Traceback" not in caplog.text


def check_figures(record: Record, quirk: Quirk) -> None:
    """The figures are those of the report, each in its place, and there are no others."""
    given = {name: answer for name, answer in record.fields.items() if answer.status != "not_reported"}
    places = {name: [quirk.report[start:end] for start, end in answer.evidence] for name, answer in given.items()}
    if quirk.partly:
        assert places.items() <= {name: [words] for name, words in quirk.figures.items()}.items()
    else:
        assert places == {name: [words] for name, words in quirk.figures.items()}
    if quirk.sure is not None:
        assert [answer.confidence for answer in given.values()] == pytest.approx([quirk.sure] * len(given), abs=0.005)


def check_line(error: BaogaoError, quirk: Quirk, sent: int) -> None:
    """The error is one line, in words that were expected, and nothing of what failed is kept."""
    line = str(error)
    assert quirk.says is not None, f"it should have been read: {line}"
    assert re.search(quirk.says, line, re.IGNORECASE), line
    assert line.isprintable(), line
    assert len(line) < _LONGEST_LINE, line
    for word in (KEY, KEY[8:], "Traceback", "inside baogao", "<html", "<!doctype", "pydantic", "validation error"):
        assert word.lower() not in line.lower()
    if quirk.ask == "link":
        assert cache_stats().replies == 0
    if quirk.ends_run:
        assert (error.ends, sent) == ("run", 1), line


def test_the_table_is_whole():
    """Sixty quirks that are read and sixty that end in a line, at least; none is twice, and each has its source."""
    quirks = [quirk for kind in KINDS.values() for quirk in kind]
    assert len(quirks) >= _LEAST_KNOWN
    for kind in KINDS.values():
        names = [quirk.name for quirk in kind]
        assert len(set(names)) == len(names)
    assert all(quirk.source for quirk in quirks)
    assert sum(quirk.says is None for quirk in quirks) >= _LEAST_KNOWN
    assert sum(quirk.says is not None for quirk in quirks) >= _LEAST_KNOWN
