"""Runs: scored from records alone, the same bytes every time, refused where they do not hold together."""

import copy
import json
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError, UsageError
from baogao.evaluation.gold import check_writable
from baogao.evaluation.rows import ListRow, MetadataRow, ScoreRow, read_rows
from baogao.evaluation.runs import ExtractorTiming, Run, Timing, load_datasets, score_run
from baogao.evaluation.summary import Rates, to_json
from baogao.outputs.records import read_records
from baogao.record import Provenance, Record, Usage
from evaluation.run_fixtures import NAMES, make_dataset, make_run, perfect_records, point_at


@pytest.fixture
def folder(tmp_path, small):
    """A data set of eight reports."""
    return make_dataset(tmp_path, small)


@pytest.fixture
def records(folder, small):
    """A perfect extractor's records."""
    return perfect_records(folder, small)


def test_a_perfect_run(tmp_path, folder, small, records):
    """Everything right: rates of 1, an interval that cannot be told, every split there."""
    summary = make_run(tmp_path / "run", folder, small, rules=records).summary()
    rules = summary.extractors["rules"]
    assert (rules.documents, rules.f1, rules.f1_ci, rules.metadata_accuracy) == (8, 1.0, None, 1.0)
    assert rules.verdicts == {
        "correct": 40, "wrong": 0, "missing": 0, "spurious": 0, "neutral": 0, "absent": 0, "errored": 0,
    }  # fmt: skip
    assert {split: part.documents for split, part in rules.splits.items()} == {"dev": 2, "test": 6}
    assert rules.lists["problems"] == Rates(precision=1.0, recall=1.0, f1=1.0)
    assert summary.datasets[0].splits == {"dev": 2, "test": 6}
    assert summary.comparisons == []


def test_the_summary_is_the_same_bytes_again(tmp_path, folder, small, records):
    """Scoring twice, and scoring records in another order, writes the same summary; it holds no time."""
    run = make_run(tmp_path / "a", folder, small, rules=records, llm=records[:5])
    first = (run.path / "summary.json").read_bytes()
    again = make_run(tmp_path / "b", folder, small, rules=records[::-1], llm=records[:5])
    assert (again.path / "summary.json").read_bytes() == first
    assert b"seconds" not in first
    assert b"made" not in first


def test_a_missing_record_counts_and_is_said(tmp_path, folder, small, records):
    """A document without a record is errored: its stated fields count in recall, and the row says why."""
    run = make_run(tmp_path / "run", folder, small, rules=records[:-1])
    rules = run.summary().extractors["rules"]
    assert (rules.failed, rules.verdicts["errored"], rules.recall) == (1, 5, 0.875)
    errored = [row for row in run.rows() if isinstance(row, ScoreRow) and row.verdict == "errored"]
    assert {row.error for row in errored} == {"no record"}


def test_comparisons_are_later_less_earlier(tmp_path, folder, small, records):
    """Every pair is there once; a worse second extractor has a negative difference."""
    worse = copy.deepcopy(records)
    for record in worse:
        del record["fields"]["buses"]
    summary = make_run(tmp_path / "run", folder, small, rules=records, llm=worse, hybrid=records).summary()
    pairs = {(pair.a, pair.b): pair for pair in summary.comparisons}
    assert set(pairs) == {("llm", "rules"), ("hybrid", "rules"), ("hybrid", "llm")}
    assert pairs["llm", "rules"].difference < 0 < pairs["hybrid", "llm"].difference
    assert pairs["llm", "rules"].p < 0.05
    assert pairs["llm", "rules"].fields_p["buses"] < pairs["llm", "rules"].fields_p["drills"]
    assert pairs["hybrid", "rules"].difference == 0


def test_rows_hold_the_sentence_and_both_readings(tmp_path, folder, small, records):
    """A wrong answer's row has its own sentence and the gold's, marked; one that is right has none."""
    point_at(records[0], folder, "passengers", "上年为90辆", 90)
    run = make_run(tmp_path / "run", folder, small, rules=records)
    rows = {(row.doc_id, row.field): row for row in run.rows() if isinstance(row, ScoreRow)}
    row = rows[records[0]["doc_id"], "passengers"]
    marked = [(passage.text[slice(*span)]) for passage in row.excerpts for span in passage.answer]
    gold = [(passage.text[slice(*span)]) for passage in row.excerpts for span in passage.gold]
    assert (row.verdict, marked, gold) == ("wrong", ["上年为90辆"], ["2万余人次"])
    assert rows[records[1]["doc_id"], "passengers"].excerpts == []


def test_rows_of_metadata_and_lists(tmp_path, folder, small, records):
    """They say what was answered instead of what, and which entries were not found."""
    records[0]["metadata"]["title"]["value"] = "别的标题"
    records[0]["lists"]["problems"].pop()
    rows = make_run(tmp_path / "run", folder, small, rules=records).rows()
    wrong = [row for row in rows if isinstance(row, MetadataRow) and not row.right]
    lists = [row for row in rows if isinstance(row, ListRow) and row.unfound]
    assert [(row.answer, row.gold) for row in wrong] == [("别的标题", "某市公交年报")]
    assert [(row.found, row.gold, row.unfound, row.surplus) for row in lists] == [(1, 2, ["线路不足"], [])]


def test_rows_survive_the_file(tmp_path, folder, small, records):
    """What is read back is what was written, decimals included; a damaged line is named."""
    run = make_run(tmp_path / "run", folder, small, rules=records)
    rows = read_rows(run.scores_path)
    assert rows[2].answer.value == Decimal("98.48")
    assert len(rows) == 8 * (5 + 2 + 1)
    with run.scores_path.open("a", encoding="utf-8") as file:
        file.write('{"kind": "figure"}\n')
    with pytest.raises(GoldError, match=r"scores\.jsonl, line 65"):
        read_rows(run.scores_path)


def test_other_gold_is_refused(tmp_path, folder, small, records):
    """A run that was made on other gold is not scored in silence."""
    run = make_run(tmp_path / "run", folder, small, rules=records)
    path = next(folder.rglob(f"{NAMES[0]}.gold.json"))
    path.write_text(path.read_text(encoding="utf-8").replace('"exact"', '"about"', 1), encoding="utf-8")
    with pytest.raises(UsageError, match="other gold: set"):
        score_run(run, load_datasets([folder], small), small)


def test_a_record_of_nobody_is_refused(tmp_path, folder, small, records):
    """A record for a document that no data set has names file, line and document."""
    records[3]["doc_id"] = "stranger"
    with pytest.raises(GoldError, match=r"rules\.jsonl, line 4: a record for stranger"):
        make_run(tmp_path / "run", folder, small, rules=records)


def test_one_document_in_two_data_sets_is_refused(folder, small, tmp_path):
    """Pooled scores would count it twice."""
    with pytest.raises(GoldError, match="also in the data set dev"):
        load_datasets([folder / "dev", make_dataset(tmp_path / "more", small)], small)


def test_an_incomplete_run_says_what_is_missing(tmp_path):
    """A folder that is no run, and one that was not scored."""
    with pytest.raises(UsageError, match=r"there is no run\.json"):
        Run(tmp_path).info()
    with pytest.raises(UsageError, match="score the run first"):
        Run(tmp_path).rows()


def test_floats_are_rounded_and_keys_sorted():
    """Two machines that differ in the last bit write the same bytes; minus zero is zero."""
    text = to_json({"b": 0.1 + 0.2, "a": [-1e-9, {"c": (1 / 3,)}]})
    assert json.loads(text) == {"a": [0.0, {"c": [0.333333]}], "b": 0.3}
    assert "-" not in text
    assert text.index('"a"') < text.index('"b"')


@pytest.fixture
def full_disk(monkeypatch):
    """Half of what is written gets to the disk, then there is no room."""
    write = Path.write_bytes

    def fail(self, data):
        write(self, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    return lambda: monkeypatch.setattr(Path, "write_bytes", fail)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, full_disk):
    """What stood there stays until all of it is written; nothing half-written is left beside it."""
    run = Run(tmp_path / "run")
    run.write_text("records/rules.jsonl", "old\n")
    full_disk()
    with pytest.raises(UsageError, match=r"cannot write .*rules\.jsonl: No space left on device"):
        run.write_text("records/rules.jsonl", "new and longer\n")
    assert [path.name for path in (run.path / "records").iterdir()] == ["rules.jsonl"]
    assert run.records_path("rules").read_text() == "old\n"


def test_a_place_is_tried_without_a_trace(tmp_path):
    """Whether a file can be written is seen beforehand, and what stands there is not touched."""
    run = Run(tmp_path)
    run.write_text("a.txt", "1")
    check_writable(run.path / "a.txt")
    check_writable(run.path / "b/c.txt")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "b"]
    for place in ("a.txt/b.txt", "b"):
        with pytest.raises(UsageError, match="cannot write"):
            check_writable(run.path / place)


@pytest.mark.parametrize(
    ("text", "message"),
    [("[]", "is not a JSON object"), ("{", "cannot be read: Expecting"), (b"\xff{}", "cannot be read: 'utf-8'")],
)
def test_a_file_that_is_not_a_runs(tmp_path, text, message):
    """It is named, with what is wrong."""
    (tmp_path / "summary.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=message) as caught:
        Run(tmp_path).summary()
    assert str(tmp_path / "summary.json") in str(caught.value)


def test_two_data_sets_of_one_name_are_refused(folder, small, tmp_path):
    """A line of the report would not say which of them it is about."""
    other = make_dataset(tmp_path / "more", small)
    with pytest.raises(GoldError, match="two data sets are called set"):
        load_datasets([folder, other], small)


def test_records_are_lines_in_their_order(tmp_path):
    """One record a line, Chinese as it is; none at all are an empty file, and not a missing one."""
    made_by = Provenance(baogao="0", extractor="rules", schema_digest="sha256:0")
    records = [
        Record(doc_id=name, source=f"{name}.txt", sha256="", schema_name="s", status="ok", made_by=made_by)
        for name in ("乙", "甲")
    ]
    run = Run(tmp_path)
    run.write_records("rules", records)
    assert read_records(run.records_path("rules")) == records
    assert run.records_path("rules").read_text(encoding="utf-8").startswith('{"doc_id": "乙"')
    run.write_records("rules", [])
    assert run.records_path("rules").read_bytes() == b""


USAGES = st.builds(
    Usage, requests=st.integers(0, 9), cached=st.integers(0, 9), prompt_tokens=st.integers(0, 999),
    cached_prompt_tokens=st.integers(0, 9), completion_tokens=st.integers(0, 99),
    cost=st.none() | st.sampled_from([0.0, 0.25, 1.5]),
)  # fmt: skip


@given(st.lists(USAGES, max_size=4))
def test_timing_adds_up(usages):
    """The counts of all reports are those of each together; without prices there is no cost, and no key for one."""
    made_by = Provenance(baogao="0", extractor="llm", schema_digest="sha256:0")
    records = [
        Record(doc_id=f"d{at}", source="", sha256="", schema_name="s", status="ok", usage=one, made_by=made_by)
        for at, one in enumerate(usages)
    ]
    timing = ExtractorTiming.of_records(records, {"d0": 0.12345}, 9.87654)
    assert timing.seconds == 9.877
    assert [one.seconds for one in timing.documents.values()] == [0.123, 0.0, 0.0, 0.0][: len(records)]
    for name in ("requests", "cached", "prompt_tokens", "cached_prompt_tokens", "completion_tokens"):
        assert getattr(timing, name) == sum(getattr(one, name) for one in timing.documents.values())
    costs = [one.cost for one in usages if one.cost is not None]
    assert timing.cost == (sum(costs) if costs else None)
    file = Timing(mode="live", extractors={"llm": timing})
    data = json.loads(file.to_json())["extractors"]["llm"]
    assert ("cost" in data) == bool(costs)
    assert ("cached_prompt_tokens" in data) == bool(timing.cached_prompt_tokens)
    assert Timing.of_json(json.loads(file.to_json()), Path("timing.json")) == file


def test_gold_by_another_name_is_other_gold(tmp_path, folder, small, records):
    """A run on one data set is not scored on a part of it, nor with one more; those that differ are named."""
    run = make_run(tmp_path / "run", folder, small, rules=records)
    with pytest.raises(UsageError, match="was made on other gold: dev, set differs; run it again"):
        score_run(run, load_datasets([folder / "dev"], small), small)
    with pytest.raises(UsageError, match="set differs"):
        score_run(run, [], small)


def test_rows_stand_by_extractor_and_data_set(tmp_path, folder, small, records):
    """In the order of the run, then of the data sets, and within one of its documents."""
    run = make_run(tmp_path / "run", folder, small, zeal=records[::-1], able=records)
    rows = run.rows()
    assert [name for name, _ in groupby(rows, key=lambda row: row.extractor)] == ["zeal", "able"]
    for name in ("zeal", "able"):
        documents = [doc_id for doc_id, _ in groupby(rows, key=lambda row: row.doc_id if row.extractor == name else "")]
        assert [one for one in documents if one] == NAMES


def test_scoring_that_fails_leaves_the_summary(tmp_path, folder, small, records):
    """Records that do not fit the gold are refused before anything that was scored earlier is written over."""
    run = make_run(tmp_path / "run", folder, small, rules=records)
    before = [(run.path / name).read_bytes() for name in ("scores.jsonl", "summary.json")]
    run.write_text("records/rules.jsonl", '{"doc_id": "stranger", "status": "ok", "fields": {}}\n')
    with pytest.raises(GoldError, match="a record for stranger, which set does not have"):
        score_run(run, load_datasets([folder], small), small)
    assert [(run.path / name).read_bytes() for name in ("scores.jsonl", "summary.json")] == before
