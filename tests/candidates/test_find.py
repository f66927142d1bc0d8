"""All candidates of a document."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates import find_candidates
from baogao.candidates.find import as_printed
from baogao.document import document_from_text

DATASETS = Path(__file__).parents[2] / "eval" / "datasets"
GOLD = sorted(
    path for name in ("examples", "fictional/dev", "fresh/tuning") for path in (DATASETS / name).glob("*.gold.json")
)
"""The reports that may be read while working on the grammar."""
OUT_OF_REACH = {
    "renchuanxian-2023h1": {"certificates_issued"},
    "tingnanxian-2023h1": {"litigation_lost"},  # another reading of a 0 in a table
}
"""Stated figures that no candidate says: ways of saying none that the grammar does not know, and one ordinal."""
CUED_AWAY = {
    "hanpingxian-2022": {"case_files_reviewed"},
    "huaipengzhen-2019": {"disputes_handled"},
    "ruilingxianweijianwei-2023": {"case_files_self_checked"},
    "xiaopuxian-2021": {"legal_review_opinions"},  # 由上年度的58件次上升为94件次
}
"""Stated figures whose candidates bear a cue of another time or place."""
EXCLUDING = {"prior_year", "growth", "target", "cumulative", "sub_unit"}


def test_ids_run_in_reading_order():
    """Candidates are numbered from 1 as they stand in the text."""
    found = find_candidates(document_from_text("一是办理3件，暂无积案。\n二是评查5卷。"))
    assert [c.id for c in found] == list(range(1, len(found) + 1))
    assert [c.start for c in found] == sorted(c.start for c in found)


def test_only_the_main_copy_is_read():
    """What the reader found to be printed twice or to be navigation yields no candidate."""
    document = document_from_text("办理3件。\n评查5卷。")
    part = type(document)(**{**vars(document), "main": ((0, 5),), "sentences": document.sentences[:1]})
    assert [c.text for c in find_candidates(part).of_kind("number")] == ["3件"]


def test_denied_one_is_no_figure():
    """没有一件 is a none, and its 一件 no figure."""
    found = find_candidates(document_from_text("全年没有一件被退回。"))
    assert found.of_kind("none")
    assert found.of_kind("number") == []


@pytest.mark.parametrize("text", ["一、共 9\n 件。", "全年 受理9\n\n件均已办结。", "共 9\n  以上。"])
def test_a_figure_may_reach_over_the_end_of_its_paragraph(text):
    """A page that is cut between a number and its measure word does not stop the reading."""
    assert [number.value for number in find_candidates(document_from_text(text)).of_kind("number")] == [9]


@given(
    st.text(alphabet="一二是共办理12３.,，。；：（）\n\t |件%万余没有暂无其中去年上今计划《》“”第（1）●— ", max_size=80)
)
def test_text_is_always_at_its_offsets(text):
    """Candidates lie in the text, say what stands there, and numbers do not overlap."""
    document = document_from_text(text)
    found = find_candidates(document)
    assert all(c.text == document.text[c.start : c.end] and c.text for c in found)
    numbers = found.of_kind("number")
    assert all(a.end <= b.start for a, b in pairwise(numbers))


def printed_candidates(text):
    """The candidates of a report, at the places where it prints them."""
    document = document_from_text(text)
    return [as_printed(candidate, document) for candidate in find_candidates(document)]


def stated(gold):
    """(field, answer, is an alternative) for every stated answer of a gold file."""
    for name, answer in gold["fields"].items():
        for choice in (answer, *answer.get("alternatives", [])):
            if choice["status"] != "not_reported":
                yield name, choice, choice is not answer


def matches(found, answer):
    """The candidates that answer: overlapping evidence, right kind, value and bound."""
    kind = "number" if answer["status"] == "reported" else "none"
    spans = [span for copy in answer["evidence"] for span in copy]
    summed = len(answer["evidence"][0]) > 1
    return [
        c
        for c in found
        if c.kind == kind
        and any(c.start < end and start < c.end for start, end in spans)
        and (summed or Decimal(str(answer["value"])) in {c.value, c.each})
        and c.bound == answer["bound"]
    ]


def read_gold(path):
    """A gold file, and the text of its report."""
    gold = json.loads(path.read_text(encoding="utf-8"))
    return gold, (path.parent / gold["text_file"]).read_bytes().decode("utf-8")


def test_the_development_reports_are_here():
    """The tests below would pass on nothing."""
    assert {path.parent.name for path in GOLD} == {"examples", "dev", "tuning"}
    assert len(GOLD) >= 40


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_every_gold_figure_is_a_candidate(path):
    """What gold states is within reach, with value and bound, and no cue excludes it; known losses are listed."""
    gold, text = read_gold(path)
    found = printed_candidates(text)
    lost, excluded = set(), set()
    for name, answer, alternative in stated(gold):
        hits = matches(found, answer)
        if not hits:
            lost.add(name)
        elif not alternative and all(EXCLUDING & set(c.cues) for c in hits):
            excluded.add(name)
    assert lost == OUT_OF_REACH.get(gold["doc_id"], set())
    assert excluded == CUED_AWAY.get(gold["doc_id"], set())


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_every_gold_item_is_a_candidate(path):
    """The entries of gold's lists are among the item heads."""
    gold, text = read_gold(path)
    heads = [candidate for candidate in printed_candidates(text) if candidate.kind == "item"]
    lost = [
        entry
        for entries in gold["lists"].values()
        for entry in entries
        if not any(c.start < end and start < c.end for copy in entry for start, end in copy for c in heads)
    ]
    assert lost == []


@pytest.mark.parametrize("path", [p for p in GOLD if p.parent.name == "examples"], ids=lambda path: path.name)
def test_a_report_printed_twice_has_the_same_numbers(path):
    """A scraper that repeats the whole body adds no figure and takes none away."""
    text = read_gold(path)[1].rstrip() + "\n"
    once, twice = (find_candidates(document_from_text(body)).of_kind("number") for body in (text, text + text))
    assert [(c.text, c.value, c.bound, c.unit) for c in twice] == [(c.text, c.value, c.bound, c.unit) for c in once]
