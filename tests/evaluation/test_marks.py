"""Inline marks: what an annotator writes, as text and spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError
from baogao.evaluation.marks import parse


def test_labels_in_every_form() -> None:
    """Value, bound, alternative and part are read from the label as they are written, the span from the braces."""
    report = parse(
        "共{2600余户|a>2600}、{近30场|b<30}、{约5人|c~5}，{暂无|d=none, e?=none}，{1场|f+=1}{2场|f+2=2}{软|g}"
    )
    marks = {(mark.name, mark.part_of_copy): mark for mark in report.marks}
    assert report.text == "共2600余户、近30场、约5人，暂无，1场2场软"
    assert (marks["a", None].bound, marks["b", None].bound, marks["c", None].bound) == ("over", "under", "about")
    assert marks["a", None].span == (1, 7)
    assert marks["d", None].said == "none"
    assert marks["e", None].alternative
    assert (marks["f", 1].said, marks["f", 2].said) == ("1", "2")
    assert marks["g", None].said is None


@pytest.mark.parametrize(
    ("label", "said", "alternative"),
    [
        ("a=-2.3", "-2.3", False),
        ("a=6..6.5", "6..6.5", False),
        ("a= 2025-01-08", "2025-01-08", False),
        ("a?=部分 完成", "部分 完成", True),
        ("a=甲\\,乙\\}", "甲,乙}", False),
        ("a?", None, True),
        ("a", None, False),
    ],
)
def test_a_value_is_kept_as_it_is_written(label: str, said: str | None, alternative: bool) -> None:
    """What fits a field is for its kind to say: a range, a date, an option, nothing at all."""
    (mark,) = parse(f"{{文|{label}}}").marks
    assert (mark.said, mark.alternative, mark.row) == (said, alternative, None)


def test_a_cell_has_its_row_and_its_name() -> None:
    """NAME.NUMBER.CELL, in each form of a label; one stretch of text may be of several rows."""
    marks = parse("第1行\n{建成|works.1.stage=建成, works.12.stage?=建成, works.3.name}").marks
    assert [(mark.name, mark.row, mark.cell, mark.alternative) for mark in marks] == [
        ("works", 1, "stage", False),
        ("works", 12, "stage", True),
        ("works", 3, "name", False),
    ]
    assert (marks[0].label, marks[0].line) == ("works.1.stage", 2)


def test_marks_nest() -> None:
    """A mark inside a mark gets its own span; the outer one spans both texts."""
    report = parse("{检查{12次|a=12}中发现问题|problems}")
    assert [(mark.name, mark.text) for mark in report.marks] == [("problems", "检查12次中发现问题"), ("a", "12次")]


def test_front_matter_is_no_text() -> None:
    """Front matter is YAML and does not count in offsets; line numbers of errors do count it."""
    report = parse("---\nmetadata: {title: 报告}\n---\n{5件|a=5}")
    assert report.front == {"metadata": {"title": "报告"}}
    assert report.marks[0].span == (0, 2)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a\n{12件|x=12", "line 2: a mark is opened"),
        ("a\n{12件", "line 2: a mark is opened"),
        ("12件|x=12}", "line 1: a } without its mark"),
        ("{|x=12}", "around nothing"),
        ("{12件|x=}", "cannot read the label 'x='"),
        ("{12件|x.1=12}", "cannot read the label 'x.1=12'"),
        ("{12件|x=甲\\}", "a mark is opened"),
        ("---\nmetadata: {\n---\n", "not YAML"),
        ("---\n- 1\n---\n", "must be a mapping"),
        ("---\na: 1\n---\n\n{12件|}", "line 5: cannot read the label"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_its_line(source: str, message: str) -> None:
    """What an annotator mistypes is an error with file and line."""
    with pytest.raises(GoldError, match=message):
        parse(source)


@given(st.text(max_size=40))
def test_any_text_comes_back_when_its_braces_are_escaped(text: str) -> None:
    """Escaping is complete: plain text is never mistaken for a mark."""
    escaped = "".join("\\" + char if char in "{}|" else char for char in text)
    if not text.startswith("---\n") and "\\" not in text:
        report = parse(escaped + "{1|a=1}")
        assert report.text == text + "1"
        assert report.marks[0].span == (len(text), len(text) + 1)


def join(parts: list) -> tuple[str, list[str]]:
    """Pieces of a marked text one after the other, some with a mark around them; and the texts that are marked."""
    source, texts = "", []
    for (piece, inside), marked in parts:
        source += f"{{{piece}|a=1}}" if marked else piece
        texts += [*([parse(piece).text] if marked else []), *inside]
    return source, texts


PLAIN = st.text("甲乙12，\n", min_size=1, max_size=5)
MARKED = st.recursive(
    st.tuples(PLAIN, st.just([])),
    lambda inner: st.lists(st.tuples(inner, st.booleans()), min_size=1, max_size=3).map(join),
    max_leaves=8,
)


@given(MARKED)
def test_every_mark_spans_its_own_text(marked: tuple[str, list[str]]) -> None:
    """However marks nest and follow one another: offsets count in the plain text, in reading order, the outer first."""
    source, texts = marked
    report = parse(source)
    assert [mark.text for mark in report.marks] == texts
    assert [report.text[slice(*mark.span)] for mark in report.marks] == texts


def test_a_stroke_outside_of_marks_is_itself() -> None:
    """A table drawn with strokes needs no escapes; inside a mark a stroke ends its text."""
    report = parse("|甲|{5|a=5}|\\n")
    assert report.text == "|甲|5|\\n"
    assert report.marks[0].span == (3, 4)
