"""The rules for government work reports, sentence by sentence, and what they read beside figures."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from baogao.asking.examples import load_choices, load_examples
from baogao.document import document_from_text
from baogao.extraction import ReportText
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema.load import load_schema

SCHEMA = load_schema("government_work_report")
EXTRACTOR = RulesExtractor(load_rulebook(None, SCHEMA))
SENTENCES = yaml.safe_load((Path(__file__).parent / "work_report_sentences.yaml").read_text(encoding="utf-8"))
FRAME = """政府工作报告
——2025年1月8日在青河县第十八届人民代表大会第四次会议上
青河县人民政府县长　李　明

各位代表：
一、2024年工作回顾
{}
二、2025年工作安排
{}
"""


def read(text, plan="今年要努力。"):
    """A report and its extraction."""
    report = ReportText.from_document(document_from_text(FRAME.format(text, plan)), SCHEMA.sought)
    return report, EXTRACTOR.link(report)[0]


def values(text, plan):
    """Field to value, in the field's unit."""
    report, extraction = read(text, plan)
    found = {}
    for name, link in extraction.fields.items():
        spec, candidate = SCHEMA.by_id[name], report.candidates[link.candidates[0]]
        value = candidate.value_for(spec)
        found[name] = SCHEMA.units.converted(value, candidate.unit, spec.unit)
    return found


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: case.get("text", case.get("plan"))[:16])
def test_a_sentence_fills_its_fields_and_no_others(case):
    """Levels, changes, targets, coordination, tables, and what must not count."""
    wanted = {name: Decimal(str(value)) for name, value in case["fields"].items()}
    assert values(case.get("text", "做了工作。"), case.get("plan", "今年要努力。")) == wanted


def test_the_head_tells_date_speaker_congress_and_place():
    """What is printed below the title; the period is the year before."""
    _, extraction = read("做了工作。")
    words = {name: one.value for name, one in extraction.words.items()}
    assert words == {
        "delivered_on": "2025-01-08",
        "delivered_by": "李明",
        "congress": "青河县第十八届人民代表大会第四次会议",
    }
    metadata = {name: one.value for name, one in extraction.metadata.items()}
    assert metadata == {
        "title": "政府工作报告",
        "jurisdiction": "青河县",
        "level": "county",
        "period_start": "2024-01",
        "period_end": "2024-12",
    }


@pytest.mark.parametrize(
    ("sentence", "field", "option"),
    [
        ("圆满完成了县人大确定的各项目标任务。", "targets_met", "完成"),
        ("多数目标较好完成，但个别指标未达到预期。", "targets_met", "未全部完成"),
        ("十件民生实事全部办结。", "livelihood_deeds_done", "是"),
        ("十件民生实事，九件办结，一件结转到今年。", "livelihood_deeds_done", "否"),
    ],
)
def test_a_choice_is_made_by_the_report_s_own_words(sentence, field, option):
    """Both options of both choices; what speaks against comes first."""
    assert read(sentence)[1].words[field].value == option


def test_problems_and_tasks_are_listed_and_targets_are_no_tasks():
    """Problems stand in the middle of the report; a numbered series of targets before the tasks is left out."""
    report, extraction = read(
        "经济稳中有进。\n还存在一些困难和问题：一是产业链条不长；二是财政收支矛盾突出；三是民生短板不少。",
        "1．地区生产总值增长5%；\n2．社会消费品零售总额增长6%；\n3．城镇新增就业2600人。\n"
        "重点做好以下三个方面工作：\n（一）着力壮大产业。抓好园区建设。\n（二）着力扩大投资。抓好项目建设。\n"
        "（三）着力改善民生。抓好教育医疗。",
    )
    heads = {name: [report.candidates[one].text for one in found] for name, found in extraction.lists.items()}
    assert heads["problems"] == ["产业链条不长", "财政收支矛盾突出", "民生短板不少"]
    assert heads["tasks"] == ["着力壮大产业", "着力扩大投资", "着力改善民生"]


def test_worked_examples_are_of_the_schema():
    """The forms and choices shown to a model name fields that there are."""
    assert len(load_examples(SCHEMA)) == 2
    assert {choice.right < len(choice.labels) for choice in load_choices(SCHEMA)} == {True, False}
