"""Lists: where problems and plans stand, and which items are theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.find import find_candidates
from baogao.document import document_from_text
from baogao.extraction import ReportText
from baogao.rules.extractor import RulesExtractor
from baogao.rules.lists import find_regions, link_lists
from baogao.rules.rulebook import load_rulebook
from baogao.schema.load import load_schema

SCHEMA = load_schema("law_based_government")
EXTRACTOR = RulesExtractor(load_rulebook(None, SCHEMA))
WORK = (
    "青川县2022年法治政府建设工作报告\n\n一、工作情况\n（一）抓学习。一是办班。二是讲课。\n（二）抓执法。开展专项行动，发现问题9个。\n"
    + ("全县上下齐心协力，各项工作稳步推进，取得明显成效。" * 6 + "\n")
)
PROBLEMS, PLANS = ["学法不够系统", "力量比较薄弱"], ["加强学习培训", "充实执法队伍"]


def lists(text):
    """The items of every list, as printed."""
    document = document_from_text(WORK + text)
    candidates = find_candidates(document)
    found = EXTRACTOR.link(ReportText(document, candidates))[0].lists
    return {name: [candidates[one].text for one in ids] for name, ids in found.items()}


@pytest.mark.parametrize(
    "text",
    [
        "二、存在的问题\n一是学法不够系统，效果不好。二是力量比较薄弱。\n三、下一步工作安排\n一是加强学习培训，重在实效。二是充实执法队伍。\n",
        "二、存在问题和不足\n（一）学法不够系统。部分干部认识不到位。\n（二）力量比较薄弱。\n三、2023年工作计划\n1.加强学习培训。一是办班，二是讲课。\n2.充实执法队伍。\n",
        "二、存在的问题及下一步工作措施\n虽然取得成效，但还存在不足。一是学法不够系统。二是力量比较薄弱。\n下一步，将认真落实。一是加强学习培训。二是充实执法队伍。\n",
        "总的看，工作还有不小差距：学法不够系统，形式单一；力量比较薄弱；经费也较紧张。2023年，将突出抓好三件事：加强学习培训；充实执法队伍；保障必要经费。\n",
        "回顾一年，仍存在不少困难和问题。第一，学法不够系统。第二，力量比较薄弱。\n今后，要做好以下工作。第一，加强学习培训。第二，充实执法队伍。\n",
    ],
)
def test_problems_and_plans_by_heading_or_lead(text):
    """Own sections, a shared section, and sentences that run on; items inside items stay out."""
    found = lists(text)
    assert found["problems"][:2] == PROBLEMS
    assert found["plans"][:2] == PLANS
    assert len(found["problems"]) == len(found["plans"]) <= 3


def test_a_report_without_such_sections_has_no_items():
    """The items of the main part are no problems, and 发现问题9个 leads to none."""
    assert lists("") == {"problems": [], "plans": []}


@pytest.mark.parametrize(
    "text",
    [
        "7. 存在的问题\n(1) 学法不够系统。①办班少；②讲课少。\n(2) 力量比较薄弱。\n"
        "8. 2023年重点工作\n(1) 加强学习培训。\n(2) 充实执法队伍。\n",
        "■ 存在的困难\n● 学法不够系统：办班9期\n● 力量比较薄弱：缺编3人\n■ 下步打算\n● 加强学习培训\n● 充实执法队伍\n",
        "对照要求，还存在不足，首先，学法不够系统。其次，力量比较薄弱。\n下一步，一要加强学习培训。二要充实执法队伍。\n",
        "看到成绩的同时，也要清醒认识到：一是学法不够系统；二是力量比较薄弱。\n2023年，我县将再攀高峰：\n（一）加强学习培训。\n（二）充实执法队伍。\n",
        "工作中还有短处。第一件，学法不够系统。第二件，力量比较薄弱。\n二、明年工作安排\n（1）加强学习培训；\n（2）充实执法队伍。\n",
    ],
)
def test_markers_tell_items_from_headings(text):
    """Headings and items of one level but other markers; a first item behind a comma; headed items announced."""
    assert lists(text) == {"problems": PROBLEMS, "plans": PLANS}


HEADINGS = ["一、工作情况\n", "二、存在的问题\n", "三、下一步工作安排\n", "二、问题及打算\n"]
ITEMS = [
    "（一）学法不够系统。\n",
    "1.加强学习培训。\n",
    "一是力量薄弱。",
    "二是经费紧张。",
    "首先，学法不够。",
    "● 缺编\n",
]
LEADS = ["但还存在不足。", "下一步，将认真落实。", "全县上下齐心协力。\n"]
LINES = st.lists(st.sampled_from([*HEADINGS, *ITEMS, *LEADS]), max_size=14).map("".join)


@given(LINES)
def test_regions_do_not_overlap(text):
    """One ends where the next begins; a list's items lie in its region, in reading order, and in no other list."""
    document = document_from_text(text)
    candidates = find_candidates(document)
    rules = EXTRACTOR.rulebook.lists
    regions = find_regions(document, candidates, rules)
    ends = [region.span[1] for region in regions]
    assert all(0 <= region.span[0] <= region.span[1] <= len(text) for region in regions)
    assert all(end <= region.span[0] for end, region in zip(ends, regions[1:], strict=False))
    found = link_lists(document, candidates, rules, regions)
    spans = {region.name: region.span for region in regions}
    for name, ids in found.items():
        assert ids == sorted(ids)
        assert all(spans[name][0] <= candidates[one].start and candidates[one].end <= spans[name][1] for one in ids)
    assert set(found) == set(rules)
    assert len({one for ids in found.values() for one in ids}) == sum(map(len, found.values()))


def test_a_heading_of_two_lists_is_shared():
    """问题及打算: the list that it names first begins at once, the other at its own lead, and the first ends there."""
    problems = "二、存在的问题及下一步打算\n一是学法不够系统。二是力量比较薄弱。\n"
    text = f"{problems}下一步，将做好以下工作。一是加强学习培训。二是充实执法队伍。\n"
    assert lists(text) == {"problems": PROBLEMS, "plans": PLANS}


@pytest.mark.parametrize("far", [False, True])
def test_an_item_far_from_its_lead_is_not_its_own(far):
    """Between a lead and the first item stands one sentence at most."""
    between = "各方都已认识到。群众也有反映。有关部门正在研究。" if far else ""
    found = lists(f"总的看，工作还存在不足。{between}一是学法不够系统。二是力量比较薄弱。\n")
    assert found["problems"] == ([] if far else PROBLEMS)


def test_a_lead_in_the_main_part_is_not_believed():
    """Problems that are told of early were solved."""
    text = "年初还存在不足。一是学法不够系统。二是力量比较薄弱。\n" + "全县上下齐心协力，各项工作稳步推进。\n" * 12
    document = document_from_text(text)
    found = EXTRACTOR.link(ReportText.from_document(document))[0].lists
    assert found["problems"] == []


MORE = ["学法不够系统", "人手比较紧张", "办案经费不足"]


@pytest.mark.parametrize(
    "body",
    [
        "学法不够系统。人手比较紧张。办案经费不足。\n",
        "学法不够系统，流于形式。人手比较紧张，一人多岗。办案经费不足，捉襟见肘。\n",
        "当前工作还存在一些不足。学法不够系统。人手比较紧张。办案经费不足。\n",
        "学法不够系统。\n人手比较紧张。\n办案经费不足。\n",
        "学法不够系统，人手比较紧张，办案经费不足。\n",
        "主要表现为：学法不够系统，人手比较紧张，办案经费不足。\n",
        "主要表现为三点，即学法不够系统，人手比较紧张，办案经费不足。\n",
        "表现在学法不够系统、人手比较紧张、办案经费不足。\n",
        "学法不够系统；人手比较紧张；办案经费不足。\n",
        "序号\t问题\t措施\n1\t学法不够系统\t办班讲课\n2\t人手比较紧张\t招录人员\n3\t办案经费不足\t争取资金\n",
        "（一）主要问题\n1.学法不够系统。\n2.人手比较紧张。\n3.办案经费不足。\n",
        "学法不够系统。人手比较紧张。办案经费不足。\n特此报告。\n青川县人民政府\n2023年1月9日\n",
    ],
)
def test_lists_without_marks(body):
    """Sentences, clauses, parts of a series and rows; not what leads to them, nor what ends the report."""
    assert lists(f"二、存在的问题\n{body}")["problems"] == MORE


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("二、存在的问题\n学法不够系统。一是人手比较紧张。二是办案经费不足。\n", MORE[1:]),
        ("二、存在的问题\n学法不够系统；人手比较紧张；办案经费不足。人手不足。形式单一。\n", MORE),
        ("二、存在的问题\n（一）学法不够系统。①办班少，讲课少。②人手少。\n（二）人手比较紧张。\n", MORE[:2]),
        ("二、存在的问题\n学法不够系统。\n", []),
    ],
)
def test_the_best_parted_entries_are_taken(text, problems):
    """Marked entries before unmarked ones, a series before sentences; a single sentence is no list."""
    assert lists(text)["problems"] == problems
