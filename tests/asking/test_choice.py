"""The choice way of asking, against a model that follows a script."""

from __future__ import annotations

import asyncio
import re
import time
import unicodedata
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baogao.asking.choice import LETTERS, ChoiceExtractor, read_choice, read_letter, words_around
from baogao.asking.passages import Shortlist
from baogao.candidates.candidate import Candidate
from baogao.errors import ReplyError
from baogao.extraction import UNSAID_CONFIDENCE, Extraction, Settled
from baogao.llm import load_prompts
from baogao.llm.messages import Reply, TokenLogprob
from baogao.usage import usage_scope
from llm.fake_server import FakeServer, completion, fake_server
from short_reports import Read, client_of, read

TEXT = """海坨市2022年经济社会发展统计公报

一、综合
全年地区生产总值86.4亿元，比上年增长5.8%。

二、人口
年末常住人口21.03万人，城镇化率47.6%。
"""


def extractor_of(client, schema, most=None) -> ChoiceExtractor:
    """A choice extractor as the command line makes it."""
    return ChoiceExtractor(schema, client, load_prompts(), most)


def extract(server: FakeServer, report: Read, schema, settled=None, most=None) -> Extraction:
    """Ask the server about one report."""

    async def ask() -> Extraction:
        async with client_of(server.url, logprobs=True) as client:
            return await extractor_of(client, schema, most).extract(report, settled or Settled())

    return asyncio.run(ask())


def choosing(label: str, logprob: float | None = -0.1):
    """A model that chooses a label where it is on offer, and none of them elsewhere."""

    def script(seen):
        lines = seen.body["messages"][-1]["content"].splitlines()[1:]
        chosen = next((line for line in lines if line[2:] == label), lines[-1])[0]
        return completion(chosen, logprobs=None if logprob is None else [(chosen, logprob)])

    return script


def test_a_letter_becomes_a_link(communique):
    """The chosen field is linked to the figure that was asked about, as sure as the letter was probable."""
    report = read(TEXT)
    with fake_server(choosing("地区生产总值")) as server, usage_scope() as usage:
        extraction = extract(server, report, communique)
    assert list(extraction.fields) == ["gdp"]
    link = extraction.fields["gdp"]
    assert link.candidates == (report.of("86.4亿元").id,)
    assert link.by == "llm"
    assert link.confidence == pytest.approx(0.905, abs=0.001)
    assert usage.requests == len(server.seen)


def test_a_server_without_probabilities(communique):
    """Without log-probabilities a choice counts as any answer whose model does not say how sure it is."""
    with fake_server(choosing("地区生产总值", logprob=None)) as server:
        assert extract(server, read(TEXT), communique).fields["gdp"].confidence == UNSAID_CONFIDENCE


def test_the_surest_figure_wins(communique):
    """Of two figures for one field the one with the likelier letter is taken."""

    def script(seen):
        question = seen.body["messages"][-1]["content"]
        logprob = -0.05 if "【86.4亿元】" in question else -0.9
        return completion("A", logprobs=[("A", logprob)])

    report = read("全年地区生产总值86.4亿元。其中城区地区生产总值40.1亿元。")
    with fake_server(script) as server:
        extraction = extract(server, report, communique)
    assert extraction.fields["gdp"].candidates == (report.of("86.4亿元").id,)


def test_what_is_settled_is_not_asked(communique):
    """Neither a settled figure is asked about, nor a settled field offered; last year's figures never are."""
    report = read(TEXT)
    settled = Settled(frozenset({"gdp"}), frozenset({report.of("86.4亿元").id}))
    with fake_server(choosing("地区生产总值")) as server:
        assert extract(server, report, communique, settled).fields == {}
        asked = [seen.body["messages"][-1]["content"] for seen in server.seen]
    assert asked
    assert not any("【86.4亿元】" in question or "【5.8%】" in question for question in asked)
    assert not any(line.endswith("地区生产总值") for question in asked for line in question.splitlines()[1:])


def test_questions_are_bounded(communique):
    """``most`` bounds the questions; the figures whose words fit best are asked about, in reading order."""
    report = read(TEXT)
    client = client_of("http://127.0.0.1:9/v1")
    every = extractor_of(client, communique).choices(report, Settled())
    assert len(every) == 3
    for most in (1, 2):
        best = extractor_of(client, communique, most).choices(report, Settled())
        assert len(best) == most
        assert min(one.fit for one in best) >= max(one.fit for one in every if one not in best)
        assert [one.candidate.id for one in best] == sorted(one.candidate.id for one in best)
        with fake_server(choosing("地区生产总值")) as server:
            extract(server, report, communique, most=most)
            asked = [re.findall("【(.+?)】", seen.body["messages"][-1]["content"]) for seen in server.seen]
        assert sorted(asked) == sorted([one.candidate.text] for one in best)


def test_the_figure_stands_in_its_words(communique):
    """The question shows the figure in brackets, the words before it, and the section's title."""
    report = read(TEXT)
    choices = extractor_of(client_of("http://127.0.0.1:9/v1"), communique).choices(report, Settled())
    residents = next(choice for choice in choices if choice.candidate.text == "21.03万人")
    assert residents.passage.endswith("年末常住人口【21.03万人】，城镇化率47.6%。")
    assert residents.passage.count("【") == 1
    assert residents.title == "人口"
    assert "\n" not in residents.passage


@given(st.text("常住人口城镇，。\n 　", max_size=200), st.text("常住人口城镇，。\n 　", max_size=120))
def test_words_around(before, after):
    """On one line: the figure once, in brackets, between characters of the report that stand right before and after."""
    report = read(f"公报\n{before}86亿元{after}")
    start = report.document.text.index("86亿元")
    figure = Candidate(1, "number", start, start + 4, "86亿元", Decimal(8_600_000_000))
    words = words_around(report.document, figure)
    left, shown, right = re.fullmatch("(.*)【(.*)】(.*)", words, re.DOTALL).groups()
    assert shown == "86亿元"
    assert "".join(report.document.text[: figure.start].split()).endswith(left)
    assert "".join(report.document.text[figure.end :].split()).startswith(right)
    assert not re.search(r"\s", words)
    assert len(left) <= 110
    assert len(right) <= 40


def test_a_sentence_that_has_just_begun():
    """Shows what stands before it, because its figures inherit from there; a long one does not."""
    short, far = "办结来信37件。", "各方面都认真负责地对待群众的来信。" * 3
    document = read(f"信访工作有序。{short}").document
    assert words_around(document, read(f"信访工作有序。{short}").of("37件")).startswith("信访工作有序。")
    long = f"信访工作有序。{far.replace('。', '，')}{far.replace('。', '，')}办结来信37件。"
    assert "信访" not in words_around(read(long).document, read(long).of("37件"))


@pytest.mark.parametrize(
    "text",
    [
        "B",
        " B\n",
        "b",
        "Ｂ",
        "ｂ",
        "B.",
        "B。",
        "B、受理案件数",
        "B 受理案件数",
        "B GDP增速",
        "B：受理案件数",
        "B) 受理案件数",
        "B因为它是本年的",
        "B because it is this year's",
        "**B**",
        "**B** 受理案件数",
        "__B__",
        "`B`",
        "```\nB\n```",
        "(B)",
        "（B）",
        "[B]",
        "【B】",
        "“B”",
        "<B>",
        "- B",
        "选B",
        "选择 B。",
        "我选B，不选A",
        "故选：B",
        "应选（B）",
        "选项B",
        "答案：B",
        "答案是 B。",
        "**答案**：**B**",
        "正确答案为【B】",
        "Answer: B",
        "answer: b",
        "The answer is B.",
        "The correct answer is (B) 受理案件数",
        "Option B",
        r"\boxed{B}",
        r"$\boxed{\text{B}}$",
        "\boxed{B}",
        '{"answer": "B"}',
        '{"选项": "B", "理由": "本年"}',
        '["B"]',
        "这个数字是本年的受理数。\n\nB",
        "这个数字是本年的受理数，答案：B",
        "A是去年的，所以答案是B。",
        "A 申请数\nB 受理数\nC 都不是\n答案：B",
        "选项A是去年的，选项C都不是，答案：B",
        "B，不是A类",
        "B R&D经费",
        "B. 非税收入",
        "B 未结案件数",
        "B：不予受理数",
        "B、错误率",
        "B是正确答案",
        "B is correct",
        "B没错",
        "选B不选A",
        "选B是因为它是本年的",
        "选项A不正确，选项B正确",
        "排除选项A，选B",
        "排除A，选择B。",
        "答案不是选项A，答案：B",
        "选项A错误\nB",
    ],
)
def test_a_letter_of_many_kinds(text):
    """Marks around it, words before it and words behind it do not matter where it is one letter."""
    assert LETTERS[read_letter(Reply(text, "stop", 1, 1))] == "B"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "都不是",
        "A report says that it is last year's",
        "a report",
        "The answer is a figure",
        "Apple",
        "B2",
        "AB",
        "H",
        "这是B类项目",
        "不选A",
        "答案不是A",
        "A或B",
        "A、B",
        "A/B",
        "A and B",
        "A,B,C",
        "A\nB",
        "A 申请数\nB 受理数\nC 都不是",
        "A. 申请数 B. 受理数",
        "答案：A或答案：B",
        "选A，也可以选B",
        "Answer: A\nAnswer: B",
        '["A", "B"]',
        "In A the",
        "A不对",
        "A不",
        "A 不对",
        "**A**不正确",
        "A，不对，应为B",
        "A项错误",
        "A选项有误",
        "A可以排除",
        "A吗",
        "A？",
        "A是去年的",
        "A是",
        "A is not",
        "A is wrong",
        "A is last year's",
        "A级",
        "A¹",
        "Aª",
        "B类项目",
        "not A",
        "选项A不正确",
        "选项A错误",
        "选项A是去年的",
        "答案：A不对",
        "答案：A。不对",
        "答案A是错的",
        "答案：A或B",
        "答案：A、B",
        "答案：A和B",
        "Answer: A or B",
        "Answer: A is not",
        "Answer: A, B",
        "排除选项A",
        "排除了选项A",
        "排除答案A",
        "不应选A",
        "不能选择A",
        "不会选A",
        "不是选项A",
        "并非选项A",
        "not option A",
        "exclude option A",
        "rule out choice A",
        "回答A错误",
        "我选A吗",
        "A。排除选项A",
    ],
)
def test_no_letter_or_more_than_one(text):
    """Prose with a letter in it, and two letters, are an error that shows what was said."""
    with pytest.raises(ReplyError, match="did not choose a letter; it said "):
        read_letter(Reply(text, "stop", 1, 1))


@given(st.text(max_size=12) | st.text("AaBbＡ 选答案：。*\n或", max_size=12))
@example("Aß")
def test_a_reply_is_a_letter_or_refused(text):
    """Whatever is said, what is read is a letter of the text that stands alone, or an error."""
    try:
        letter = LETTERS[read_letter(Reply(text, "stop", 1, 1))]
    except ReplyError:
        return
    assert re.search(rf"(?<![A-Za-z0-9]){letter}(?![A-Za-z0-9])", unicodedata.normalize("NFKC", text).upper())


@pytest.mark.parametrize("unit", ["答案", "选", "*", "\n", " ", "A ", "answer "])
def test_size_is_no_trouble(unit):
    """A long reply takes time in proportion."""
    started = time.process_time()
    with suppress(ReplyError):
        read_letter(Reply(unit * 30_000, "stop", 1, 1))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("tokens", "sure"),
    [
        ((("A", -0.5),), 0.6065),
        ((("**", -2.0), ("A", -0.5), ("**", -2.0)), 0.6065),
        ((("答案", -2.0), ("：A", -0.5)), 0.6065),
        ((("答案", -2.0), ("：", -2.0), ("Ａ", -0.5)), 0.6065),
        ((("B", -2.0),), UNSAID_CONFIDENCE),
        ((), UNSAID_CONFIDENCE),
    ],
)
def test_the_probability_is_that_of_the_letter(communique, tokens, sure):
    """Not of the marks or the words before it; where the tokens spell something else there is none."""
    choice = extractor_of(client_of("http://127.0.0.1:9/v1"), communique).choices(read(TEXT), Settled())[0]
    text = "".join(token for token, _ in tokens).replace("B", "") or "A"
    logprobs = tuple(TokenLogprob(*one) for one in tokens) or None
    _, link = read_choice(Reply(text, "stop", 1, 1, logprobs=logprobs), choice)
    assert link.confidence == pytest.approx(sure, abs=1e-4)


def test_thoughts_are_not_what_was_chosen(communique):
    """Neither their letters nor their probability: the letter behind them counts."""

    def script(seen):
        step = choosing("地区生产总值")(seen)
        chosen = step.body["choices"][0]["message"]["content"]
        tokens = [("B", -3.0), ("</think>", -3.0), (chosen, -0.1)]
        return completion(f"B</think>{chosen}", logprobs=tokens)

    with fake_server(script) as server:
        extraction = extract(server, read(TEXT), communique)
    assert extraction.fields["gdp"].confidence == pytest.approx(0.905, abs=0.001)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_chooses_one_of_the_fields_on_offer(communique, letter):
    """The field at its place, as sure as the letter; past the last field it chooses none."""
    report = read(TEXT)
    choice = extractor_of(client_of("http://127.0.0.1:9/v1"), communique).choices(report, Settled())[0]
    logprobs = (TokenLogprob(letter, -0.5),)
    chosen = read_choice(Reply(f"{letter} 因为", "stop", 1, 1, logprobs=logprobs), choice)
    number = LETTERS.index(letter)
    if number < len(choice.fields):
        name, link = chosen
        assert name == choice.fields[number].id
        assert link.candidates == (choice.candidate.id,)
        assert link.confidence == pytest.approx(0.6065, abs=1e-4)
    else:
        assert chosen is None


def test_a_settled_field_lowers_the_fit(flagship):
    """A figure whose best field is answered already is less worth a question: the next counts by its share of it."""
    report = read("全年收到行政复议申请12件，受理10件。")
    figure = report.of("12件")
    extractor = extractor_of(client_of("http://127.0.0.1:9/v1"), flagship)
    best, second = (score for score, _ in Shortlist(flagship).rank(report.document, figure)[:2])
    (before,) = [one for one in extractor.choices(report, Settled()) if one.candidate == figure]
    settled = Settled(frozenset({before.fields[0].id}))
    (after,) = [one for one in extractor.choices(report, settled) if one.candidate == figure]
    assert before.fit == pytest.approx(best)
    assert after.fit == pytest.approx(second * second / best)
    assert after.fields == before.fields[1:]


def test_letters_that_are_not_on_offer_choose_nothing(communique):
    """A small model now and then says a letter past the last: no answer, and no failure."""
    with fake_server(lambda seen: completion(LETTERS[-1])) as server:
        assert extract(server, read(TEXT), communique).fields == {}


@pytest.mark.parametrize("said", ["选第一个", "？", "1"])
def test_what_is_no_letter_is_refused(communique, said):
    """A reply that chooses nothing at all is an error, not silence."""
    with fake_server(lambda seen: completion(said)) as server, pytest.raises(ReplyError, match="did not choose"):
        extract(server, read(TEXT), communique)


def test_replies_end_by_themselves(flagship):
    """A question leaves room for the end of the turn, so that its reply is complete and can be kept."""
    report = read("全年收到行政复议申请12件，受理10件。")
    questions = extractor_of(client_of("http://127.0.0.1:9/v1"), flagship).questions(report)
    assert questions
    assert all(question.max_tokens > 1 and question.logprobs for question in questions)
    shown = [message.content for message in questions[0].messages]
    assert [text for text in shown if text in LETTERS] == ["B", "C", "A"]
