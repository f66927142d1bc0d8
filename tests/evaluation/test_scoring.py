"""Scoring: the verdicts on whole documents, and what is counted of them."""

from pathlib import Path

import pytest

from baogao.errors import GoldError
from baogao.evaluation.gold import Dataset
from baogao.evaluation.scoring import DocumentScore, Scores, score_dataset, score_document
from baogao.evaluation.submissions import Submission, read_submissions
from baogao.evaluation.tally import Hits, Tally
from baogao.schema.values import Answer
from evaluation.run_fixtures import perfect_record, write_records


def verdicts(score: DocumentScore) -> dict[str, str]:
    """Field to verdict."""
    return {figure.field: figure.verdict for figure in score.fields}


def test_a_perfect_record_is_perfect(dataset: Dataset, tmp_path: Path, small) -> None:
    """Every headline is 1 when the answers are the gold."""
    records = read_submissions(
        write_records(tmp_path / "r.jsonl", *(perfect_record(item.gold) for item in dataset.items))
    )
    scores = score_dataset(dataset, records, small)
    tally = scores.tally
    assert (tally.correct, tally.absent) == (10, 0)
    assert (tally.precision, tally.recall, tally.f1, tally.bound_accuracy, tally.grounding) == (1, 1, 1, 1, 1)
    assert scores.metadata_accuracy == 1
    assert scores.list_hits() == {"problems": Hits(4, 4, 4)}
    assert [document.split for document in scores.documents] == ["dev", "test"]


def test_a_failed_document_counts_against_recall_and_everything_else(dataset: Dataset, tmp_path: Path, small) -> None:
    """A failure is errored in every field: its stated ones, its metadata and its list items are all missed."""
    failed = {"doc_id": "one", "status": "failed", "error": "no text layer"}
    scores = score_dataset(
        dataset,
        read_submissions(write_records(tmp_path / "r.jsonl", failed, perfect_record(dataset.items[1].gold))),
        small,
    )
    assert set(verdicts(scores.documents[0]).values()) == {"errored"}
    assert scores.documents[0].error == "no text layer"
    tally = scores.tally
    assert (tally.errored, tally.errored_stated, tally.precision, tally.recall) == (5, 5, 1.0, 0.5)
    assert tally.row == (5, 0, 5, 0)
    assert scores.metadata_accuracy == 0.5
    assert scores.list_hits()["problems"].recall == 0.5


def test_a_missing_record_is_errored_and_said(dataset: Dataset, small) -> None:
    """A document without a record is not dropped from the denominator."""
    scores = score_dataset(dataset, [], small)
    assert [document.error for document in scores.documents] == ["no record", "no record"]
    assert (scores.tally.recall, scores.tally.precision, scores.tally.f1) == (0.0, None, 0.0)


def test_nothing_stated_and_nothing_answered_is_not_a_number(compiled, small) -> None:
    """Rates without a denominator are None, never 0 and never 1."""
    silent = compiled("---\nmetadata: {}\n---\n无数字。")
    score = score_document(silent, Submission("doc", "test"), small)
    tally = score.tally
    assert (tally.precision, tally.recall, tally.f1, tally.bound_accuracy, tally.grounding) == (None,) * 5
    assert tally.specificity == 1
    assert Scores(()).metadata_accuracy is None


def test_every_verdict_in_its_denominator(compiled, small) -> None:
    """Wrong values hurt precision and recall, spurious ones precision, missing ones recall, neutral ones nothing."""
    gold = compiled("{1辆|buses=1}{2人|passengers=2}{3%|punctuality=3}{4起|accidents?=4}")
    answers = {"buses": 1, "passengers": 20, "accidents": 4, "drills": 9}
    fields = {name: Answer(status="reported", value=value) for name, value in answers.items()}
    score = score_document(gold, Submission("doc", "test", fields=fields), small)
    assert verdicts(score) == {
        "buses": "correct",
        "passengers": "wrong",
        "punctuality": "missing",
        "drills": "spurious",
        "accidents": "neutral",
    }
    assert (score.tally.precision, score.tally.recall, score.tally.f1) == (1 / 3, 1 / 3, 1 / 3)
    assert score.tally.specificity == 0.0


def test_metadata_after_nfkc_without_white_space(compiled, small) -> None:
    """Widths and line breaks do not matter; a value where the gold is null, or the reverse, is wrong."""
    gold = compiled('---\nmetadata: {title: "2022年（上）报告", issuer: null}\n---\nx')
    right = Submission("doc", "test", metadata={"title": "２０２２年(上)\n 报告", "issuer": None})
    wrong = Submission("doc", "test", metadata={"issuer": "某局"})
    assert [score.right for score in score_document(gold, right, small).metadata] == [True, True]
    assert [score.right for score in score_document(gold, wrong, small).metadata] == [False, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"doc_id": "three"}, "a record for three"),
        ({"fields": {"trams": {"status": "not_reported"}}}, "answers 'trams'"),
        ({"metadata": {"author": {"value": None}}}, "answers 'author'"),
        ({"lists": {"wishes": []}}, "answers 'wishes'"),
        ({"sha256": "0" * 64}, "another text"),
        ({"fields": None}, "has no fields"),
        ({"status": "done"}, "must be ok or failed"),
        ({"fields": {"buses": {"status": "reported"}}}, "buses is reported without a value"),
        ({"fields": {"buses": {"status": "not_reported", "value": 1}}}, "not_reported and has a value"),
        ({"fields": {"buses": {"status": "reported_none", "value": 1}}}, "reported_none with the value 1"),
        ({"fields": {"buses": {"status": "reported", "value": 1, "evidense": []}}}, "evidense"),
    ],
)
def test_records_that_do_not_fit_are_named(dataset: Dataset, tmp_path: Path, change: dict, message: str, small) -> None:
    """What cannot be scored is an error that names the file, the line and the field."""
    path = write_records(tmp_path / "r.jsonl", {**perfect_record(dataset.items[0].gold), **change})
    with pytest.raises(GoldError, match=rf"r\.jsonl, line 1: .*{message}"):
        score_dataset(dataset, read_submissions(path), small)


def test_a_failed_document_need_not_have_been_read(compiled, small) -> None:
    """The digest of a document that failed proves nothing: it is scored as errored, not refused."""
    failed = Submission("doc", "test", failure="cannot be read", sha256="0" * 64)
    assert score_document(compiled("{5辆|buses=5}"), failed, small).error == "cannot be read"


def test_a_second_record_for_a_document_is_refused(dataset: Dataset, tmp_path: Path, small) -> None:
    """Two answers for one document: neither wins in silence."""
    record = perfect_record(dataset.items[0].gold)
    path = write_records(tmp_path / "r.jsonl", record, record)
    with pytest.raises(GoldError, match="line 2: a second record for one"):
        score_dataset(dataset, read_submissions(path), small)


def test_scores_add_up(dataset: Dataset, tmp_path: Path, small) -> None:
    """The parts by split, by field and by document are the whole; adding the parts gives it back."""
    record = perfect_record(dataset.items[0].gold)
    del record["fields"]["buses"]
    scores = score_dataset(dataset, read_submissions(write_records(tmp_path / "r.jsonl", record)), small)
    parts = scores.split("dev") + scores.split("test")
    assert parts == scores
    assert sum(scores.field_tallies().values(), Tally()) == scores.tally
    assert list(scores.field_tallies()) == [spec.id for spec in small.figures]
    assert scores.field_tallies()["buses"] == Tally(missing=1, errored=1, errored_stated=1)
    assert scores.split("dev").list_hits() == {"problems": Hits(2, 2, 2)}
    assert scores.split("test").metadata_accuracy == 0
