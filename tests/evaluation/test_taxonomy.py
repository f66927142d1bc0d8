"""Causes of error: what is certain decides before the cues of the context do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text
from baogao.evaluation.gold import GoldField
from baogao.evaluation.judging import judge
from baogao.evaluation.marks import parse
from baogao.evaluation.scoring import Score
from baogao.evaluation.taxonomy import CAUSES, Cause, Setting, cause_of
from baogao.schema.values import Answer
from evaluation.run_fixtures import EVERY_MARKED

TEXT = """---
metadata: {title: null, issuer: null}
---
某市2023年公交年报

一、总体情况
年末公交车辆{120辆|buses=120}，2022年为100辆，同比增长20%。全年客运量{65000人次|passengers=65000}，其中城区15000人次。
正点率{98.5%|punctuality=98.5}。春季演练{2场|drills+=2}，秋季演练{3场|drills+=3}。站台广告77块。
二、下一步计划
2024年公交车辆力争达到150辆。
"""


@pytest.fixture(scope="module")
def setting(compiled):
    """The report above and its gold."""
    return Setting(document_from_text(parse(TEXT).text), compiled(TEXT))


def cause(setting: Setting, field: str, phrase: str, value: float, status: str = "reported") -> Cause | None:
    """The cause of answering a field with the first place of a phrase."""
    start = setting.document.text.index(phrase)
    answer = Answer(status=status, value=value, bound="exact", evidence=[(start, start + len(phrase))])
    verdict, _ = judge(setting.gold.field(field), answer)
    return cause_of(Score("doc", field, verdict, answer, setting.gold.field(field)), setting)


@pytest.mark.parametrize(
    ("field", "phrase", "value", "expected"),
    [
        ("buses", "120辆", 120, None),
        ("buses", "100辆", 100, "prior_year"),
        ("buses", "20%", 20, "growth"),
        ("buses", "150辆", 150, "target"),
        ("passengers", "15000人次", 15000, "part_for_total"),
        ("drills", "2场", 2, "part_for_total"),
        ("buses", "65000人次", 65000, "neighbouring_field"),
        ("passengers", "65000人次", 65, "invented"),
        ("accidents", "77块", 77, "unasked_figure"),
        ("accidents", "站台广告", 3, "invented"),
    ],
)
def test_causes(setting, field, phrase, value, expected):
    """One wrong answer for each cause that a place can have."""
    assert cause(setting, field, phrase, value) == expected


def test_the_right_place_misread(setting):
    """A none read out of the field's own figure is a misreading; one from elsewhere is misplaced."""
    assert cause(setting, "buses", "120辆", 0, "reported_none") == "misread_number"
    assert cause(setting, "accidents", "站台广告", 0, "reported_none") == "misplaced_none"


def test_no_evidence_is_invented(setting):
    """A value that points nowhere, or outside of the text, cannot have been read."""
    for evidence in (None, [], [(10_000, 10_003)]):
        answer = Answer(status="reported", value=120, bound="exact", evidence=evidence)
        score = Score("doc", "accidents", "spurious", answer, GoldField(status="not_reported"))
        assert cause_of(score, setting) == "invented"


def test_silence_and_failure(setting):
    """A stated field without an answer is missed, or failed with its document; an unstated one is no error."""
    stated, silent = setting.gold.field("buses"), setting.gold.field("accidents")
    assert cause_of(Score("doc", "buses", "missing", None, stated), setting) == "missed"
    assert cause_of(Score("doc", "buses", "errored", None, stated), setting) == "failed"
    assert cause_of(Score("doc", "accidents", "errored", None, silent), setting) is None


def test_a_second_copy_is_not_the_report(compiled):
    """A figure from a passage that is not read is called so."""
    body = TEXT.split("---\n", 2)[2]
    plain = parse(body).text
    doubled = f"{plain}\n{plain}"
    document = document_from_text(doubled)
    assert document.copies, "the second body is seen as a copy"
    setting = Setting(document, compiled(TEXT))
    start = doubled.rindex("77块")
    answer = Answer(status="reported", value=77, bound="exact", evidence=[(start, start + 3)])
    score = Score("doc", "accidents", "spurious", answer, GoldField(status="not_reported"))
    assert cause_of(score, setting) == "wrong_copy"


def test_every_cause_is_explained():
    """A report prints a name and a meaning for each."""
    assert all(name and meaning for name, meaning in CAUSES.values())


@pytest.mark.parametrize(
    ("phrases", "value", "expected"),
    [
        (["2场", "3场"], 5, "unasked_figure"),
        (["2场", "3场"], 3, "unasked_figure"),
        (["2场", "3场"], 6, "invented"),
        (["77块", "站台广告"], 77, "unasked_figure"),
        (["站台广告", "全年客运量"], 77, "invented"),
        (["站台广告", "二、下一步计划"], 77, "unasked_figure"),
    ],
)
def test_what_several_places_can_say(setting, phrases, value, expected):
    """One of their figures or the sum of all; where one place has no figure, any that has digits may be misread."""
    gold = setting.gold.model_copy(update={"fields": {}})
    spans = [(start := setting.document.text.index(phrase), start + len(phrase)) for phrase in phrases]
    answer = Answer(status="reported", value=value, bound="exact", evidence=spans)
    score = Score("doc", "accidents", "spurious", answer, GoldField(status="not_reported"))
    assert cause_of(score, Setting(setting.document, gold)) == expected


def test_a_sum_that_lacks_a_part(compiled):
    """Some of the parts, and not all of them, are part for total; all of them with another value are a misreading."""
    source = "---\nmetadata: {}\n---\n一、演练\n春季{2场|drills+=2}，夏季{3场|drills+=3}，秋季{4场|drills+=4}。\n"
    setting = Setting(document_from_text(parse(source).text), compiled(source))
    copy = setting.gold.fields["drills"].evidence[0]
    for spans, value, expected in ((copy[:2], 5, "part_for_total"), (copy, 4, "misread_number")):
        answer = Answer(status="reported", value=value, bound="exact", evidence=spans)
        verdict, _ = judge(setting.gold.field("drills"), answer)
        assert cause_of(Score("doc", "drills", verdict, answer, setting.gold.field("drills")), setting) == expected


def test_right_answers_have_no_cause(setting):
    """Neither a correct one nor silence on what is silent, nor a neutral one."""
    for verdict in ("correct", "absent", "neutral"):
        assert cause_of(Score("doc", "buses", verdict, None, setting.gold.field("buses")), setting) is None


@given(st.data())
def test_every_error_has_one_cause_that_is_explained(setting, data):
    """Wherever an answer points and whatever it says, its cause is one that the report has words for."""
    length = len(setting.document.text)
    spans = data.draw(st.lists(st.tuples(st.integers(-1, length), st.integers(0, length + 1)), max_size=3))
    status = data.draw(st.sampled_from(["reported", "reported_none"]))
    value = data.draw(st.sampled_from([0, 2, 5, 100, 120, 15000]))
    answer = Answer(status=status, value=value, bound="exact", evidence=spans)
    name = data.draw(st.sampled_from(["buses", "passengers", "drills", "accidents"]))
    verdict, _ = judge(setting.gold.field(name), answer)
    found = cause_of(Score("doc", name, verdict, answer, setting.gold.field(name)), setting)
    assert (found in CAUSES) if verdict in ("wrong", "spurious") else found is None


@pytest.mark.parametrize(
    ("field", "printed", "value", "expected"),
    [
        ("cargo", "1.2亿吨", 1.2, "invented"),
        ("cargo", "3.2亿元", 32000, "invented"),
        ("invested", "0.8亿元", 0.8, "neighbouring_field"),
        ("cargo_target", "6%—6.5%", 6, "misread_number"),
        ("cargo_growth", "2.3%", 2.3, "misread_number"),
        ("plan_met", "圆满完成", "未完成", "misread_number"),
        ("issued_by", "城东泊位", "城东泊位", "neighbouring_field"),
        ("issued_by", "城东泊位", "城西泊位", "invented"),
        ("issued_on", "2024年3月", "2024-03", "neighbouring_field"),
    ],
)
def test_causes_of_every_kind(
    every_kind, compiled_every, field: str, printed: str, value: object, expected: str
) -> None:
    """A value must be readable at its place in the field's unit; a cell of a row is another field's answer, too."""
    source = EVERY_MARKED.format(cargo=1200).replace("{1200万吨|cargo=1200}", "{1.2亿吨|cargo=12000}")
    text = parse(source).text
    start = text.index(printed)
    answer = Answer(status="reported", value=value, evidence=[(start, start + len(printed))])
    gold = compiled_every(source)
    score = Score.of("doc", every_kind.by_id[field], gold.field(field), answer)
    assert score.verdict == "wrong"
    assert cause_of(score, Setting(document_from_text(text), gold, every_kind.sought)) == expected
