"""From a message that was filled to the same in Chinese."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.language.said import chinese
from baogao.language.templates import Templates

CATALOGUE = Templates(
    {
        "no report could be read": "没有一份报告能够读取",
        "cannot read {path}: {error}": "无法读取 {path}：{error}",
        "{found} of {gold} entries found": "{gold} 个条目中找到 {found} 个",
        "it is larger than {largest} MB": "大于 {largest} MB",
        "the field {name} is twice in {place}, as {name}": "字段 {name} 在 {place} 中两次写作 {name}",
        "{a} of {b}": "{b} 的 {a}",
        "{a}, {b}": "{a}、{b}",
        "rules": "规则",
    }
)
VALUES = st.text(st.characters() | st.sampled_from("中文{}\n:;, "), max_size=30)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no report could be read", "没有一份报告能够读取"),
        ("cannot read a/b.txt: no report could be read", "无法读取 a/b.txt：没有一份报告能够读取"),
        ("3 of 5 entries found", "5 个条目中找到 3 个"),
        ("out.docx: it is larger than 64 MB", "out.docx: 大于 64 MB"),
        ("it is larger than 64 MB · no report could be read", "大于 64 MB · 没有一份报告能够读取"),
        ("x: 3 of 5 entries found, 4 of 4 entries found", "x: 5 个条目中找到 3 个，4 个条目中找到 4 个"),
        ("the field x is twice in y, as x", "字段 x 在 y 中两次写作 x"),
    ],
)
def test_a_message_is_found_by_its_words(text, words):
    """Exactly, by its template, inside another message, behind a path, or beside another."""
    assert CATALOGUE.filled(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "哪里都没有的话",
        "a sentence that no template fits",
        "the field x is twice in y, as z",
        "the best of all the words there are",
        "one, two and three",
        "cannot read",
    ],
)
def test_what_fits_no_message_stays(text):
    """Also what a template of a word or two would fit by chance, and a value that differs where it stands again."""
    assert CATALOGUE.filled(text) == text


def test_a_value_of_one_word_stays():
    """A file may be called as a message is."""
    assert CATALOGUE.filled("cannot read rules: gone") == "无法读取 rules：gone"


def test_a_reason_of_several_clauses_is_one_message():
    """Where a part of the template is coloured, or all of the text, a colon or comma in a value cuts nothing."""
    kept = Templates(
        {
            "[red]{count} failed:[/] {error} ({names})": "[red]{count} 份失败：[/]{error}（{names}）",
            "it is empty: there is no text in it": "是空的：其中没有文字",
            "reports that hardly fit ({count}): {names}": "很不相符的报告（{count} 份）：{names}",
        }
    )
    empty = "[red]1 failed:[/] it is empty: there is no text in it (空)"
    assert kept.filled(empty) == "[red]1 份失败：[/]是空的：其中没有文字（空）"
    fit = "[yellow]reports that hardly fit (1): 公报[/]"
    assert kept.filled(fit) == "[yellow]很不相符的报告（1 份）：公报[/]"


def test_a_name_does_not_run_into_the_words_beside_it():
    """A Chinese path keeps the blanks around it; a message in a message does not."""
    kept = Templates({"no file {path} here": "没有 {path} 在这里", "a sentence here": "一个句子"})
    assert kept.filled("no file 结果 here") == "没有 结果 在这里"
    assert kept.filled("no file a sentence here here") == "没有一个句子在这里"


def test_reasons_of_failures_are_chinese():
    """Each reason for which a file cannot be read is said in the summary of a run as it is said alone."""
    catalogue = chinese()
    for message, words in catalogue.messages.items():
        if message.startswith("it is ") and "{" not in message:
            assert (
                catalogue.filled(f"[red]2 failed:[/] {message} (坏, 坏-2)") == f"[red]2 份失败：[/]{words}（坏, 坏-2）"
            )
            assert catalogue.filled(f"[red]failed:[/] {message}") == f"[red]失败：[/]{words}"


@given(path=VALUES.filter(lambda text: ": " not in text), error=VALUES)
def test_values_come_through(path, error):
    """Whatever they hold: the translation has the same values in the same order."""
    kept = Templates({"cannot read {path}: {error}": "{path}：{error}，读不了"})
    assert kept.filled(f"cannot read {path}: {error}") == f"{path}：{error}，读不了"


@given(st.text(st.characters(max_codepoint=0x2FF) | st.sampled_from("中文{}: ;·"), max_size=200))
def test_no_text_is_lost(text):
    """Where no message fits, and none of two that were joined, a text comes back to the character."""
    assert Templates({}).filled(text) == text


def test_a_long_text_takes_no_time():
    """Templates are sought by their literals, one after another: no text makes that quadratic."""
    text = "cannot read " + "a: " * 100_000
    assert CATALOGUE.filled(text).startswith("无法读取 a：")


def test_every_template_is_found_again():
    """Filled with words of no message, each message of the catalogue comes back as its own translation or as one of
    the same words.
    """
    catalogue = chinese()
    for message, words in catalogue.messages.items():
        names = set(re.findall(r"\{(\w+)\}", message))
        letters = re.sub(r"\{\w*\}|[^A-Za-z]", "", message)
        if not names or len(letters) < 12:
            continue
        values = {name: f"Q{number}" for number, name in enumerate(sorted(names))}
        filled = re.sub(r"\{(\w+)\}", lambda match, values=values: values[match[1]], message)
        assert catalogue.filled(filled) != filled, message
        assert words
