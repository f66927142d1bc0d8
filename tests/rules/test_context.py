"""Contexts: what the rules see around a figure or a phrase that says "none"."""

import pytest

from baogao.candidates.find import find_candidates
from baogao.document import document_from_text
from baogao.rules.context import build_contexts
from baogao.rules.rulebook import Topic
from baogao.rules.topics import TopicWords

TOPICS = TopicWords(
    (
        Topic("grain", ("粮食",), ()),
        Topic("road", ("公路",), ()),
        Topic("wide", ("全省",), (), background=True),
    )
)
MEASURES = frozenset({"件", "场", "人", "项", "吨", "%", "名", ""})


def contexts(text):
    """The contexts of a text, by the candidate's own text."""
    document = document_from_text(text)
    found = build_contexts(document, find_candidates(document), TOPICS, MEASURES)
    return {context.candidate.text: context for context in found}


def own(text, figure):
    """A figure's own clause."""
    context = contexts(text)[figure]
    return context.text[slice(*context.own)]


@pytest.mark.parametrize(
    ("text", "figure", "clause"),
    [
        ("共收到来信37件，其中办结36件。", "36件", "其中办结№"),
        ("收到来信37件、来电12件。", "12件", "来电№"),
        ("来信37件和来电12件已办。", "37件", "来信№"),
        ("对3项计划的12件来信作了答复。", "12件", "对#计划的№来信作了答复"),
        ("终止（和解、调解）12件。", "12件", "终止和解、调解№"),
        ("办结（含上年结转8件）40件。", "40件", "办结№"),
        ("来信由8件增至12件。", "12件", "来信增至№"),
        ("来信 由 8 件 增至 12 件 。", "12件", "来信增至№"),
    ],
)
def test_a_figure_is_read_in_its_own_clause(text, figure, clause):
    """Punctuation and enumeration part figures; brackets without figures and nouns between them do not."""
    assert own(text, figure) == clause


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("收到、办理、办结来信分别为9件、8件、7件。", {"9件": "收到为№", "8件": "办理为№", "7件": "办结来信为№"}),
        ("办理来信与来电9件和8件。", {"9件": "办理来信№", "8件": "来电№"}),
        ("来信、来电各为 9 件、8 件。", {"9件": "来信为№", "8件": "来电为№"}),
        ("来信和来电，截至12月末分别为9件和8件。", {"9件": "来信为№", "8件": "来电为№"}),
        ("来信9件、来电8件，前者办结7件，后者办结6件。", {"7件": "来信办结№", "6件": "来电办结№"}),
        ("各级各类窗口接件、办件9件。", {"9件": "各级各类窗口接件、办件№"}),
        ("在甲、乙两地举办晚会9场、86人参加。", {"9场": "在甲、乙两地举办晚会№"}),
    ],
)
def test_names_listed_first_go_to_the_figures_listed_after(text, leads):
    """分别, a bare list, 前者 and 后者; and no distribution where the figures are of different kinds."""
    assert {figure: own(text, figure) for figure in leads} == leads


def test_what_another_figure_grew_from_is_left_out():
    """由9件增至12件 has one figure of this period; so has 没有一件."""
    assert set(contexts("来信由9件增至12件。")) == {"12件"}
    assert not any(context.candidate.kind == "number" for context in contexts("没有一件来信。").values())


def test_clauses_without_figures_lend_their_words():
    """The clauses before and after are in the text, outside the own clause."""
    context = contexts("来信不少，办了12件，均已办结。")["12件"]
    assert context.text == "来信不少，办了№，均已办结。"
    assert context.text[slice(*context.own)] == "办了№"


def test_a_figure_in_brackets_is_aside():
    """What stands in brackets is a part or a comparison."""
    found = contexts("办结来信9件（维持8件），来电7件。")
    assert [found[text].aside for text in ("9件", "8件", "7件")] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "figure", "clause"),
    [
        ("农村信使，58名，由村民担任。", "58名", "农村信使№"),
        ("集体讨论的事项——37项，上年49项。", "37项", "集体讨论的事项№"),
        ("来信满意率，镇街均为100%。", "100%", "来信满意率镇街均为№"),
        ("来信数量因汛情激增，由上年的208件增至437件。", "437件", "来信数量因汛情激增增至№"),
        ("来信办理，上年52件，本年43件。", "43件", "来信办理本年№"),
        ("来信评查。360件，由专人打分。", "360件", "来信评查№"),
        ("来信22件，9人到场。", "9人", "№到场"),
        ("来信22件，9件来电。", "9件", "№来电"),
    ],
)
def test_a_bare_figure_takes_the_name_before_it(text, figure, clause):
    """A figure alone in its clause counts what the clause, the heading or last year's figure before it names."""
    assert own(text, figure) == clause


def test_a_bare_none_takes_the_name_before_it():
    """“…，没有发生过” says of the clause before that there was none; a phrase with its own noun does not."""
    found = contexts("以政府为被告的行政诉讼，没有发生过。")
    (bare,) = [context for context in found.values() if context.candidate.kind == "none"]
    assert "行政诉讼" in bare.text[slice(*bare.own)]
    found = contexts("以调解为主，没有一件被撤销。")
    (full,) = [context for context in found.values() if context.candidate.kind == "none"]
    assert "调解" not in full.text[slice(*full.own)]


def test_the_line_above_a_table_lends_its_topic():
    """A cell's heads seldom repeat what the whole table is about."""
    found = contexts("公路养护统计\n项目\t2022年\t2021年\n检修\t7件\t6件\n")
    assert found["7件"].topics["road"] >= 0.9
