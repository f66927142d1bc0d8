"""The folder of a batch: what it was prepared with, and its request files."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.batch.folder import BatchFolder, BatchSetup, Limits, RequestFiles
from baogao.choices import AskingName, HoldTo, WayOrAuto
from baogao.errors import UsageError

BODY = {"model": "small", "messages": [{"role": "user", "content": "多少？"}], "max_tokens": 9}
SETUP = BatchSetup(
    inputs=["reports"],
    schema_source="law_based_government",
    extractor="hybrid",
    model="small",
    ask="auto",
    hold_to="json_schema",
    made_with={"baogao": "1", "prompts": "sha256:1", "files": "sha256:2"},
)


def test_requests_are_written_once(tmp_path):
    """The same question of two documents is one request; earlier rounds are counted, not written again."""
    with RequestFiles(tmp_path) as files:
        files.add("k1", BODY)
        files.add("k1", BODY)
    (path,) = files.written
    assert path.name == "requests-1-001.jsonl"
    (written,) = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(written) == {"custom_id": "k1", "method": "POST", "url": "/v1/chat/completions", "body": BODY}
    with RequestFiles(tmp_path) as files:
        assert files.asked("k1") == 1
        assert not files.is_new("k1")
        files.add("k2", BODY)
        assert files.is_new("k2")
    assert [path.name for path in files.written] == ["requests-2-001.jsonl"]
    assert files.completion_tokens == 9


def test_bytes_of_a_file(tmp_path):
    """No file is larger than the limit; a request that fits into none is an error."""
    size = len(json.dumps({"custom_id": "k1", "method": "POST", "url": "/v1/chat/completions", "body": BODY}))
    with RequestFiles(tmp_path, Limits(bytes=2 * size)) as files:
        for number in range(5):
            files.add(f"k{number}", BODY)
    assert len(files.written) == 3
    assert all(path.stat().st_size <= 2 * size for path in files.written)
    with pytest.raises(UsageError, match="larger than a file may be"), RequestFiles(tmp_path, Limits(bytes=9)) as files:
        files.add("k9", BODY)


def test_interrupted_round(tmp_path):
    """A round that was not finished leaves no files."""

    def interrupted():
        with RequestFiles(tmp_path) as files:
            files.add("k1", BODY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_two_at_once(tmp_path):
    """A batch's folder is one process's at a time."""
    with BatchFolder(tmp_path), pytest.raises(UsageError, match="another baogao"), BatchFolder(tmp_path):
        pass


def test_damaged_request_file(tmp_path):
    """A request file that was edited is named."""
    Path(tmp_path / "requests-1-001.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not as it was written"):
        RequestFiles(tmp_path)


def ways():
    """Every way of asking as it may be prepared; ``auto`` and the ways stand in one literal."""
    return [way for part in get_args(WayOrAuto) for way in (get_args(part) or (part,))]


@pytest.mark.parametrize("extractor", get_args(AskingName))
@pytest.mark.parametrize("ask", ways())
@pytest.mark.parametrize("hold_to", get_args(HoldTo))
def test_a_setup_is_read_as_it_was_written(tmp_path, extractor, ask, hold_to):
    """Whatever the command line takes can be kept and read again."""
    setup = SETUP.model_copy(update={"extractor": extractor, "ask": ask, "hold_to": hold_to})
    with BatchFolder(tmp_path) as batch:
        batch.save(setup)
        assert batch.load() == setup
    assert not (tmp_path / "batch.part").exists()


def test_what_was_changed_since():
    """It is named; another version of baogao alone does no harm, and what is new was no part of it."""
    same = {"baogao": "2", "prompts": "sha256:1", "files": "sha256:2", "more": 1}
    assert SETUP.changed(same) == []
    assert SETUP.changed(same | {"files": "sha256:3"}) == ["files"]
    assert SETUP.changed({}) == ["prompts", "files"]


def test_no_batch_and_a_damaged_one(tmp_path):
    """Both are said in words that name the file or the command."""
    with BatchFolder(tmp_path) as batch:
        with pytest.raises(UsageError, match="holds no batch: `baogao batch prepare` makes one"):
            batch.load()
        (tmp_path / "batch.json").write_text('{"inputs": 3}', encoding="utf-8")
        with pytest.raises(UsageError, match=r"batch\.json cannot be read: \d+ errors"):
            batch.load()
        (tmp_path / "batch.json").write_text("[" * 100_000, encoding="utf-8")
        with pytest.raises(UsageError, match=r"batch\.json cannot be read"):
            batch.load()


def test_a_batch_is_prepared_anew_only_before_replies_came(tmp_path):
    """Replies that came back were paid for."""
    with BatchFolder(tmp_path) as batch:
        batch.check_unanswered()
        batch.replies.mkdir()
        (batch.replies / "0001.jsonl").write_bytes(b"")
        with pytest.raises(UsageError, match="holds replies of a batch"):
            batch.check_unanswered()


def test_an_earlier_batch_goes_only_when_the_new_one_is_written(tmp_path):
    """Until then its files stay; afterwards there is the new first round, and no batch until it is saved."""

    def second(limits):
        with RequestFiles(tmp_path, limits, anew=True) as files:
            files.add("k2", BODY)
            files.add("k3", BODY | {"note": "字" * 300})
        return files

    for _ in range(2):
        with RequestFiles(tmp_path) as files:
            files.add("k1", BODY)
    (tmp_path / "requests-9-001.jsonl.part").touch()
    with BatchFolder(tmp_path) as batch:
        batch.save(SETUP)
        before = {path.name: path.read_bytes() for path in tmp_path.glob("*.json*")}
        with pytest.raises(UsageError, match="larger than a file may be"):
            second(Limits(bytes=300))
        assert {path.name: path.read_bytes() for path in tmp_path.glob("*.json*")} == before
        assert second(Limits()).asked("k1") == 0
        assert [path.name for path in tmp_path.glob("*.json*")] == ["requests-1-001.jsonl"]
        assert b"k2" in (tmp_path / "requests-1-001.jsonl").read_bytes()


def test_a_folder_that_cannot_be(tmp_path):
    """A file in its place is said before anything is written."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot write"), BatchFolder(tmp_path / "file"):
        pass


def test_a_request_may_be_put_again_in_a_later_round(tmp_path):
    """What failed is asked once more: each round counts, and its number is in the name of its file."""
    for _ in range(3):
        with RequestFiles(tmp_path) as files:
            files.add("k1", BODY)
    assert files.asked("k1") == 3
    assert [path.name for path in files.written] == ["requests-3-001.jsonl"]


@given(sizes=st.lists(st.integers(1, 99), max_size=30), most=st.integers(1, 7), room=st.integers(600, 1500))
def test_files_are_full_before_the_next_is_begun(tmp_path_factory, sizes, most, room):
    """Whatever the requests: all of them are there once, in order, and no file breaks a limit."""
    folder = tmp_path_factory.mktemp("batch")
    with RequestFiles(folder, Limits(most, room)) as files:
        for number, size in enumerate(sizes):
            files.add(f"k{number}", BODY | {"note": "字" * size})
    lines = [path.read_bytes().splitlines(keepends=True) for path in files.written]
    assert [json.loads(line)["custom_id"] for file in lines for line in file] == [f"k{n}" for n in range(len(sizes))]
    assert all(len(file) <= most and sum(map(len, file)) <= room for file in lines)
    for file, following in pairwise(lines):
        assert len(file) == most or sum(map(len, file)) + len(following[0]) > room
    assert files.new == len(sizes)
