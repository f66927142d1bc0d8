"""Topics: where they are mentioned, and how far they reach."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.rules.clauses import Clause, clauses_of
from baogao.rules.rulebook import ANY_TOPIC, Topic
from baogao.rules.topics import TopicMap, TopicWords, without_stray_spaces
from short_reports import Read, read

WORDS = TopicWords(
    (
        Topic("grain", ("粮", "粮食", "粮仓"), ()),
        Topic("hall", ("食堂",), (re.compile(r"食.{0,2}堂"),)),
        Topic("road", ("公路", "路"), ()),
        Topic("wide", ("全省",), (), background=True),
    )
)
TEXTS = st.lists(
    st.sampled_from(["粮", "食", "堂", "仓", "公", "路", "全省", "收购", "9吨", "7项", *"，。；\n "]), max_size=24
).map("".join)


def mapped(text: str) -> tuple[Read, TopicMap, list[Clause]]:
    """A text with its topics, and its clauses marked."""
    report = read(text)
    topic_map = TopicMap(report.document, WORDS)
    clauses = list(clauses_of(report.document, report.candidates))
    for clause in clauses:
        topic_map.mark(clause)
    return report, topic_map, clauses


def around(text: str, figure: str) -> dict[str, float]:
    """The topics that may govern a figure."""
    report, topic_map, clauses = mapped(text)
    (place,) = [at for at, clause in enumerate(clauses) if report.of(figure) in clause.figures]
    return topic_map.around(clauses, place)


@given(TEXTS)
def test_every_mention_is_found(text):
    """One walk finds what looking for each word at each place finds, words inside words among them."""
    words = [("粮", "grain"), ("粮食", "grain"), ("粮仓", "grain"), ("食堂", "hall"), ("公路", "road"), ("路", "road")]
    words += [("全省", "wide")]
    slow = [(at, name) for word, name in words for at in range(len(text)) if text.startswith(word, at)]
    slow += [(match.start(), "hall") for match in re.finditer(r"食.{0,2}堂", text)]
    assert sorted(WORDS.mentions(text)) == sorted(slow)


def test_no_topics_at_all():
    """A rules file may have none; then nothing is mentioned."""
    assert list(TopicWords(()).mentions("粮食，公路。")) == []


@given(st.text("粮食 　9，\n", max_size=30))
def test_stray_spaces_are_left_out(text):
    """What is left is the text at its old places; only spaces between two Chinese characters are gone."""
    found, places = without_stray_spaces(text)
    if not places:
        assert found == text
        return
    assert [text[place] for place in places] == list(found)
    assert places == sorted(set(places))
    gone = set(range(len(text))) - set(places)
    assert {text[place] for place in gone} <= {" ", "　"}
    assert not re.search(r"[粮食][ 　]+[粮食]", found)


@given(TEXTS)
def test_a_span_has_the_topics_of_its_words(text):
    """What a clause mentions is what its own characters mention, torn words aside."""
    report, topic_map, clauses = mapped(text)
    for clause in clauses:
        named = {name for _, name in WORDS.mentions(report.document.slice(clause.span))}
        assert named <= set(clause.topics)
        assert clause.is_rival == bool(set(clause.topics) - {"wide"})
        assert topic_map.within(clause.span) == clause.topics


@given(TEXTS)
def test_topics_have_the_order_of_their_words(text):
    """In a clause, and at the head of those around it: of two patterns that score alike the first is taken."""
    report, topic_map, clauses = mapped(text)
    for place, clause in enumerate(clauses):
        mentions = sorted(WORDS.mentions(report.document.slice(clause.span)))
        named = list(dict.fromkeys(name for _, name in mentions))
        assert [name for name in clause.topics if name in named] == named
        assert list(topic_map.around(clauses, place))[: len(clause.topics)] == list(clause.topics)


@given(TEXTS)
def test_weights_lie_between_0_and_1(text):
    """A clause's own topics weigh 1, others less, and some topic is always there for patterns that want none."""
    _, topic_map, clauses = mapped(text)
    for place, clause in enumerate(clauses):
        found = topic_map.around(clauses, place)
        assert all(0 < weight <= 1 for weight in found.values())
        assert {name for name, weight in found.items() if weight == 1} == set(clause.topics)
        assert ANY_TOPIC in found


def test_a_topic_is_inherited_until_a_rival_comes():
    """Its weight falls with distance and with every rival; a background topic is no rival."""
    text = "粮食收购9吨，入库8吨。公路通车，全省7项。公路检修6项。"
    assert around(text, "9吨")["grain"] == 1
    assert 1 > around(text, "8吨")["grain"] > around(text, "6项")["grain"]
    assert around(text, "7项")["road"] > around(text, "7项")["grain"]
    rival, background = (around(f"粮食9吨，{word}7项，入库8吨。", "8吨")["grain"] for word in ("公路", "全省"))
    assert rival < background


def test_a_topic_does_not_reach_for_ever():
    """After many rivals it is forgotten, and what stands before it is not looked at."""
    rivals = "食堂开张。公路通车。" * 6
    assert "grain" not in around(f"粮食丰收。{rivals}入库8吨。", "8吨")


def test_sentences_and_paragraphs_count():
    """A topic fades from sentence to sentence, and more so from paragraph to paragraph."""
    near, far = around("粮食丰收。入库8吨。", "8吨")["grain"], around("粮食丰收。大家满意。入库8吨。", "8吨")["grain"]
    assert near > far
    assert around("粮食丰收。\n入库8吨。", "8吨")["grain"] < near


def test_a_topic_is_found_in_words_torn_by_spaces():
    """A bad scan's spaces inside a word do not hide the topic."""
    assert around("粮 食收购9吨。", "9吨")["grain"] == 1


def test_what_follows_may_name_it():
    """A clause without figures just after says what was counted; one with its own figures does not, nor a sentence."""
    assert 0 < around("收购9吨，均为粮食。", "9吨")["grain"] < 1
    assert "grain" not in around("收购9吨，粮食7吨。", "9吨")
    assert "grain" not in around("收购9吨。粮食丰收。", "9吨")


@pytest.mark.parametrize("heading", ["一、粮食\n", "一、丰收\n（一）粮食\n"])
def test_a_heading_speaks_for_its_section(heading):
    """A topic that only a heading names still counts, with a lower weight, in all its sentences."""
    text = heading + "本年情况很好。大家满意。" + "各地都满意。" * 12 + "收购9吨。\n"
    assert 0.7 <= around(text, "9吨")["grain"] < 1


def test_the_heads_of_a_cell_name_its_topic():
    """They alone decide; heads that name no topic leave it to what stands around."""
    _, topic_map, _ = mapped("公路通车。")
    assert topic_map.of_label("粮食 2022年")["grain"] == 1
    assert ANY_TOPIC in topic_map.of_label("粮食 2022年")
    assert topic_map.of_label("检修 2022年") == {}


def test_the_line_above_a_table_lends_its_topic():
    """To every row of the table, with a lower weight than the cell's own heads."""
    report, topic_map, _ = mapped("公路养护统计\n项目\t2022年\t2021年\n检修\t7件\t6件\n新建\t5件\t4件\n")
    rows = [number for number, sentence in enumerate(report.document.sentences) if sentence.row]
    assert rows
    assert [topic_map.of_caption(row) for row in rows] == [{"road": pytest.approx(0.9)}] * len(rows)
