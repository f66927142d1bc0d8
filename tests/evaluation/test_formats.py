"""``eval/bench/formats.py``: what is printed is the report, and a difference between two formats is seen."""

from __future__ import annotations

import dataclasses
import io

import docx
import pytest
from docx.oxml.ns import qn

from baogao.document import text_of
from baogao.evaluation.datasets import load_dataset
from baogao.schema import load_schema
from evaluation.eval_scripts import TEXT, script, small_dataset

FIELDS = {"case_files_reviewed": ("128卷", 128, "exact")}
DIRTY = """网站首页 | 政务公开 | 办事服务
云岭县粮食工作情况报告
今年以来，全县各级各部门坚持把粮食安全放在首位，认真落实各项要求，
全年收购粮食6.5万吨，新建粮仓12座，改造旧仓三十座，工作取得了较
好的成效，现将有关情况报告如下，请予审议。各乡镇的粮仓见下表所示
一、粮仓情况
乡镇\t粮仓\t库容
东乡\t\t120
西乡\t3\t80
- 2 -
二、存在的问题
一是仓容不足，部分乡镇露天存放；二是人员老化，五十岁以上的占四成。
云岭县粮食局
2024年1月15日
上一篇：关于召开会议的通知
"""


@pytest.fixture(scope="module")
def formats():
    """The benchmark, as a module."""
    return script("bench/formats")


@pytest.fixture
def blocks_of(formats):
    """From a text to the blocks of its page."""
    return script("bench/print_layout").blocks_of


@pytest.fixture
def bench(formats, tmp_path):
    """The benchmark with one report."""
    dataset = load_dataset(small_dataset(tmp_path / "small", FIELDS, []), load_schema("law_based_government"))
    return formats.Bench([dataset], tmp_path / "kept", load_schema())


def test_a_report_becomes_the_page_that_somebody_typed(blocks_of):
    """Wrapped lines are paragraphs, rows are a table with its empty cells, what belongs to a page is not printed."""
    blocks = blocks_of(DIRTY)
    assert [block.kind for block in blocks] == [
        *("title", "paragraph", "heading", "table", "heading", "paragraph", "signature", "signature")
    ]
    assert "工作取得了较好的成效" in blocks[1].text
    assert blocks[3].rows == (("乡镇", "粮仓", "库容"), ("东乡", "", "120"), ("西乡", "3", "80"))
    assert not any("上一篇" in block.text or "首页" in block.text for block in blocks)


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        *[("一、主要工作", "一、"), ("（十一）执法监督。", "（十一）"), ("3.复议应诉", "3."), ("（2）普法", "（2）")],
        *[("3.5万人参加", None), ("一是执法力量薄弱。", None), ("（一", None), ("2023年，全县检查46次。", None)],
    ],
)
def test_numbers_that_a_word_processor_prints(blocks_of, line, mark):
    """A mark is a number with its sign; not a figure, not an ordinal in words, not half a pair of brackets."""
    (block,) = blocks_of(f"云岭县工作情况\n全县的情况如下所述。\n{line}\n")[2:]
    assert (block.mark and block.mark.group()) == mark


def test_every_own_format_holds_every_word(formats, blocks_of):
    """What is printed without another program holds each block of the report; the numbers may be automatic."""
    blocks = blocks_of(TEXT)
    for name, form in formats.FORMATS.items():
        if form.program is None:
            text = "".join(text_of(form.print(blocks), form.suffix).text.split())
            for block in blocks:
                words = block.text[block.mark.end() :] if block.mark else block.text
                assert words in text, name
            assert name == "docx-numbered" or "（二）复议应诉" in text, name


def test_a_format_is_held_to_the_answers_of_the_text(formats, bench, monkeypatch):
    """A figure, a bound, an entry that come out otherwise are counted and told; the rest is the same."""

    def printed(instead: dict[str, str]):
        def make(blocks: object) -> bytes:
            text = TEXT
            for old, new in instead.items():
                text = text.replace(old, new)
            return text.encode()

        return make

    changes = {"128卷": "12卷", "30余场": "30场", "宣传形式单一": "宣传形式不多"}
    for name, instead in (("true", {}), ("false", changes)):
        monkeypatch.setitem(formats.FORMATS, name, formats.Format(".txt", printed(instead)))
    true, false = bench.try_format("true"), bench.try_format("false")
    assert true.differences == []
    assert (true.figures.same, true.entries.same, true.reports.same) == (3, 2, 1)
    assert bench.f1(true) == bench.f1(bench.texts) > bench.f1(false)
    assert (false.figures.same, false.figures.all) == (1, 3)
    assert (false.entries.same, false.entries.all) == (1, 3)
    assert false.reports.same == 0
    assert any("128 exact '128卷'" in line and "12 exact '12卷'" in line for line in false.differences)


def test_numbers_of_entries_are_not_their_words(formats, bench, monkeypatch):
    """An entry is the same with its number and without."""
    text = TEXT.replace("（一）执法力量", "1.执法力量").replace("（二）宣传", "2.宣传")
    monkeypatch.setitem(formats.FORMATS, "renumbered", formats.Format(".txt", lambda blocks: text.encode()))
    assert bench.try_format("renumbered").entries.same == 2


def test_a_file_that_is_not_read_has_no_answer_right(formats, bench, monkeypatch):
    """A file that its reader refuses is told, and all its answers differ."""
    monkeypatch.setitem(formats.FORMATS, "empty", formats.Format(".txt", lambda blocks: b" "))
    result = bench.try_format("empty")
    assert (result.figures.same, result.figures.all) == (0, 3)
    assert "is not read: it is empty" in result.differences[0]


def test_kept_files_are_not_made_again(formats, bench, monkeypatch):
    """A second run takes the files of the first, unless what is printed has changed."""
    made = []

    def make(blocks: object) -> bytes:
        made.append(blocks)
        return TEXT.encode()

    monkeypatch.setitem(formats.FORMATS, "counted", formats.Format(".txt", make))
    for _ in range(2):
        bench.try_format("counted")
    assert len(made) == 1
    path, blocks = next(iter(bench.blocks.items()))
    bench.blocks[path] = (dataclasses.replace(blocks[0], text="另一份报告"), *blocks[1:])
    bench.try_format("counted")
    assert len(made) == 2


def test_a_missing_program_is_a_line(formats, bench, monkeypatch):
    """A format whose program is not installed says so, and the others are tried."""
    monkeypatch.setenv("PATH", "")
    said = "\n".join(formats.table(bench, ["pdf-office", "pdf-chromium", "html"], errors=False))
    assert "pdf-office: not made: LibreOffice (soffice) is not installed" in said
    assert "pdf-chromium: not made: Chromium is not installed" in said
    assert "| html | " in said


@pytest.mark.parametrize(
    "lines",
    [
        ["一、甲乙", "（一）乙", "（二）丙。", "二、丁", "（一）戊。", "4.己", "下一步打算", "三、庚"],
        ["一、甲乙", "二、丙丁。", "三、庚", "一、甲", "（3）乙", "五、壬"],
    ],
    ids=["by style", "by paragraph"],
)
def test_automatic_numbers_print_what_was_typed(blocks_of, lines):
    """Taken together with its text, the number of a paragraph's list is the mark of the text, restarts included."""
    blocks = blocks_of("\n".join(["云岭县工作情况", "情况如下。", *lines]))
    counts: dict[str, int] = {}
    marks = []
    for words, number, (start, kind, pattern) in numbered(script("bench/print_word").WordLayout(numbered=True), blocks):
        counts[number] = counts.get(number, start - 1) + 1
        sign = "一二三四五"[counts[number] - 1] if kind == "chineseCountingThousand" else str(counts[number])
        marks.append(pattern.replace("%1", sign) + words)
    assert marks == [block.text for block in blocks if block.mark]


def numbered(layout, blocks) -> list[tuple[str, str, tuple[int, str, str]]]:
    """The numbered paragraphs of a Word document: words, list, and the list's start, kind and pattern."""
    document = docx.Document(io.BytesIO(layout.print(blocks)))
    lists = {}
    for abstract in document.part.numbering_part.element.findall(qn("w:abstractNum")):
        level = abstract.find(qn("w:lvl"))
        start, kind, pattern = (level.find(qn(f"w:{part}")).get(qn("w:val")) for part in ("start", "numFmt", "lvlText"))
        lists[abstract.get(qn("w:abstractNumId"))] = (int(start), kind, pattern)
    found = []
    for paragraph in document.paragraphs:
        elements = [element for element in (paragraph._p.pPr, paragraph.style.element.pPr) if element is not None]
        number = next((str(one.numPr.numId.val) for one in elements if one.numPr is not None), "0")
        if number != "0":
            found.append((paragraph.text, number, lists[number]))
    return found
