"""Why stated fields were missed: where on the way the figure that gold means was lost."""

from pathlib import Path

import pytest

from baogao.document import document_from_text
from baogao.evaluation.compiling import to_gold
from baogao.evaluation.gold import Gold
from baogao.evaluation.marks import parse
from baogao.evaluation.scoring import Scores, score_document
from baogao.evaluation.silence import Asked, Silence, Silent
from baogao.evaluation.submissions import Submission
from baogao.evaluation.taxonomy import Setting
from baogao.schema.values import Answer, HeldBack

TEXT = """某港2024年工作报告

一、港口生产
全年完成货物吞吐量{1200万吨|cargo=1200}，比上年下降{2.3%|cargo_growth=-2.3}。居全国{第三|place=3}。
全年完成投资{叁点二个亿|invested=3.2}。港长{王海川|issued_by}。
二、下一步打算
明年吞吐量增长{6%|cargo_target=6}。

计划{圆满完成|plan_met=完成}。
{城东泊位|berths.1.name}造价{2亿元|berths.1.cost=2}。
"""
RULES, FORM, LINK = Asked("rules"), Asked("llm", "form"), Asked("llm", "link")
THEIRS = Asked("theirs", None, foreign=True)


def why(every_kind, source: str, asked: Asked, **fields: Answer) -> dict[str, str]:
    """Of each field that was missed, why; by answers to some of the fields."""
    marked = parse(source)
    gold: Gold = to_gold(marked, every_kind, Path("doc.marked.txt"))
    document = document_from_text(marked.text, "doc")
    score = score_document(gold, Submission("doc", "here", fields=fields), every_kind)
    settings = {"doc": Setting(document, gold, every_kind.sought)}
    found: list[Silence] = list(Silent(every_kind).of(asked, "set", Scores((score,)), settings))
    return {one.field: one.why() for one in found}


def test_silence_of_rules(every_kind) -> None:
    """A figure that is no candidate was lost by the grammar; the others could be chosen."""
    found = why(every_kind, TEXT, RULES, cargo=Answer(status="reported", value=7))
    assert found == {
        "issued_by": "nothing said",
        "plan_met": "nothing said",
        "cargo": "another said",
        "cargo_growth": "nothing said",
        "cargo_target": "nothing said",
        "place": "nothing said",
        "invested": "no candidate",
        "berths.name": "no such row",
        "berths.cost": "no such row",
    }


@pytest.mark.parametrize(("asked", "reason"), [(RULES, "cue"), (FORM, "cue"), (LINK, "said"), (THEIRS, "said")])
def test_a_candidate_that_its_cues_bar(every_kind, asked: Asked, reason: str) -> None:
    """It is shown to nobody but a model that is shown everything; of others' records nothing is known."""
    source = "某港2024年报告\n\n一、生产\n上年同期吞吐量为{1100万吨|cargo=1100}。\n"
    expected = {"cue": "excluded by a cue: prior_year", "said": "nothing said"}[reason]
    assert why(every_kind, source, asked) == {"cargo": expected}


def test_a_candidate_that_lacks_a_cue(every_kind) -> None:
    """A target wants one that says so."""
    source = "某港2024年报告\n\n一、生产\n全年吞吐量增长{6%|cargo_target=6}。\n"
    assert why(every_kind, source, RULES) == {"cargo_target": "excluded by a cue: no target"}


@pytest.mark.parametrize("way", ["form", "choice", "blank"])
def test_a_field_that_was_not_on_the_form(every_kind, way: str) -> None:
    """A figure among words of no field brings none; one among its own field's words does."""
    strange = "某港2024年报告\n\n一、生产\n本处另有{1200万吨|cargo=1200}。\n"
    known = "某港2024年报告\n\n一、生产\n全年货物吞吐量{1200万吨|cargo=1200}。\n"
    assert why(every_kind, strange, Asked("llm", way)) == {"cargo": "not on the form"}
    assert why(every_kind, known, Asked("llm", way)) == {"cargo": "nothing said"}
    assert why(every_kind, strange, LINK) == {"cargo": "nothing said"}


def test_words_that_no_form_showed(every_kind) -> None:
    """A choice far from the beginning, in a sentence that shares no word with its field."""
    far = "某港2024年报告\n\n" + "港口平安。\n" * 60
    assert why(every_kind, far + "各项{都好|plan_met=完成}。\n", FORM) == {"plan_met": "not on the form"}
    assert why(every_kind, far + "全年计划{都完成|plan_met=完成}。\n", FORM) == {"plan_met": "nothing said"}


def test_an_answer_that_was_held_back(every_kind) -> None:
    """The reader found one, and it was not sure enough."""
    read = {"status": "reported", "value": 1200, "evidence": [], "text": "", "confidence": 0.3, "by": "llm"}
    held = Answer(status="not_reported", held_back=HeldBack(**read, reason="below 0.5"))
    source = "某港2024年报告\n\n一、生产\n全年货物吞吐量{1200万吨|cargo=1200}。\n"
    assert why(every_kind, source, RULES, cargo=held) == {"cargo": "held back"}


def test_what_is_right_has_no_reason(every_kind) -> None:
    """Nor has what gold allows and does not ask for."""
    source = "某港2024年报告\n\n吞吐量{1200万吨|cargo=1200}，投资{2亿元|invested?=2}。\n"
    assert why(every_kind, source, RULES, cargo=Answer(status="reported", value=1200)) == {}
