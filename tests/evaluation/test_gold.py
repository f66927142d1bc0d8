"""Gold files: their shape, their text, and the split of an id."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError
from baogao.evaluation.gold import Dataset, Gold, GoldField, Reading, dataset_digest, parse_gold, read_text, split_of

SPANS = st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))
COPIES = st.lists(st.lists(SPANS, min_size=1, max_size=2), max_size=2)
READINGS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["reported", "reported_none", "not_reported"]),
        "value": st.none() | st.integers(0, 10**9) | st.decimals(0, 1000, places=2),
        "bound": st.sampled_from([None, "exact", "over", "under", "about"]),
        "evidence": COPIES,
    }
)
NAMES = st.text("abcdefg_", min_size=1, max_size=4)
GOLDS = st.fixed_dictionaries(
    {
        "doc_id": st.text(min_size=1, max_size=5),
        "schema": st.just("small_schema"),
        "text_file": st.just("doc.txt"),
        "sha256": st.just("0" * 64),
        "characters": st.integers(0, 100),
        "metadata": st.dictionaries(NAMES, st.none() | st.text(max_size=5), max_size=3),
        "fields": st.dictionaries(
            NAMES,
            st.builds(lambda best, others: {**best, "alternatives": others}, READINGS, st.lists(READINGS, max_size=2)),
            max_size=3,
        ),
        "lists": st.dictionaries(NAMES, st.lists(COPIES, max_size=2), max_size=2),
    }
).map(Gold.model_validate)


def test_a_key_that_stands_twice_is_refused(dataset_dir: Path) -> None:
    """JSON would let the second win in silence."""
    path = dataset_dir / "dev" / "one.gold.json"
    path.write_text(path.read_text().replace('"fields": {', '"fields": {"buses": {"status": "not_reported"},', 1))
    with pytest.raises(GoldError, match="'buses' stands twice"):
        parse_gold(path)


def test_the_split_is_the_digests_and_nobodys_choice() -> None:
    """The first hex digit of SHA-256 decides; both splits get about half."""
    names = [f"report-{number}" for number in range(1000)]
    for name in names[:20]:
        assert (split_of(name) == "test") == (int(hashlib.sha256(name.encode()).hexdigest(), 16) >> 255 == 0)
    assert 430 < sum(split_of(name) == "test" for name in names) < 570


@given(GOLDS)
def test_a_gold_file_loads_to_what_was_written(tmp_path_factory, gold: Gold) -> None:
    """Nothing is lost, whatever the names, values and spans; writing it again gives the same bytes."""
    path = tmp_path_factory.getbasetemp() / "doc.gold.json"
    path.write_bytes(gold.to_json().encode())
    read = parse_gold(path)
    assert read == gold
    assert read.to_json() == gold.to_json()


def test_a_change_of_one_field_is_a_change_of_one_line(compiled) -> None:
    """A reviewer sees in the difference which field was changed; empty parts are not written."""
    one, other = (compiled(f"{{5辆|buses={value}}}{{9人|passengers=9}}{{旧|problems}}") for value in (5, 6))
    before, after = one.to_json().splitlines(), other.to_json().splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert [a.split(":")[0].strip() for a, _ in changed] == ['"buses"']
    assert "alternatives" not in one.to_json()
    assert json.loads(one.to_json())["metadata"] == {}


def test_readings_are_those_that_state_something() -> None:
    """The best one first; silence is none of them, though its alternatives are."""
    other = Reading(status="reported", value=6, bound="exact", evidence=[[(0, 2)]])
    stated = GoldField(status="reported", value=5, bound="exact", evidence=[[(0, 2)]], alternatives=[other])
    silent = GoldField(status="not_reported", alternatives=[other])
    assert (stated.stated, stated.readings) == (True, [stated, other])
    assert (silent.stated, silent.readings) == (False, [other])
    assert GoldField(status="reported_none", value=0).stated


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[1]", "Input should be a valid dictionary"),
        (b"{", "is not JSON"),
        (b"\xff{}", "is not UTF-8 at byte 0"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"doc_id": "d"}', "schema: Field required"),
    ],
)
def test_what_is_no_gold_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """One line with the file, and the field where there is one."""
    path = tmp_path / "doc.gold.json"
    path.write_bytes(content)
    with pytest.raises(GoldError, match=message) as error:
        parse_gold(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_a_text_is_read_as_it_stands(tmp_path: Path) -> None:
    """Line ends, a byte order mark and composed characters are the file's own, because offsets count them."""
    path = tmp_path / "doc.txt"
    path.write_bytes("\ufeff甲\r\n乙\re\u0301".encode())
    assert read_text(path) == "\ufeff甲\r\n乙\re\u0301"


@pytest.mark.parametrize("name", ["gone.txt", "nul\0.txt"])
def test_a_text_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    """Also where no file can have such a name."""
    with pytest.raises(GoldError, match=r"\.txt: cannot be read"):
        read_text(tmp_path / name)


def test_the_digest_is_of_ids_and_gold(dataset: Dataset) -> None:
    """A changed label changes it, as another order or one report less does."""
    digest = dataset_digest(dataset.items)
    assert digest == dataset.digest
    assert dataset_digest(dataset.items[::-1]) != digest
    assert dataset_digest(dataset.items[:1]) != digest
    path = dataset.items[0].gold_path
    path.write_text(path.read_text(encoding="utf-8").replace('"over"', '"about"'), encoding="utf-8")
    assert dataset_digest(dataset.items) != digest
