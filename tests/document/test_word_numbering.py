"""Automatic numbers of Word documents."""

from __future__ import annotations

import pytest

from baogao.document import text_of


def level(number: int, form: str, words: str, more: str = "") -> str:
    """A level of a list."""
    begins = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/>'
    return f'<w:lvl w:ilvl="{number}">{begins}{more}<w:lvlText w:val="{words}"/></w:lvl>'


def a_list(*levels: str, number: int = 1, changes: str = "") -> str:
    """A list and a numbering that uses it."""
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{changes}</w:num>'
    )


def item(text: str, level: int = 0, number: int = 1, more: str = "") -> str:
    """A paragraph of a list."""
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{more}{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def plain_item(text: str, style: str = "") -> str:
    """A paragraph without numbering of its own."""
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("form", "words", "lines"),
    [
        ("chineseCountingThousand", "%1、", ["一、甲", "二、乙"]),
        ("chineseCounting", "（%1）", ["（一）甲", "（二）乙"]),
        ("chineseCountingThousand", "第%1章", ["第一章 甲", "第二章 乙"]),
        ("japaneseCounting", "第%1条", ["第一条 甲", "第二条 乙"]),
        ("ideographDigital", "%1是", ["一是甲", "二是乙"]),
        ("decimal", "%1.", ["1. 甲", "2. 乙"]),
        ("decimal", "%1．", ["1．甲", "2．乙"]),
        ("decimal", "（%1）", ["（1）甲", "（2）乙"]),
        ("decimal", "%1", ["1 甲", "2 乙"]),
        ("decimalEnclosedCircle", "%1", ["① 甲", "② 乙"]),
        ("decimalFullWidth", "%1、", ["１、甲", "２、乙"]),
        ("upperLetter", "%1)", ["A) 甲", "B) 乙"]),
        ("lowerRoman", "%1.", ["i. 甲", "ii. 乙"]),
        ("bullet", "\uf06c", ["● 甲", "● 乙"]),
        ("bullet", "-", ["- 甲", "- 乙"]),
        ("none", "", ["甲", "乙"]),
    ],
)
def test_forms_and_words(word_xml, form, words, lines):
    """A list's numbers stand before its paragraphs, are marked as inserted, and never melt with what follows."""
    read = text_of(word_xml(item("甲") + item("乙"), numbering=a_list(level(0, form, words))))
    assert read.text.split("\n") == lines
    labels = [read.text[slice(*span)] for span in read.inserted]
    assert "".join(labels) == "".join(line[:-1] for line in lines)


@pytest.mark.parametrize("divider", ["tab", "space", "nothing"])
@pytest.mark.parametrize("words", ["%1.", "%1", "%1．", "（%1", "1.%1"])
def test_a_number_does_not_melt_with_a_figure(word_xml, words, divider):
    """Between “1.” and “2场” there is a blank, whatever the list says."""
    suffix = f'<w:suff w:val="{divider}"/>'
    read = text_of(word_xml(item("2场演练"), numbering=a_list(level(0, "decimal", words, suffix))))
    assert read.text == f"{words.replace('%1', '1')} 2场演练"
    assert read.inserted == ((0, len(read.text) - 4),)


def test_levels_count_and_begin_anew(word_xml):
    """A lower level begins anew below each of a higher one, and can show the numbers above it."""
    levels = level(0, "chineseCounting", "%1、"), level(1, "decimal", "%1.%2"), level(2, "decimal", "%3)")
    body = "".join(item("x", at) for at in (0, 1, 1, 2, 0, 1, 2, 2))
    read = text_of(word_xml(body, numbering=a_list(*levels)))
    labels = [line.removesuffix("x").strip() for line in read.text.split("\n")]
    assert labels == ["一、", "一.1", "一.2", "1)", "二、", "二.1", "1)", "2)"]


def test_numbers_in_legal_form(word_xml):
    """A level may write all numbers in it as plain digits."""
    levels = level(0, "chineseCounting", "第%1章"), level(1, "decimal", "%1.%2", "<w:isLgl/>")
    read = text_of(word_xml(item("甲") + item("乙", 1), numbering=a_list(*levels)))
    assert read.text == "第一章 甲\n1.1 乙"


def test_a_level_that_never_begins_anew(word_xml):
    """With ``lvlRestart`` 0 a level counts through the whole document."""
    levels = level(0, "chineseCounting", "%1、"), level(1, "decimal", "%2.", '<w:lvlRestart w:val="0"/>')
    body = item("甲") + item("乙", 1) + item("丙") + item("丁", 1)
    assert text_of(word_xml(body, numbering=a_list(*levels))).text.split("\n") == ["一、甲", "1. 乙", "二、丙", "2. 丁"]


def test_start_and_overrides(word_xml):
    """A list may begin at another number, and a second numbering of it may begin anew or be written in another way."""
    first = level(0, "decimal", "%1.").replace('<w:start w:val="1"/>', '<w:start w:val="5"/>')
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    other = f'<w:lvlOverride w:ilvl="0">{level(0, "chineseCounting", "%1、")}</w:lvlOverride>'
    numbers = f'<w:num w:numId="2"><w:abstractNumId w:val="1"/>{again}</w:num>'
    numbers += f'<w:num w:numId="3"><w:abstractNumId w:val="1"/>{other}</w:num>'
    body = item("甲") + item("乙") + item("丙", number=2) + item("丁", number=2) + item("戊", number=3)
    read = text_of(word_xml(body, numbering=a_list(first) + numbers))
    assert read.text.split("\n") == ["5. 甲", "6. 乙", "1. 丙", "2. 丁", "三、戊"]


def test_two_lists_count_by_themselves(word_xml):
    """Each list has its own numbers, and text between its paragraphs does not stop it."""
    lists = a_list(level(0, "decimal", "%1.")) + a_list(level(0, "chineseCounting", "%1、"), number=2)
    lists = "".join(
        sorted(lists.replace("</w:abstractNum>", "</w:abstractNum>\n").split("\n"), key=lambda s: "<w:num " in s)
    )
    body = item("甲") + item("乙", number=2) + plain_item("正文") + item("丙") + item("丁", number=2)
    read = text_of(word_xml(body, numbering=lists))
    assert read.text.split("\n") == ["1. 甲", "一、乙", "正文", "2. 丙", "二、丁"]


HEADINGS = (
    '<w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="H2"><w:basedOn w:val="H1"/>'
    '<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="H1b"><w:basedOn w:val="H1"/></w:style>'
)


def test_headings_numbered_by_their_style(word_xml):
    """A heading's style, or the one that it is based on, gives it its number; a paragraph can refuse it."""
    refused = plain_item("附", "H1").replace("</w:pPr>", '<w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>')
    body = plain_item("甲", "H1") + plain_item("乙", "H2") + plain_item("丙", "H1b") + refused + plain_item("丁", "H1")
    levels = level(0, "chineseCounting", "%1、"), level(1, "chineseCounting", "（%2）")
    read = text_of(word_xml(body, numbering=a_list(*levels), styles=HEADINGS))
    assert read.text.split("\n") == ["一、甲", "（一）乙", "二、丙", "附", "三、丁"]


def test_a_level_that_belongs_to_a_style(word_xml):
    """Where a list gives a level to a style, the style's paragraphs are of that level."""
    second = level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="H1b"/>')
    body = plain_item("甲", "H1") + plain_item("乙", "H1b")
    read = text_of(word_xml(body, numbering=a_list(level(0, "chineseCounting", "%1、"), second), styles=HEADINGS))
    assert read.text.split("\n") == ["一、甲", "（一）乙"]


def test_a_list_by_the_name_of_a_style(word_xml):
    """A list that only refers to a style of lists is written as that one."""
    first = level(0, "chineseCounting", "%1、")
    numbering = (
        f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="L"/>{first}</w:abstractNum>'
        '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="2"/></w:num>'
    )
    assert text_of(word_xml(item("甲") + item("乙"), numbering=numbering)).text == "一、甲\n二、乙"


def test_numbers_of_the_strict_kind(word_xml):
    """The strict kind of the format is read in the same way."""
    numbering = a_list(level(0, "chineseCounting", "%1、"))
    assert text_of(word_xml(item("甲") + item("乙"), strict=True, numbering=numbering)).text == "一、甲\n二、乙"


@pytest.mark.parametrize(
    "numbering",
    [
        "",
        '<w:num w:numId="1"/>',
        '<w:num w:numId="1"><w:abstractNumId w:val="9"/></w:num>',
        '<w:abstractNum w:abstractNumId="1"/><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>',
        a_list(level(3, "decimal", "%1.")),
    ],
)
def test_numbering_that_leads_nowhere(word_xml, numbering):
    """A paragraph of a list that does not exist has no number."""
    assert text_of(word_xml(item("甲"), numbering=numbering)).text == "甲"


def test_an_empty_paragraph_counts(word_xml):
    """Word counts it; the number itself is left out, because no text would follow it."""
    read = text_of(word_xml(item("甲") + item("") + item("乙"), numbering=a_list(level(0, "decimal", "%1."))))
    assert read.text.split("\n") == ["1. 甲", "", "3. 乙"]


def test_items_in_cells_have_numbers(word_xml):
    """A list in a table counts as well, and its numbers do not melt with the figures beside them."""
    cells = f"<w:tc>{item('检查12次')}{item('约谈3家')}</w:tc><w:tc>{plain_item('已完成')}</w:tc>"
    read = text_of(word_xml(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>", numbering=a_list(level(0, "decimal", "%1."))))
    assert read.text == "1. 检查12次 2. 约谈3家\t已完成"


def test_references_beyond_the_levels(word_xml):
    """Words that refer to a level that is not there show a number all the same."""
    read = text_of(word_xml(item("甲"), numbering=a_list(level(0, "decimal", "%1.%9"))))
    assert read.text == "1.1 甲"
