"""Files that are no text where one is wanted: bytes of another encoding, or JSON that no reader can hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from baogao.asking.examples import choices_path, examples_path, load_choices, load_examples
from baogao.batch.folder import BatchFolder
from baogao.errors import BaogaoError
from baogao.evaluation.cassettes import Cassette
from baogao.evaluation.compiling import build
from baogao.evaluation.gold import parse_gold
from baogao.evaluation.recordings import Recording
from baogao.evaluation.rows import read_rows
from baogao.evaluation.runs import Run
from baogao.evaluation.submissions import read_submissions
from baogao.hybrid.calibration import load_calibrations
from baogao.llm.prompts import load_prompt
from baogao.llm.settings import load_settings
from baogao.outputs.records import kept_text, read_records
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from cli.conftest import COMMUNIQUE


@pytest.fixture
def schema(tmp_path) -> Schema:
    """A schema of a folder of its own."""
    return load_schema(shutil.copy(COMMUNIQUE, tmp_path / COMMUNIQUE.name))


READERS: list[tuple[str, Callable[[Path, Schema], object]]] = [
    ("records.jsonl", lambda path, schema: read_records(path)),
    ("records.jsonl", lambda path, schema: read_submissions(path)),
    ("text.txt", lambda path, schema: kept_text("text", path.parent)),
    ("a.gold.json", lambda path, schema: parse_gold(path)),
    ("a.marked.txt", lambda path, schema: build(path, schema)),
    ("scores.jsonl", lambda path, schema: read_rows(path)),
    ("run.json", lambda path, schema: Run(path.parent).info()),
    ("summary.json", lambda path, schema: Run(path.parent).read_json("summary.json")),
    ("recording.json", lambda path, schema: Recording(path.parent, "replay", [])),
    ("a.yaml", lambda path, schema: Cassette(path, "replay")),
    ("batch.json", lambda path, schema: BatchFolder(path.parent).load()),
    ("rules.yaml", lambda path, schema: load_rulebook(path, schema)),
    ("calibration.json", lambda path, schema: load_calibrations(path, schema, [])),
    ("prompt.jinja", lambda path, schema: load_prompt(path)),
    (examples_path, lambda path, schema: load_examples(schema)),
    (choices_path, lambda path, schema: load_choices(schema)),
    ("baogao.toml", lambda path, schema: load_settings()),
]
NO_TEXT = ["报告".encode("gb18030") * 9, b"\xff\xfe\x00", b"\xed\xa0\x80", b'{"a": "\xff"}\n']


@pytest.mark.parametrize("content", NO_TEXT)
@pytest.mark.parametrize(("name", "read"), READERS)
def test_a_file_that_is_not_utf8(tmp_path, monkeypatch, schema, name, read, content):
    """Whatever reads it, one line names the file."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name if isinstance(name, str) else name(schema)
    path.write_bytes(content)
    with pytest.raises(BaogaoError) as caught:
        read(path, schema)
    said = str(caught.value)
    assert path.name in said
    assert "\n" not in said


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, "1" * 5000, "[" + "1" * 5000 + "]"])
@pytest.mark.parametrize(("name", "read"), [one for one in READERS if str(one[0]).endswith((".json", ".jsonl"))])
def test_json_that_no_reader_can_hold(tmp_path, schema, name, read, content):
    """Nesting without end, and whole numbers of thousands of digits, are one line in every file of JSON."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(BaogaoError) as caught:
        read(tmp_path / name, schema)
    assert "\n" not in str(caught.value)
