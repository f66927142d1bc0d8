"""Fields drawn from named figures, and the file that they are written to."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from baogao.authoring.draft import fields_of
from baogao.authoring.draft_file import draft_source, write_draft
from baogao.authoring.naming import NamedFigures, Sighting, name_figures, named_by_words, naming_passages
from baogao.candidates.candidate import Candidate
from baogao.errors import SchemaError
from baogao.schema import load_schema
from baogao.schema.fields import Cue

CUES: tuple[Cue, ...] = ("growth", "target", "part", "cumulative")


def candidate(text="12件", unit="件", cues=(), kind="number"):
    """A figure, whatever its place."""
    return Candidate(1, kind, 0, len(text), text, None, unit=unit, cues=tuple(cues))


def seen(label, name="", doc_id="a", note="", **figure):
    """A figure that was given a name."""
    return Sighting(doc_id, candidate(**figure), label, name, "组", note, f"{label}为12件。")


@settings(max_examples=12, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(
    st.lists(
        st.builds(
            seen,
            label=st.text(min_size=1, max_size=8) | st.sampled_from(["报告标题", "存在的问题"]),
            name=st.text(max_size=12)
            | st.sampled_from(["copy", "class", "2nd", "模型", "model_fields", "title", "problems", "group_1"]),
            note=st.text(max_size=12),
            unit=st.sampled_from(["件", "%", "元", ""]),
            cues=st.lists(st.sampled_from(CUES), max_size=2, unique=True),
            kind=st.sampled_from(["number", "range", "rank", "ratio"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_a_model_says_loads(tmp_path_factory, sightings):
    """Labels, notes and names of any characters come to a schema with as many fields as were drawn."""
    fields = fields_of(sightings)
    path = tmp_path_factory.mktemp("draft") / "drafted.py"
    write_draft(draft_source(fields, path, reports=1, problems=True), path)
    assert [spec.id for spec in load_schema(path).figures] == [one.id for one in fields]
    assert sum(len(one.sightings) for one in fields) == len(sightings)


def test_what_is_one_field():
    """The same label or the same name with the same form; ends such as 总数 and the case of letters do not matter."""
    fields = fields_of(
        [
            seen("办件总数", "cases"),
            seen("办件数", "received", "b"),
            seen("收件", "Cases", "c"),
            seen("办件数", "cases", unit="%", cues=["growth"]),
        ]
    )
    assert [(one.id, one.reports) for one in fields] == [("cases", 3), ("cases_growth", 1)]
    assert fields[0].terms == ["办件总数", "办件数", "收件"]


def test_fields_that_few_reports_state():
    """They are left out where more are asked for; a report counts once, however often it states a field."""
    sightings = [seen("甲数"), seen("乙数"), seen("乙数"), seen("甲数", doc_id="b")]
    assert [one.label for one in fields_of(sightings, least=2)] == ["甲数"]


def test_money_keeps_its_scale():
    """The value is given as it is mostly printed: 亿元; things are counted one by one."""
    money = [seen("收入", text=text, unit="元") for text in ("1.2亿元", "3亿元", "500万元")]
    things = [seen("份数", text="1.2万份", unit="份")]
    assert [one.unit for one in fields_of([*money, *things])] == ["亿元", "份"]


def test_only_what_was_shown_is_named(report):
    """A number that stands in no question names nothing; numbers in brackets are read, last year's are not shown."""
    (first, *_) = naming_passages(report)
    said = NamedFigures.model_validate(
        {"figures": [{"id": "[[5]]", "label": "收件 数"}, {"id": 5, "label": "又"}, {"id": 999, "label": "无"}]}
    )
    assert [(one.label, one.candidate.text) for one in name_figures(report.document, first, said)] == [
        ("收件数", "1280件")
    ]


def test_names_without_a_model(report):
    """The words right before a figure, without adverbs and verbs that only lead to it."""
    named = {one.candidate.text: one.label for one in named_by_words(report)}
    assert named["1280件"] == "收到申请"
    assert named["95%"] == "办结率"
    assert named["96%至98%"] == "办结率"


def test_a_draft_that_does_not_load(tmp_path):
    """It is not written, and the error says what is wrong with it; nor is another file overwritten."""
    path = tmp_path / "d.py"
    with pytest.raises(SchemaError, match=r"nothing is written: the draft would not load: line 1: "):
        write_draft("class", path)
    assert not path.exists()
    path.write_text("", encoding="utf-8")
    with pytest.raises(SchemaError, match="exists already"):
        write_draft(draft_source(fields_of([seen("甲数")]), path, reports=1), path)
