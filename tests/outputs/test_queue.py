"""The queue of a run as a file: sorted, stable, and nothing held that grows with what an entry says."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.outputs.queue import QueueFile


@given(
    st.lists(st.tuples(st.floats(0, 50), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)), max_size=20)
)
def test_sorted_and_stable(tmp_path_factory, entries):
    """By priority, the greatest first; what is worth the same stays in the order in which it came."""
    path = tmp_path_factory.mktemp("queue") / "review.jsonl"
    with QueueFile(path) as queue:
        for priority, label in entries:
            queue.add({"priority": priority, "label": label})
    lines = path.read_bytes().decode().split("\n")
    assert lines.pop() == ""
    found = [(entry["priority"], entry["label"]) for entry in map(json.loads, lines)]
    assert found == sorted(entries, key=lambda entry: -entry[0])
    assert [one.name for one in path.parent.iterdir()] == ["review.jsonl"]


def test_a_queue_that_breaks_off_is_no_file(tmp_path):
    """What is half written stands under no name that anybody reads."""
    with pytest.raises(KeyError), QueueFile(tmp_path / "review.jsonl") as queue:
        queue.add({"worth": "nothing"})
    assert not (tmp_path / "review.jsonl").exists()


def test_a_long_queue_takes_little_memory(tmp_path):
    """20,000 entries of a kilobyte are 20 MB on the disk, and 2 MB at most in memory."""
    entry = {"text": "一" * 330}
    tracemalloc.start()
    with QueueFile(tmp_path / "review.jsonl") as queue:
        for number in range(20_000):
            queue.add({"priority": float(number % 97), **entry})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "review.jsonl").stat().st_size > 20_000_000
    assert most < 2_000_000
