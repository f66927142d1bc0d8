"""Changed copies of reports: other facts at the same places."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.asking.tag import numbered, passages
from baogao.document import document_from_text, read_document
from baogao.extraction import ReportText
from baogao.tuning.augmentation import Change, augmented, changed

EXAMPLES = sorted((Path(__file__).parents[2] / "eval" / "datasets" / "examples").glob("*.txt"))
REPORTS = [ReportText.from_document(read_document(path)) for path in EXAMPLES if ".marked" not in path.name]


def places(report: ReportText) -> list[tuple[int, int, str]]:
    """Where the figures and none-phrases are that a model is shown."""
    return [
        (one.start, one.end, one.kind)
        for sentence in report.document.sentences
        for one in numbered(report, sentence.span)
    ]


def report_of(text: str) -> ReportText:
    """A report that is just this text."""
    return ReportText.from_document(document_from_text(text))


@given(st.sampled_from(REPORTS), st.integers())
def test_offsets_still_point_at_the_same_figures(report, seed):
    """In a copy everything stands where it stood, and says what it said but for its digits."""
    copy = augmented(report, None, Random(seed))
    assert len(copy.document.text) == len(report.document.text)
    assert places(copy) == places(report)
    for before, after in zip(report.candidates, copy.candidates, strict=True):
        assert after.text == copy.document.text[after.start : after.end]
        if before.kind == "number":
            assert re.sub("[0-9]", "0", after.text) == re.sub("[0-9]", "0", before.text)
        assert (after.id, after.start, after.end, after.kind) == (before.id, before.start, before.end, before.kind)


@given(st.sampled_from(REPORTS), st.integers())
def test_the_grammar_reads_a_copy_alike(report, seed):
    """A copy that is read as a file of its own has nine in ten of its figures, or more, where the copy says.

    A digit may turn a number into the name of something.
    """
    copy = augmented(report, None, Random(seed))
    again = {(one.start, one.end) for one in report_of(copy.document.text).candidates if one.kind == "number"}
    wanted = {(start, end) for start, end, kind in places(copy) if kind == "number"}
    assert len(wanted & again) >= 0.9 * len(wanted)


@given(st.sampled_from(REPORTS), st.integers())
def test_cuts_are_alike(report, seed):
    """Passages of a copy end where those of the report do."""
    copy = augmented(report, None, Random(seed))
    assert passages(copy) == passages(report)


def test_most_numbers_change_and_none_becomes_nothing():
    """Most digits are others; zero stays zero, and a number keeps its length."""
    report = report_of(
        "一、办理情况\n全年办理135件，"
        + "".join(f"第{n}季度办结{n}{n + 1}{n + 2}件，" for n in range(1, 7))
        + "撤销0件。"
    )
    before = [one.text for one in report.candidates.of_kind("number")]
    same = 0
    for seed in range(50):
        after = [one.text for one in augmented(report, None, Random(seed)).candidates.of_kind("number")]
        assert after[-1] == "0件"
        assert all(len(one) == len(other) and one[0] != "0" for one, other in zip(after[:-1], before, strict=False))
        same += sum(one == other for one, other in zip(after[:-1], before, strict=False))
    assert 0 < same / (50 * (len(before) - 1)) < 0.35


def test_one_number_is_changed_alike_everywhere():
    """What a report says twice a copy says twice, too."""
    report = report_of("全年办理案件135件。135件案件全部办结。")
    for seed in range(10):
        first, second, *_ = (one.text for one in augmented(report, None, Random(seed)).candidates.of_kind("number"))
        assert first == second


def test_all_of_them_is_never_more_than_all():
    """100% stays."""
    report = report_of("办结率100%，满意率97.5%。")
    for seed in range(10):
        assert "办结率100%" in augmented(report, None, Random(seed)).document.text


@pytest.mark.parametrize("seed", range(5))
def test_years_move_together(seed):
    """This year and last year stay one year apart, in Arabic and in Chinese digits and in a document's number."""
    text = "清河县2023年公报\n2022年办理12件，二〇二三年办理15件。依据清政发〔2023〕7号文件，热线12345。"
    copy = augmented(report_of(text), None, Random(seed)).document.text
    years = [int(year) for year in re.findall(r"(\d{4})(?=年|〕)", copy)]
    assert years[0] == years[2] == years[1] + 1
    assert years[0] != 2023
    assert "".join("〇一二三四五六七八九"[int(digit)] for digit in str(years[0])) + "年" in copy
    assert "热线12345" in copy


def test_the_place_is_another_wherever_it_stands():
    """The name of the place is invented, of the same length, with its level and without."""
    text = "清河市南屏区2023年公报\n清河市南屏区办理12件。南屏各单位、清河全市办结7件。"
    copy = augmented(report_of(text), "清河市南屏区", Random(3)).document.text
    assert "清河" not in copy
    assert "南屏" not in copy
    name = re.match(r"(..)市(..)区", copy)
    assert name
    assert copy.count(name[1]) == 3
    assert copy.count(name[2]) == 3


def test_a_name_of_one_character_is_changed_before_its_level_only():
    """沛县 becomes another county; 充沛 stays a word."""
    copy = augmented(report_of("沛县2023年公报\n精力充沛，沛县办理12件。"), "沛县", Random(1)).document.text
    assert "充沛" in copy
    assert "沛县" not in copy


def test_the_same_seed_makes_the_same_copy():
    """A run can be made again."""
    one, other = (augmented(REPORTS[0], "某县", Random("7:x")).document.text for _ in range(2))
    assert one == other
    assert one != augmented(REPORTS[0], "某县", Random("8:x")).document.text


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.text(min_size=1, max_size=4)), max_size=6))
def test_changes_keep_the_length_of_a_text(text, wanted):
    """Of changes that overlap the first one holds; the others leave no trace."""
    changes = [Change((at, at + len(new)), new) for at, new in wanted if at + len(new) <= len(text)]
    result = changed(text, changes)
    assert len(result) == len(text)
    touched = {place for change in changes for place in range(*change.span)}
    assert all(result[place] == text[place] for place in range(len(text)) if place not in touched)
