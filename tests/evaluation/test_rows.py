"""Rows of scores: the sentences that a verdict is shown with, and the file that they are kept in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import Document, document_from_text
from baogao.errors import GoldError, UsageError
from baogao.evaluation.gold import Dataset, GoldField, Reading
from baogao.evaluation.rows import (
    DocumentShapes,
    Excerpt,
    ListRow,
    MetadataRow,
    Row,
    ScoreRow,
    excerpts_of,
    read_rows,
    rows_of,
    write_rows,
)
from baogao.evaluation.scoring import Score, score_dataset
from baogao.evaluation.submissions import read_submissions
from baogao.schema.values import Answer, Span
from evaluation.run_fixtures import Record, perfect_record, write_records

TEXT = """某市公交年报

一、总体情况
年末公交车辆120辆。全年客运量65000人次。
二、安全
年末公交车辆120辆，无责任事故。
"""


def score(document: Document, said: list[Span] | None, *copies: list[Span]) -> Score:
    """A wrong answer at some places, where the gold has others."""
    answer = None if said is None else Answer(status="reported", value=1, evidence=said)
    gold = GoldField(status="reported", value=2, bound="exact", evidence=list(copies))
    return Score(document.doc_id, "buses", "wrong", answer, gold)


def shown(document: Document, judged: Score) -> list[tuple[str, list[str], list[str]]]:
    """Each excerpt: its text, and what is pointed at by the answer and by the gold."""
    return [
        (one.text, [one.text[slice(*span)] for span in one.answer], [one.text[slice(*span)] for span in one.gold])
        for one in excerpts_of(document, judged)
    ]


def place(phrase: str, text: str = TEXT, last: bool = False) -> Span:
    """Where a phrase stands."""
    start = text.rindex(phrase) if last else text.index(phrase)
    return start, start + len(phrase)


def test_excerpts_are_sentences_in_reading_order() -> None:
    """The gold's sentence comes first where it stands first, and one sentence with both is shown once."""
    document = document_from_text(TEXT)
    apart = score(document, [place("65000人次")], [place("120辆")])
    assert shown(document, apart) == [
        ("年末公交车辆120辆。", [], ["120辆"]),
        ("全年客运量65000人次。", ["65000人次"], []),
    ]
    together = score(document, [place("年末")], [place("120辆")])
    assert shown(document, together) == [("年末公交车辆120辆。", ["年末"], ["120辆"])]


def test_of_several_copies_the_touched_one_is_shown() -> None:
    """The gold's copy where the answer points, else its first; an answer without a place shows the gold alone."""
    document = document_from_text(TEXT)
    copies = [place("120辆")], [place("120辆", last=True)]
    first, last = "年末公交车辆120辆。", "年末公交车辆120辆，无责任事故。"
    assert shown(document, score(document, [place("辆，无", last=True)], *copies)) == [(last, ["辆，无"], ["120辆"])]
    assert shown(document, score(document, [place("65000")], *copies))[0] == (first, [], ["120辆"])
    assert shown(document, score(document, None, *copies)) == [(first, [], ["120辆"])]


def test_what_is_silent_and_points_nowhere_shows_nothing() -> None:
    """No answer, no gold: no excerpt; a place outside of the text is none either."""
    document = document_from_text(TEXT)
    assert excerpts_of(document, Score("d", "buses", "absent", None, GoldField(status="not_reported"))) == []
    assert excerpts_of(document, score(document, [(10_000, 10_002)])) == []


def test_a_very_long_sentence_is_cut_around_its_figure() -> None:
    """A pasted table is one sentence of thousands of characters; about four hundred of them are kept."""
    text = f"某市公交年报\n\n一、总体情况\n{'甲' * 1500}120辆{'乙' * 1500}。\n"
    document = document_from_text(text)
    ((kept, answers, _),) = shown(document, score(document, [place("120辆", text)]))
    assert (len(kept), answers) == (400, ["120辆"])
    assert kept.startswith("甲" * 200)


@given(st.lists(st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 9)), max_size=4), st.integers(0, len(TEXT) - 5))
def test_what_is_pointed_at_is_found_in_its_excerpt(places: list[tuple[int, int]], gold: int) -> None:
    """Wherever an answer and its gold point: every place is in an excerpt, counted from its beginning."""
    document = document_from_text(TEXT)
    said = [(start, min(start + length, len(TEXT))) for start, length in places]
    excerpts = excerpts_of(document, score(document, said, [(gold, gold + 4)]))
    for one in excerpts:
        assert TEXT[one.start : one.start + len(one.text)] == one.text
    found = {(one.start + start, one.start + end) for one in excerpts for start, end in one.answer}
    assert found == set(said)
    assert (gold, gold + 4) in {(one.start + start, one.start + end) for one in excerpts for start, end in one.gold}


def rows_for(dataset: Dataset, small, tmp_path: Path, *records: Record) -> list[Row]:
    """The rows of some records of the two reports."""
    submissions = read_submissions(write_records(tmp_path / "r.jsonl", *records))
    return list(rows_of("mine", dataset, score_dataset(dataset, submissions, small), submissions, DocumentShapes()))


def test_every_row_says_whose_it_is(dataset: Dataset, small, tmp_path: Path) -> None:
    """Extractor, data set, split, document and field, in the order of documents and of the schema."""
    rows = rows_for(dataset, small, tmp_path, *(perfect_record(item.gold) for item in dataset.items))
    names = [spec.id for specs in (small.figures, small.metadata, small.lists) for spec in specs]
    heads = [(row.extractor, row.dataset, row.split, row.doc_id, row.field) for row in rows]
    assert heads == [("mine", "set", *where, name) for where in (("dev", "one"), ("test", "two")) for name in names]
    assert all(row.right for row in rows if not isinstance(row, ListRow))


def test_a_failed_document_has_rows_that_say_why(dataset: Dataset, small, tmp_path: Path) -> None:
    """Every stated field is an error, with the document's; its list items are all unfound."""
    failed = {"doc_id": "one", "status": "failed", "error": "no text layer"}
    rows = [row for row in rows_for(dataset, small, tmp_path, failed) if row.doc_id == "one"]
    figures = [row for row in rows if isinstance(row, ScoreRow)]
    assert {(row.verdict, row.cause, row.error, row.right) for row in figures} == {
        ("errored", "failed", "no text layer", False)
    }
    assert [row.right for row in rows if isinstance(row, MetadataRow)] == [False, False]
    assert [row.unfound for row in rows if isinstance(row, ListRow)] == [["车辆老旧", "线路不足"]]


def test_a_surplus_item_is_shown(dataset: Dataset, small, tmp_path: Path) -> None:
    """An answer that finds no item is printed in the report's own words, line breaks made spaces."""
    record = perfect_record(dataset.items[0].gold)
    start = dataset.items[0].text().index("某市公交年报\n年末")
    record["lists"]["problems"].append({"text": "…", "evidence": [[start, start + 9]]})
    (row,) = [row for row in rows_for(dataset, small, tmp_path, record) if isinstance(row, ListRow) and row.found]
    assert (row.found, row.answers, row.gold, row.surplus) == (2, 3, 2, ["某市公交年报 年末"])


def test_rows_come_back_from_their_file(dataset: Dataset, small, tmp_path: Path) -> None:
    """Nothing is lost by leaving empty parts out, and each line says what kind it is."""
    record = perfect_record(dataset.items[0].gold)
    del record["fields"]["drills"]
    rows = rows_for(dataset, small, tmp_path, record)
    write_rows(rows, tmp_path / "scores.jsonl")
    assert read_rows(tmp_path / "scores.jsonl") == rows
    lines = (tmp_path / "scores.jsonl").read_text(encoding="utf-8").splitlines()
    assert all('"kind": "' in line and "null" not in line for line in lines)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not a row of scores"),
        ("[]", "is not a row of scores"),
        ('{"kind": "poem"}', "is not a row of scores: 'poem'"),
        ('{"kind": "list", "extractor": "x"}', "dataset: Field required"),
        ('{"kind": "figure", "remark": 1, "extractor": 5}', "extractor: Input should be a valid string"),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str, message: str) -> None:
    """With file, line and field."""
    path = tmp_path / "scores.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(GoldError) as error:
        read_rows(path)
    assert str(error.value).startswith(f"{path}, line 2: {message}")


def test_rows_that_cannot_be_written_are_a_usage_error(tmp_path: Path) -> None:
    """A folder in the way is said, with its name."""
    with pytest.raises(UsageError, match=r"cannot write .*scores\.jsonl"):
        write_rows([], tmp_path / "gone" / "scores.jsonl")


def test_what_is_right_by_the_codebook() -> None:
    """Silence of a failed document on what the report does not state is no fault; on what it states it is."""
    silent = GoldField(status="not_reported")
    stated = GoldField.model_validate(Reading(status="reported", value=1, bound="exact").model_dump())
    head = {"extractor": "x", "dataset": "d", "doc_id": "one", "field": "buses"}
    right = {
        (verdict, gold.stated)
        for verdict in ("correct", "wrong", "missing", "spurious", "neutral", "absent", "errored")
        for gold in (silent, stated)
        if ScoreRow(**head, verdict=verdict, gold=gold).right
    }
    both = {(verdict, truth) for verdict in ("correct", "neutral", "absent") for truth in (True, False)}
    assert right == both | {("errored", False)}


def test_a_file_of_other_bytes_is_no_traceback(tmp_path):
    """A file that is not UTF-8 is named."""
    path = tmp_path / "scores.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(GoldError, match=r"scores\.jsonl cannot be read"):
        read_rows(path)


def test_the_file_keeps_its_names(tmp_path) -> None:
    """Excerpts stand under ``passages`` in the file, as they always did, and come back."""
    row = ScoreRow(
        extractor="rules",
        dataset="d",
        doc_id="d",
        field="buses",
        verdict="wrong",
        gold=GoldField(status="not_reported"),
        excerpts=[Excerpt(start=0, text="公交120辆。")],
    )
    write_rows([row], tmp_path / "scores.jsonl")
    assert set(json.loads((tmp_path / "scores.jsonl").read_text(encoding="utf-8"))) >= {"passages", "kind"}
    assert read_rows(tmp_path / "scores.jsonl") == [row]
