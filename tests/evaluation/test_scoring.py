"""Scoring: which answer equals which gold reading, the heart of every figure that is printed; and whole documents."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError
from baogao.evaluation.gold import Dataset, GoldField, Reading
from baogao.evaluation.judging import has_bound, is_grounded, judge, match_items
from baogao.evaluation.scoring import DocumentScore, Scores, score_dataset, score_document
from baogao.evaluation.submissions import Submission, read_submissions
from baogao.evaluation.tally import Hits, Tally
from baogao.schema.values import Answer
from evaluation.run_fixtures import perfect_record, write_records

SILENT = GoldField(status="not_reported")
NONE = GoldField(status="reported_none", value=0, bound="exact", evidence=[[(0, 4)]])


def gold(value: object, bound: str = "exact", evidence: object = (((0, 4),),), **more: object) -> GoldField:
    """A stated field's gold."""
    return GoldField(status="reported", value=value, bound=bound, evidence=evidence, **more)


def said(value: object, **more: object) -> Answer:
    """An answer with a figure."""
    return Answer(status="reported", value=value, **more)


def verdict(truth: GoldField, answer: Answer) -> str:
    """The verdict alone."""
    return judge(truth, answer)[0]


@pytest.mark.parametrize(
    ("true", "answer"),
    [
        (12, Decimal("12.0")),
        (12, 12.0),
        (Decimal("98.48"), 98.48),
        (65000, Decimal("6.5e4")),
        (Decimal("0.3"), "0.30"),
        (-3, Decimal("-3.00")),
        (10**30 + 1, 10**30 + 1),
        (0, Decimal("-0")),
    ],
)
def test_the_same_number_written_otherwise_is_correct(true: object, answer: object) -> None:
    """Trailing zeros, exponents and floats do not matter; the number does."""
    assert verdict(gold(true), said(answer)) == "correct"


@pytest.mark.parametrize(
    ("true", "answer"),
    [
        (26.5, 26.4),
        (12, 120000),
        (120000, 12),
        (Decimal("126058.2"), Decimal("126058.9")),
        (65000, 6.5),
        (98.48, 0.9848),
        (Decimal("0.3"), Decimal("0.1") + Decimal("0.2") + Decimal("1e-20")),
        (3, -3),
        (10**30 + 1, 10**30),
        (Decimal("99999999999999999.1"), Decimal("99999999999999999.2")),
    ],
)
def test_another_number_is_wrong_however_near(true: object, answer: object) -> None:
    """12 is not 12万, a share is not a per cent, and no tolerance forgives the last digit."""
    assert verdict(gold(true), said(answer)) == "wrong"


def test_decimal_sums_do_not_drift() -> None:
    """A sum of printed parts is exact where floats are not: 0.1 + 0.2 is 0.3."""
    assert verdict(gold(Decimal("0.3")), said(Decimal("0.1") + Decimal("0.2"))) == "correct"
    assert 0.1 + 0.2 != 0.3


def test_a_printed_zero_is_not_a_stated_none() -> None:
    """“0件” is a figure and “暂无” a statement: the state must be the same, not only the value."""
    assert verdict(NONE, said(0)) == "wrong"
    assert verdict(gold(0), Answer(status="reported_none", value=0)) == "wrong"
    assert verdict(NONE, Answer(status="reported_none", value=0)) == "correct"


def test_none_against_silence() -> None:
    """Silence is never zero, in either direction."""
    silence = Answer(status="not_reported")
    assert verdict(NONE, silence) == "missing"
    assert verdict(SILENT, Answer(status="reported_none", value=0)) == "spurious"
    assert verdict(SILENT, silence) == "absent"


def test_alternatives_of_a_stated_field_are_correct() -> None:
    """Where two careful annotators could differ either is right; anything else is wrong once."""
    truth = gold(87, alternatives=[Reading(status="reported", value=80, bound="exact", evidence=[[(9, 12)]])])
    assert [verdict(truth, said(value)) for value in (87, 80, 81)] == ["correct", "correct", "wrong"]
    assert verdict(truth, Answer(status="not_reported")) == "missing"


def test_alternatives_of_silence_are_neutral() -> None:
    """An alternative of an unstated field neither helps nor hurts; another value is spurious, silence is absent."""
    truth = GoldField(status="not_reported", alternatives=[gold(56), NONE])
    answers = [said(56), Answer(status="reported_none", value=0), said(0), Answer(status="not_reported")]
    assert [verdict(truth, answer) for answer in answers] == ["neutral", "neutral", "spurious", "absent"]


@pytest.mark.parametrize(("bound", "right"), [("over", True), ("exact", False), (None, False), ("about", False)])
def test_the_bound_does_not_decide_the_verdict(bound: str | None, right: bool) -> None:
    """A right value with another bound is correct, and counted apart; no bound means exact."""
    what, reading = judge(gold(2600, "over"), said(2600, bound=bound))
    assert what == "correct"
    assert reading is not None
    assert has_bound(reading, said(2600, bound=bound)) is right


def test_the_reading_at_the_answers_place_judges_its_bound() -> None:
    """Of two readings with the same value, the one where the answer points is the one that it matches."""
    other = Reading(status="reported", value=90, bound="over", evidence=[[(20, 25)]])
    truth = gold(90, alternatives=[other])
    assert judge(truth, said(90, bound="over", evidence=[(21, 23)])) == ("correct", other)
    assert judge(truth, said(90, bound="exact", evidence=[(2, 9)])) == ("correct", truth)
    assert judge(truth, said(90, bound="over", evidence=[(2, 9)])) == ("correct", truth)
    assert judge(truth, said(90, bound="over")) == ("correct", other)


@pytest.mark.parametrize(
    ("evidence", "grounded"),
    [
        ([(3, 8)], True),
        ([(4, 8)], False),
        ([(50, 60), (102, 103)], True),
        ([(10, 12)], True),
        ([], False),
        (None, False),
    ],
)
def test_grounding_needs_one_character_of_any_copy(evidence: object, grounded: bool) -> None:
    """Any span of any copy will do; touching is not overlapping; no evidence is no ground."""
    reading = gold(5, evidence=[[(0, 4), (10, 12)], [(100, 104)]])
    assert is_grounded(reading, said(5, evidence=evidence)) is grounded


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4), st.integers(-3, 3))
def test_only_the_very_number_is_correct(value: Decimal, ulps: int) -> None:
    """Moving the last place of any decimal makes it wrong; writing it as JSON and reading it back does not."""
    answer = Answer(status="reported", value=value + Decimal(ulps).scaleb(-4))
    assert (verdict(gold(value), answer) == "correct") is (ulps == 0)
    written = json.loads(json.dumps(str(value)))
    assert verdict(gold(value), said(written)) == "correct"


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


def test_list_items_are_taken_once_and_in_order() -> None:
    """A second answer for the same item is not right, and an item is found by any of its copies."""
    items = [[[(0, 5)], [(100, 105)]], [[(4, 9)]]]
    assert match_items(items, [[(4, 5)], [(4, 5)], [(0, 9)]]) == (0, 1, None)
    assert match_items(items, [[(104, 105)], [(0, 2)], []]) == (0, None, None)


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


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=6))
def test_a_lists_items_are_worth_the_same_in_any_order(order: list[int], said: list[int]) -> None:
    """How many items are found depends on which are answered, not on where they stand or how often they are named."""
    items = [[[(10 * number, 10 * number + 5)]] for number in order]
    matches = match_items(items, [[(10 * number, 10 * number + 1)] for number in said])
    found = [match for match in matches if match is not None]
    assert sorted(order[match] for match in found) == sorted(set(said))
    assert len(matches) == len(said)
