"""Records on their way to the file: in order, at once, and never over what was there for nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import EndpointError, UsageError
from baogao.record import Provenance, Record
from baogao.record_file import RecordFile

MADE_BY = Provenance(baogao="0", extractor="rules", schema_digest="sha256:0")
IDS = ["a", "b", "c", "d", "e"]


def record(doc_id: str, status: str = "ok") -> Record:
    """A record without answers."""
    return Record(doc_id=doc_id, source="", sha256="", schema_name="s", status=status, made_by=MADE_BY)


def run_into(error: BaseException, path, *records: Record) -> None:
    """A run that finishes some records and then ends in an error."""
    with RecordFile(path, IDS) as file:
        for one in records:
            file.add(one)
        raise error


def ids(path) -> list[str]:
    """The ids in a file, line by line."""
    return [json.loads(line)["doc_id"] for line in path.read_text(encoding="utf-8").splitlines()]


@given(st.permutations(IDS), st.sets(st.sampled_from(IDS)))
@settings(max_examples=40)
def test_order(tmp_path_factory, finished, failed):
    """Whatever is finished first, and whatever fails, the lines stand in the order of the documents."""
    path = tmp_path_factory.mktemp("run") / "records.jsonl"
    with RecordFile(path, IDS) as file:
        for doc_id in finished:
            file.add(record(doc_id, "failed" if doc_id in failed else "ok"))
    assert ids(path) == IDS


def test_written_at_once(tmp_path):
    """A record whose turn it is stands in the file before the next one is finished."""
    path = tmp_path / "records.jsonl"
    with RecordFile(path, IDS) as file:
        file.add(record("b"))
        assert ids(path) == []
        file.add(record("a"))
        assert ids(path) == ["a", "b"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interrupted_run_keeps_what_is_finished(tmp_path, error):
    """Also what waits for its turn, still in order."""
    path = tmp_path / "records.jsonl"
    with pytest.raises(error):
        run_into(error(), path, record("d"), record("b"))
    assert ids(path) == ["b", "d"]


@pytest.mark.parametrize("earlier", [None, b"what was there\n"])
def test_a_run_that_cannot_work_leaves_no_trace(tmp_path, earlier):
    """Where no document came through before the endpoint failed, the file is as it was."""
    path = tmp_path / "records.jsonl"
    if earlier:
        path.write_bytes(earlier)
    with pytest.raises(EndpointError):
        run_into(EndpointError("no server"), path, record("a", "failed"))
    assert (path.read_bytes() if path.exists() else None) == earlier


def test_failures_only(tmp_path):
    """A run of failures that comes to its end is a result, too; an earlier run's records make room."""
    path = tmp_path / "records.jsonl"
    path.write_text("what was there\n")
    with RecordFile(path, IDS) as file:
        file.add(record("b", "failed"))
    assert ids(path) == ["b"]


def test_a_place_that_cannot_be_written(tmp_path):
    """It is said on entering, before any work."""
    path = tmp_path / "file" / "records.jsonl"
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write .*records\.jsonl: "), RecordFile(path, IDS):
        pytest.fail("entered")
    with pytest.raises(UsageError, match="is not open for writing"):
        RecordFile(path, IDS)._write(record("a"))
