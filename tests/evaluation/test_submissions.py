"""Submissions: what is read of a record, and what is refused with its line."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError
from baogao.evaluation.gold import Dataset
from baogao.evaluation.scoring import score_document
from baogao.evaluation.submissions import Submission, read_submissions, submission_of
from baogao.record import Provenance, Record
from baogao.schema.values import Answer, Item, TextAnswer
from evaluation.run_fixtures import perfect_record, write_records


def test_floats_of_a_file_are_read_as_they_are_written(tmp_path) -> None:
    """A value in JSON is the decimal that is printed there, whatever a binary float would make of it."""
    path = tmp_path / "records.jsonl"
    path.write_text(
        '{"doc_id": "d", "status": "ok", "fields": {"f": {"status": "reported", "value": 0.300000000000000000001}}}'
    )
    (submission,) = read_submissions(path)
    assert submission.fields["f"].value == Decimal("0.300000000000000000001")


@pytest.mark.parametrize("value", ["true", '"12万"', "NaN", "Infinity", "null", '"5%"', "[12]"])
def test_what_is_not_a_number_is_refused(tmp_path, small, compiled, value: str) -> None:
    """A value that is no number is an error with its line and field, never a quiet miss."""
    path = tmp_path / "records.jsonl"
    record = '{"doc_id": "d", "status": "ok", "fields": {"buses": {"status": "reported", "value": VALUE}}}'
    path.write_text("\n" + record.replace("VALUE", value))
    with pytest.raises(GoldError, match=r"records\.jsonl, line 2.*buses"):
        score_document(compiled("{5辆|buses=5}"), read_submissions(path)[0], small)


def test_a_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    """A truncated file says where."""
    path = tmp_path / "r.jsonl"
    path.write_text('{"doc_id": "d"')
    with pytest.raises(GoldError, match="line 1: is not JSON"):
        read_submissions(path)


def test_a_record_in_memory_scores_like_its_line(dataset: Dataset, tmp_path: Path, small) -> None:
    """What extract wrote and what it returns get the same verdicts."""
    gold = dataset.items[0].gold
    record = Record(
        doc_id="one",
        source="one.txt",
        sha256=gold.sha256,
        schema_name="small_schema",
        status="ok",
        metadata={"title": TextAnswer(value="某市公交年报")},
        fields={"punctuality": Answer(status="reported", value=Decimal("98.48"), bound="exact", evidence=[(49, 55)])},
        lists={"problems": [Item(text="车辆老旧", evidence=[(0, 2)])]},
        made_by=Provenance(baogao="0", extractor="rules", schema_digest="x"),
    )
    path = tmp_path / "r.jsonl"
    path.write_text(record.to_json() + "\n", encoding="utf-8")
    (read,) = read_submissions(path)
    assert score_document(gold, read, small) == score_document(gold, submission_of(record), small)


def test_only_what_scoring_needs_is_read(dataset: Dataset, tmp_path: Path) -> None:
    """Keys of a record that nobody scores are left alone, empty lines too; each record knows its line."""
    gold = dataset.items[0].gold
    path = write_records(tmp_path / "r.jsonl", perfect_record(gold) | {"made_by": "me", "remarks": [1]})
    path.write_text(f"\n{path.read_text(encoding='utf-8')}\n \n", encoding="utf-8")
    (read,) = read_submissions(path)
    assert (read.doc_id, read.where, read.failure) == ("one", f"{path}, line 2", None)
    assert read.metadata == gold.metadata
    assert read.lists["problems"] == [copies[0] for copies in gold.lists["problems"]]
    assert read.fields["buses"].evidence == gold.fields["buses"].evidence[0]


def test_a_failure_needs_no_words_and_no_fields(tmp_path: Path) -> None:
    """A failed record without a reason is failed all the same."""
    path = write_records(tmp_path / "r.jsonl", {"doc_id": "d", "status": "failed", "fields": None})
    assert read_submissions(path) == [Submission("d", f"{path}, line 1", failure="failed")]


def test_a_none_without_a_value_is_zero(tmp_path: Path) -> None:
    """Whoever writes “none” need not write 0 as well."""
    record = {"doc_id": "d", "status": "ok", "fields": {"a": {"status": "reported_none"}}}
    (read,) = read_submissions(write_records(tmp_path / "r.jsonl", record))
    assert read.fields["a"] == Answer(status="reported_none", value=0)


@pytest.mark.parametrize("line", ["[1]", "3", '"ok"', "null", '{"status": "ok"}', '{"doc_id": 5, "status": "ok"}'])
def test_what_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    """JSON that is no record is refused with its line, as what is no JSON is."""
    path = tmp_path / "r.jsonl"
    path.write_text(f'{{"doc_id": "d", "status": "failed"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(GoldError, match=r"r\.jsonl, line 2: (record|doc_id): "):
        read_submissions(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A mistyped path is no empty run."""
    with pytest.raises(GoldError, match=r"gone\.jsonl: cannot be read"):
        read_submissions(tmp_path / "gone.jsonl")


@given(st.text(max_size=20), st.decimals(-(10**20), 10**20, places=3))
def test_answers_survive_the_file(tmp_path_factory, text: str, value: Decimal) -> None:
    """Whatever stands in a text answer, line ends of every kind included, and every digit of a number."""
    path = tmp_path_factory.getbasetemp() / "survive.jsonl"
    fields = {"a": {"status": "reported", "value": str(value), "evidence": [[0, 1]]}}
    record = {"doc_id": "d", "status": "ok", "fields": fields, "metadata": {"title": {"value": text}}}
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    (read,) = read_submissions(path)
    assert (read.metadata["title"], read.fields["a"].value) == (text, value)


@pytest.mark.parametrize("span", [[11, 11], [12, 11], [-1, 3], [-3, -1]])
@pytest.mark.parametrize("where", ["fields", "lists"])
def test_a_span_without_a_character_is_refused(tmp_path, where, span) -> None:
    """Evidence that is nowhere is an error with its line and its field, for figures and for items."""
    answer = {"status": "reported", "value": 1, "evidence": [[0, 1], span]}
    answers = {"fields": {"buses": answer}} if where == "fields" else {"fields": {}, "lists": {"buses": []}}
    if where == "lists":
        answers["lists"]["buses"] = [{"text": "…", "evidence": [span]}]
    path = write_records(tmp_path / "records.jsonl", {"doc_id": "d", "status": "ok", **answers})
    with pytest.raises(GoldError, match=rf"line 1: d: buses: evidence from {span[0]} to {span[1]} holds no character"):
        read_submissions(path)
