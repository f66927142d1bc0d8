"""What is not the gold's: all of it, once, with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.report import build_report
from baogao.evaluation.report.discrepancies import answer_discrepancies, kind_of, other_discrepancies, pieces_of
from baogao.evaluation.rows import Excerpt, ScoreRow
from evaluation.run_fixtures import HOSTILE, make_dataset, make_run, perfect_records, point_at

SPAN = st.tuples(st.integers(-3, 12), st.integers(1, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def test_every_disagreement_is_there(run):
    """Wrong, missing and failed figures, a wrong bound and another place; those of test reports are marked."""
    report = build_report(run)
    verdicts = sorted(one.verdict for one in report.discrepancies)
    assert verdicts == sorted(
        ["missing"] * 4 + ["wrong"] * 2 + ["errored"] * 5 + ["right value, other place", "right value, other bound"]
    )
    assert sum(one.held_out for one in report.discrepancies) == 10
    assert sorted((one.label, one.answer == HOSTILE) for one in report.others) == [
        ("发布单位", False), ("标题", False), ("标题", True), ("问题", False),
    ]  # fmt: skip
    wrong = next(one for one in report.discrepancies if one.verdict == "wrong")
    assert (wrong.answer, wrong.gold, wrong.cause, wrong.confidence) == ("90 辆", "100 辆", "prior year", 0.2)
    assert [piece.text for pieces in wrong.excerpts for piece in pieces if piece.answer] == ["上年为90辆"]


def test_the_same_answer_is_listed_once(run, tmp_path, small):
    """Extractors that agree with each other and not with the gold share an entry."""
    folder = tmp_path / "set"
    records = perfect_records(folder, small)
    point_at(records[0], folder, "buses", "上年为90辆", 90)
    both = make_run(tmp_path / "both", folder, small, a=records, b=records)
    assert [one.extractors for one in build_report(both).discrepancies] == [["a", "b"]]


@given(st.text(min_size=10, max_size=10), st.lists(SPAN, max_size=3), st.lists(SPAN, max_size=3))
def test_pieces_are_the_excerpt(text, answer, gold):
    """Cut at marks, an excerpt is still the same text, and a piece is marked where a span covers it."""
    inside = [span for span in answer if max(0, span[0]) < min(10, span[1])]
    true = [span for span in gold if max(0, span[0]) < min(10, span[1])]
    pieces = pieces_of(Excerpt(start=0, text=text, answer=inside, gold=true))
    assert "".join(piece.text for piece in pieces) == text
    covered = {offset for start, end in inside for offset in range(max(0, start), min(10, end))}
    assert sum(len(piece.text) for piece in pieces if piece.answer) == len(covered)


@pytest.mark.parametrize(
    ("verdict", "bound_ok", "grounded", "kind"),
    [
        ("correct", True, True, None),
        ("correct", None, None, None),
        ("correct", False, False, "right value, other bound"),
        ("correct", True, False, "right value, other place"),
        ("neutral", False, False, None),
        ("absent", None, None, None),
        ("wrong", False, False, "wrong"),
        ("spurious", None, None, "spurious"),
        ("missing", None, None, "missing"),
        ("errored", None, None, "errored"),
    ],
)
def test_what_is_wrong_in_words(verdict, bound_ok, grounded, kind):
    """A verdict that counts against an extractor is named by itself; a right value may have a wrong bound or place."""
    gold = {"status": "reported", "value": 1, "bound": "exact", "evidence": [[[0, 1]]]}
    row = ScoreRow.model_validate(
        {"extractor": "e", "dataset": "d", "doc_id": "x", "field": "f", "verdict": verdict, "gold": gold}
        | {"bound_ok": bound_ok, "grounded": grounded}
    )
    assert kind_of(row) == kind


def test_they_stand_in_the_order_of_documents_and_fields(run):
    """Whatever the order of the rows; a reader goes through a report from its top."""
    info, rows = run.info(), run.rows()
    fields = {one.id: one for one in info.schema_info.fields}
    figures = [row for row in rows if isinstance(row, ScoreRow)]
    found = answer_discrepancies(figures, fields)
    order = list(fields)
    assert [(one.doc_id, order.index(one.field)) for one in found] == sorted(
        (one.doc_id, order.index(one.field)) for one in found
    )
    again = answer_discrepancies(figures[::-1], fields)
    assert [(one.doc_id, one.field, one.verdict) for one in again] == [
        (one.doc_id, one.field, one.verdict) for one in found
    ]
    assert sorted(map(repr, other_discrepancies(rows[::-1], fields))) == sorted(
        map(repr, other_discrepancies(rows, fields))
    )


def test_the_surest_of_those_who_say_the_same(tmp_path, small):
    """Two extractors with one answer share an entry, and the higher confidence is shown; another answer is its own."""
    folder = make_dataset(tmp_path, small)
    sides = [perfect_records(folder, small) for _ in range(3)]
    for records, confidence in zip(sides[:2], (0.2, 0.7), strict=True):
        point_at(records[0], folder, "buses", "上年为90辆", 90, confidence=confidence)
    point_at(sides[2][0], folder, "buses", "99万人次", 990000, confidence=0.9)
    run = make_run(tmp_path / "run", folder, small, a=sides[0], b=sides[1], c=sides[2])
    found = build_report(run).discrepancies
    assert sorted((tuple(one.extractors), one.answer, one.confidence) for one in found) == [
        (("a", "b"), "90 辆", 0.7),
        (("c",), "990000 辆", 0.9),
    ]


def test_entries_of_lists(tmp_path, small):
    """Entries that were not found and those that should not be there are named; so is a list that merely lacks some."""
    folder = make_dataset(tmp_path, small)
    records = perfect_records(folder, small)
    records[0]["lists"]["problems"].pop()
    records[1]["lists"]["problems"].append({"text": "…", "evidence": [[0, 2]]})
    run = make_run(tmp_path / "run", folder, small, rules=records)
    found = {one.doc_id: (one.answer, one.gold) for one in build_report(run).others}
    assert found == {"town0": ("1 of 2 entries found", "线路不足"), "town1": ("某市", "nothing more")}


def test_metadata_of_a_report_that_failed(run):
    """Where gold and answer are both silent and it is not right all the same, no answer was given at all."""
    failed = [one for one in build_report(run).others if one.doc_id == "town4"]
    assert [(one.label, one.answer, one.gold) for one in failed if one.label != "问题"] == [
        ("发布单位", "no answer at all", "silent"),
        ("标题", "silent", "某市公交年报"),
    ]


def test_what_failed_says_why(run):
    """The error of a report that failed stands beside each of its figures; others have none."""
    for one in build_report(run).discrepancies:
        assert (one.note != "") == (one.verdict == "errored")
        assert one.doc_id == "town4" or one.note == ""


def test_other_readings_are_allowed(tmp_path, small):
    """A gold with several readings shows the first as the gold, and the others beside it."""
    folder = tmp_path / "set"
    marked = tmp_path / "one.marked.txt"
    head = "---\nmetadata: {title: 年报, issuer: null}\n---\n"
    text = head + "年报\n年末公交车辆{12辆|buses=12}，连同班车{20辆|buses?=20}。\n"
    marked.write_text(text, encoding="utf-8")
    assert build_dataset([marked], folder, small) == []
    record = {"doc_id": "one", "status": "ok", "fields": {"buses": {"status": "reported", "value": 7, "bound": "over"}}}
    run = make_run(tmp_path / "run", folder, small, rules=[record])
    (one,) = (one for one in build_report(run).discrepancies if one.field == "buses")
    assert (one.answer, one.gold, one.others) == ("over 7 辆", "12 辆", ["20 辆"])
