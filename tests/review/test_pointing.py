"""What stands at the characters that a person points at."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.review.pointing import Pointing, chosen, typed, value_of
from outputs.conftest import PLAIN_TEXT, WATER_TEXT, place


@pytest.fixture(scope="module")
def pointing(plain, schema):
    """The plain report, to point at."""
    return Pointing(plain, PLAIN_TEXT, schema)


@pytest.fixture(scope="module")
def at_water(water, water_schema):
    """The report with every kind of field, to point at."""
    return Pointing(water, WATER_TEXT, water_schema)


def test_a_part_of_a_figure_is_the_whole_figure(pointing, schema):
    """Pointing inside of a number gives the number with its bound and its unit."""
    start, end = place(PLAIN_TEXT, "2600余户")
    for span in [(start, end), (start, start + 1), (start - 4, end + 1)]:
        (one,) = pointing.answers(schema.by_id["entities_inspected"], [span])
        assert (one.value, one.bound, one.unit, one.text, one.by) == (2600, "over", "户", "2600余户", "person")
        assert one.evidence == [(start, end)]


def test_several_figures_are_offered_each_and_as_a_sum(pointing, schema):
    """A field that may be summed is offered the sum too; another one is not."""
    span = (place(PLAIN_TEXT, "2场")[0], place(PLAIN_TEXT, "3场")[1])
    assert [one.value for one in pointing.answers(schema.by_id["emergency_drills"], [span])] == [2, 3, 5]
    assert [one.value for one in pointing.answers(schema.by_id["case_files_reviewed"], [span])] == [2, 3]


def test_no_sum_where_none_is_asked_for(pointing, schema):
    """Two places for a field that is one figure are refused in words."""
    with pytest.raises(UsageError, match="no sum of several"):
        pointing.answers(schema.by_id["case_files_reviewed"], [place(PLAIN_TEXT, "2场"), place(PLAIN_TEXT, "3场")])


def test_words_without_a_figure_are_refused(pointing, schema):
    """What does not parse is quoted in the refusal."""
    with pytest.raises(UsageError, match="no figure is read in “主要工作”"):
        pointing.answers(schema.by_id["exam_passed"], [place(PLAIN_TEXT, "主要工作")])


def test_a_figure_that_no_reader_saw_is_read_by_itself(plain, schema):
    """Characters that the grammar leaves out in their context are read when a person selects just them."""
    text = "依法府发〔2023〕17号文件，检查主体348户。\n"
    pointing = Pointing(plain, text, schema)
    assert [text[slice(*span)] for _, span in pointing.places] == ["348户"]
    span = place(text, "17")
    (one,) = pointing.answers(schema.by_id["entities_inspected"], [span])
    assert (one.value, one.evidence, one.text) == (17, [span], "17")


def test_words_are_taken_as_they_are_printed(at_water, water_schema):
    """A quote is its characters without white space, a date is read, of a choice each option is offered."""
    name = place(WATER_TEXT, "李 云")
    (quote,) = at_water.answers(water_schema.by_id["manager"], [(name[0] - 1, name[1] + 1)])
    assert (quote.value, quote.text, quote.evidence) == ("李云", "李 云", [name])
    (date,) = at_water.answers(water_schema.by_id["signed_on"], [place(WATER_TEXT, "2024年6月")])
    assert date.value == "2024-06"
    options = at_water.answers(water_schema.by_id["plan_met"], [place(WATER_TEXT, "顺利完成")])
    assert [one.value for one in options] == ["完成", "未完成"]
    assert chosen(options, "未完成", [place(WATER_TEXT, "顺利完成")]).value == "未完成"
    with pytest.raises(UsageError, match="“也许” is not what stands there"):
        chosen(options, "也许", [place(WATER_TEXT, "顺利完成")])


def test_a_value_is_given_in_the_units_of_its_field(at_water, water_schema):
    """1260.5万立方米 is 1260.5 of 万立方米, a fall is negative where the schema says so, a range has both bounds."""
    for name, phrase, value in [
        ("water", "1260.5万立方米", "1,260.5"), ("growth", "下降2.3%", "-2.3"), ("growth_target", "6.5%—7%", "6.5–7"),
    ]:  # fmt: skip
        (one,) = at_water.answers(water_schema.by_id[name], [place(WATER_TEXT, phrase)])
        assert value_of(one) == value


def test_an_entry_is_the_selection_and_what_the_grammar_sees(at_water, water_schema):
    """A few characters of an entry offer themselves, and the whole entry."""
    start, end = place(WATER_TEXT, "管网老化")
    assert [one.text for one in at_water.answers(water_schema.by_id["problems"], [(start, end - 2)])] == [
        "管网",
        "管网老化",
    ]


def test_what_is_inferred_is_typed_and_held_against_its_pattern(schema):
    """A level is typed; a title is not, and neither is a level that there is not."""
    assert typed(schema.by_id["level"], " county ").value == "county"
    with pytest.raises(UsageError, match="it must match province"):
        typed(schema.by_id["level"], "village")
    with pytest.raises(UsageError, match="select it in the text"):
        typed(schema.by_id["title"], "报告")


@given(start=st.integers(-3, len(PLAIN_TEXT) + 3), length=st.integers(-1, 60))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_selected_is_refused_or_quoted(pointing, schema, start, length):
    """Every selection is a sentence, or answers whose quotation stands at their evidence."""
    for name in ("emergency_drills", "title", "problems"):
        try:
            answers = pointing.answers(schema.by_id[name], [(start, start + length)])
        except UsageError:
            continue
        for one in answers:
            assert all(0 <= a < b <= len(PLAIN_TEXT) for a, b in one.evidence)
            quoted = "、".join(PLAIN_TEXT[a:b] for a, b in one.evidence)
            assert getattr(one, "text", quoted) == quoted
