"""The journal: every line comes back whole or is missed, whatever happens to the file."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.outputs.journal import Journal, checked, encoded

RUN = {"model": "small", "prompts": None}
TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=6)


def written(path: Path, texts: list[str]) -> bytes:
    """A journal of some entries, and its bytes."""
    journal = Journal(path, RUN)
    for number, text in enumerate(texts):
        journal.append({"doc_id": f"d{number}", "record": {"error": text}, "text": text})
    journal.close()
    return path.read_bytes()


def found(path: Path) -> dict[str, str]:
    """What a new journal makes of a file: ids with their texts."""
    journal = Journal(path, RUN)
    entries = journal.read([place for _, place in journal.found])
    return {entry["doc_id"]: entry["text"] for entry in entries}


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.floats(allow_nan=False)))
def test_a_line_comes_back(entry):
    """Whatever an entry holds, it is one line, and reads as it was written."""
    line = encoded(entry)
    assert line.count(b"\n") == 1
    assert checked(line) == entry


@given(st.text(), st.data())
def test_any_changed_byte_is_seen(text, data):
    """A line with any one byte changed is no line."""
    line = bytearray(encoded({"doc_id": text}))
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] ^= data.draw(st.integers(1, 255))
    assert checked(bytes(line)) is None


@given(TEXTS)
@settings(max_examples=10)
def test_entries_come_back(tmp_path_factory, texts):
    """A journal that was closed holds everything, and has nothing to say."""
    path = tmp_path_factory.mktemp("journal") / "j"
    written(path, texts)
    assert found(path) == {f"d{number}": text for number, text in enumerate(texts)}
    assert Journal(path, RUN).notices == []


@given(TEXTS, st.data())
@settings(max_examples=25)
def test_cut_anywhere(tmp_path_factory, texts, data):
    """Cut at any byte, as a killed process leaves it, a journal keeps every whole line, and goes on after the last."""
    path = tmp_path_factory.mktemp("journal") / "j"
    whole = written(path, texts)
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    lines_left = max(0, whole[:cut].count(b"\n") - 1)
    kept = found(path)
    assert kept == {f"d{number}": text for number, text in enumerate(texts[:lines_left])}
    journal = Journal(path, RUN)
    assert bool(journal.notices) == (cut not in {0} and not whole[:cut].endswith(b"\n"))
    journal.append({"doc_id": "new", "record": {}, "text": "新"})
    journal.close()
    assert found(path) == kept | {"new": "新"}
    assert Journal(path, RUN).notices == []


@given(TEXTS, st.data())
@settings(max_examples=25)
def test_damaged_anywhere(tmp_path_factory, texts, data):
    """A damaged byte costs the lines that it touches, is said, and costs no other line."""
    path = tmp_path_factory.mktemp("journal") / "j"
    whole = bytearray(written(path, texts))
    first = whole.index(b"\n") + 1
    at = data.draw(st.integers(first, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    journal = Journal(path, RUN)
    everything = {f"d{number}": text for number, text in enumerate(texts)}
    kept = found(path)
    assert kept.items() <= everything.items()
    assert len(texts) - len(kept) in {1, 2}
    assert "is damaged in line" in journal.notices[0]
    journal.append({"doc_id": "new", "record": {}, "text": "新"})
    journal.close()
    assert found(path) == kept | {"new": "新"}


@pytest.mark.parametrize("head", [b"", b"nonsense\n", encoded({"journal": 0, "run": RUN})])
def test_without_its_head(tmp_path, head):
    """Lines of which nobody knows what made them are not used; it is said."""
    path = tmp_path / "j"
    _, _, rest = written(path, ["一", "二"]).partition(b"\n")
    path.write_bytes(head + rest)
    journal = Journal(path, RUN)
    assert journal.found == []
    assert "begun anew" in journal.notices[0]


def test_made_with_something_else(tmp_path):
    """Another model's journal is left alone until the first entry replaces it."""
    path = tmp_path / "j"
    before = written(path, ["一", "二"])
    journal = Journal(path, RUN | {"model": "large"})
    assert (journal.found, journal.begun) == ([], False)
    assert "made with something else" in journal.notices[0]
    assert path.read_bytes() == before
    journal.append({"doc_id": "d0"})
    journal.close()
    assert len(path.read_bytes().splitlines()) == 2


def test_an_entry_outlives_the_process(tmp_path):
    """It stands in the file when append returns, not when the journal is closed."""
    journal = Journal(tmp_path / "j", RUN)
    journal.append({"doc_id": "a", "text": "一"})
    assert found(tmp_path / "j") == {"a": "一"}
    journal.remove()
    assert not (tmp_path / "j").exists()


class NearlyFull:
    """A file on a disk with room for half of what comes: it takes that, as the system does, and then nothing."""

    def __init__(self, file):
        self.file = file
        self.full = False

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        """Take the first half, and refuse the rest."""
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.full = True
        return self.file.write(data[: len(data) // 2])


def test_full_disk(tmp_path, monkeypatch):
    """A line that finds no room half-way is taken back and said; what was written before is whole."""
    path = tmp_path / "j"
    journal = Journal(path, RUN)
    journal.append({"doc_id": "a", "text": "一"})
    before = path.read_bytes()

    monkeypatch.setattr(journal, "_file", NearlyFull(journal._file))
    with pytest.raises(UsageError, match=r"cannot write .*j: No space left on device; what was finished is kept"):
        journal.append({"doc_id": "b", "text": "二"})
    assert path.read_bytes() == before


def test_changed_under_our_hands(tmp_path):
    """An entry that is not what was written any more does not get out."""
    path = tmp_path / "j"
    journal = Journal(path, RUN)
    place = journal.append({"doc_id": "a", "text": "一"})
    journal.close()
    path.write_bytes(path.read_bytes().replace(b'"a"', b'"b"'))
    with pytest.raises(UsageError, match="was changed while it was in use"):
        list(journal.read([place]))
