"""Agreement of two annotators, against figures worked out by hand."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError, UsageError
from baogao.evaluation.agreement import Agreement, agree
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset, GoldDoc

PLAIN = "年末5辆或6辆，正点率95%。"


def annotate(tmp_path: Path, small, name: str, *reports: str):
    """A data set of one annotator: the reports d0, d1, …"""
    for number, report in enumerate(reports):
        marked = tmp_path / f"d{number}.marked.txt"
        marked.write_text(report)
        build_dataset([marked], tmp_path / name, small)
    return load_dataset(tmp_path / name, small)


@pytest.fixture
def result(tmp_path: Path, small) -> Agreement:
    """Two annotators of four reports: one value apart, one only allowed, one only stated by the first."""
    five, six = PLAIN.replace("5辆", "{5辆|buses=5}", 1), PLAIN.replace("6辆", "{6辆|buses=6}")
    both = five.replace("6辆", "{6辆|buses?=6}")
    rate = five.replace("95%", "{95%|punctuality=95}")
    a = annotate(tmp_path, small, "a", five, five, both, rate)
    return agree(a, annotate(tmp_path, small, "b", five, six, six, five), small)


def test_per_cent_and_alpha_by_hand(result: Agreement) -> None:
    """Buses: labels 5/5, 5/6, 5/6, 5/5: observed disagreement 1/2, expected 2·6·2/(8·7), alpha = 1 - 0.5/(3/7)."""
    buses = next(field for field in result.fields if field.field == "buses")
    assert (buses.pairs, buses.stated, buses.agreed, buses.agreed_stated) == (4, 4, 0.5, 0.5)
    assert buses.alpha == pytest.approx(1 - 0.5 / (3 / 7))


def test_silence_on_both_sides_has_no_alpha(result: Agreement) -> None:
    """A field that nobody states agrees fully and proves nothing."""
    drills = next(field for field in result.fields if field.field == "drills")
    assert (drills.agreed, drills.agreed_stated, drills.alpha) == (1.0, None, None)


def test_overall_pools_all_fields(result: Agreement) -> None:
    """Four reports of five fields: seventeen of twenty agree, two of the five stated ones."""
    overall = result.overall
    assert (overall.pairs, overall.stated, overall.agreed, overall.agreed_stated) == (20, 5, 0.85, 0.4)
    assert 0 < overall.alpha < 0.85


def test_every_disagreement_is_listed(result: Agreement) -> None:
    """With document and field, and whether the other's reading was allowed."""
    listed = [(other.doc_id, other.field, other.allowed) for other in result.disagreements]
    assert listed == [("d1", "buses", False), ("d2", "buses", True), ("d3", "punctuality", False)]


def test_other_texts_cannot_be_compared(tmp_path: Path, small) -> None:
    """Offsets and labels mean nothing across two texts, and nothing at all without a common one."""
    a = annotate(tmp_path, small, "a", PLAIN)
    with pytest.raises(GoldError, match="d0: sha256"):
        agree(a, annotate(tmp_path, small, "b", PLAIN + "。"), small)
    (tmp_path / "d7.marked.txt").write_text(PLAIN)
    build_dataset([tmp_path / "d7.marked.txt"], tmp_path / "c", small)
    with pytest.raises(GoldError, match="no document in common"):
        agree(a, load_dataset(tmp_path / "c", small), small)


def test_the_missing_library_is_said(tmp_path: Path, small, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the message says what to install."""
    a = annotate(tmp_path, small, "a", PLAIN)
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    with pytest.raises(UsageError, match=r"pip install 'baogao\[eval\]'"):
        agree(a, a, small)


def test_documents_of_one_annotator_are_left_out(tmp_path: Path, small) -> None:
    """What only one of the two has annotated says nothing of their agreement."""
    five = PLAIN.replace("5辆", "{5辆|buses=5}", 1)
    a, b = annotate(tmp_path, small, "a", five, PLAIN, five), annotate(tmp_path, small, "b", five)
    for one, other in ((a, b), (b, a)):
        result = agree(one, other, small)
        assert (result.documents, result.overall.pairs, result.overall.agreed) == (1, 5, 1.0)


def test_a_none_is_neither_silence_nor_zero(tmp_path: Path, small) -> None:
    """State and value are the label: a stated none, a printed 0 and silence are three of them."""
    text = "事故0起或无。"
    readings = ("事故{0起|accidents=0}或无。", "事故0起或{无|accidents=none}。", text)
    sets = [annotate(tmp_path, small, name, report) for name, report in zip("abc", readings, strict=True)]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        (found,) = agree(sets[one], sets[other], small).disagreements
        assert (found.field, found.allowed) == ("accidents", False)


@given(st.lists(st.tuples(*[st.sampled_from(["5", "6", "?", ""])] * 2), min_size=1, max_size=5))
def test_agreement_does_not_depend_on_who_comes_first(compiled, small, pairs: list[tuple[str, str]]) -> None:
    """The same shares, alpha and disagreements, with their sides exchanged; with oneself all is agreed."""
    marks = {"5": "{5辆|buses=5}或6辆", "6": "5辆或{6辆|buses=6}", "?": "{5辆|buses=5}或{6辆|buses?=6}", "": "5辆或6辆"}

    def annotated(side: int) -> Dataset:
        golds = [compiled(marks[pair[side]], f"d{number}") for number, pair in enumerate(pairs)]
        return Dataset(f"{side}", [GoldDoc(gold, Path(), Path()) for gold in golds], "")

    a, b = annotated(0), annotated(1)
    there, back = agree(a, b, small), agree(b, a, small)
    for one, other in zip([*there.fields, there.overall], [*back.fields, back.overall], strict=True):
        assert replace(one, alpha=None) == replace(other, alpha=None)
        assert one.alpha == (None if other.alpha is None else pytest.approx(other.alpha))
    assert [(one.b, one.a, one.allowed) for one in there.disagreements] == [
        (one.a, one.b, one.allowed) for one in back.disagreements
    ]
    assert len(there.disagreements) == round((1 - there.overall.agreed) * there.overall.pairs)
    assert agree(a, a, small).overall.agreed == 1
