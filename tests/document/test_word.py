"""Word documents."""

from __future__ import annotations

import copy

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from baogao.document import text_of
from baogao.errors import DocumentError


def test_word_paragraphs(word, docx_bytes, report):
    """Every paragraph is a line."""
    for line in report.splitlines():
        word.add_paragraph(line)
    assert text_of(docx_bytes(word)).text.splitlines() == report.splitlines()


def test_word_tables_keep_columns(word, docx_bytes):
    """A row is a line, cells are parted by tabs, and merged cells are written once and keep the others in place."""
    table = word.add_table(rows=3, cols=3)
    for row, texts in zip(
        table.rows, [["指标", "单位", "数量"], ["检查", "次", "46"], ["合计", "", "58"]], strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.rows[2].cells[0].merge(table.rows[2].cells[1])
    assert text_of(docx_bytes(word)).text.splitlines() == ["指标\t单位\t数量", "检查\t次\t46", "合计\t\t58"]


def test_word_nested_tables_are_not_read_twice(word, docx_bytes):
    """A table in a cell is part of its cell."""
    cell = word.add_table(rows=1, cols=2).rows[0].cells[0]
    cell.text = "外"
    cell.add_table(rows=1, cols=1).rows[0].cells[0].text = "内12件"
    assert text_of(docx_bytes(word)).text.count("内12件") == 1


def test_word_tracked_changes(word, docx_bytes):
    """What was inserted is read, what was deleted is not."""
    paragraph = word.add_paragraph("全年检查")
    for xml in (
        f'<w:ins {nsdecls("w")} w:id="1" w:author="a"><w:r><w:t>46次</w:t></w:r></w:ins>',
        f'<w:del {nsdecls("w")} w:id="2" w:author="a"><w:r><w:delText>45次</w:delText></w:r></w:del>',
        f'<w:moveFrom {nsdecls("w")} w:id="3" w:author="a"><w:r><w:t>44次</w:t></w:r></w:moveFrom>',
    ):
        paragraph._p.append(parse_xml(xml))
    assert text_of(docx_bytes(word)).text == "全年检查46次"


def test_word_text_boxes_and_content_controls(word, docx_bytes):
    """A text box follows its paragraph and is read once; a content control is read as what it holds."""
    paragraph = word.add_paragraph("正文。")
    box = f"<w:pict {nsdecls('w')}><w:txbxContent><w:p><w:r><w:t>框内9项</w:t></w:r></w:p></w:txbxContent></w:pict>"
    paragraph.add_run()._r.append(parse_xml(box))
    inner = copy.deepcopy(word.add_paragraph("控件内3件")._p)
    control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
    control[0].append(inner)
    word.element.body.insert(2, control)
    assert text_of(docx_bytes(word)).text.splitlines() == ["正文。", "框内9项", "控件内3件", "控件内3件"]


def test_a_word_file_cut_short(word, docx_bytes):
    """A damaged file is an error in words."""
    data = docx_bytes(word)
    with pytest.raises(DocumentError, match="not a Word document that can be opened"):
        text_of(data[: len(data) // 2])


def test_a_locked_archive(word, docx_bytes):
    """A zip file whose parts want a password is an error in words."""
    data = docx_bytes(word).replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    locked = data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert locked != data
    with pytest.raises(DocumentError, match="not a Word document"):
        text_of(locked)


def test_a_spreadsheet_is_no_word_document(tmp_path):
    """Another kind of zip file is told from a Word document."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "table.xlsx"
    xlsxwriter.Workbook(path).close()
    with pytest.raises(DocumentError, match="it is empty"):
        text_of(path.read_bytes())


def test_word_tabs_and_breaks(word, docx_bytes):
    """A tab, a line break and a hyphen that does not break are characters of the text."""
    run = word.add_paragraph().add_run("甲")
    run.add_tab()
    run.add_text("乙")
    run.add_break()
    run.add_text("丙")
    run._r.append(parse_xml(f"<w:noBreakHyphen {nsdecls('w')}/>"))
    assert text_of(docx_bytes(word)).text == "甲\t乙\n丙-"


def test_word_cells_hold_one_line(word, docx_bytes):
    """Paragraphs and blanks inside a cell do not break its row, and a word that a narrow cell broke is whole."""
    cell = word.add_table(rows=1, cols=2).rows[0].cells[0]
    cell.text = "收\n案  数"
    cell.add_paragraph("（件）")
    assert text_of(docx_bytes(word)).text == "收案 数（件）\t"


def test_a_cell_that_claims_to_be_wide(word, docx_bytes):
    """A merged cell is as wide as Word allows at most, whatever its file says."""
    word.add_paragraph("正文")
    cell = word.add_table(rows=1, cols=1).rows[0].cells[0]
    cell.text = "甲"
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:gridSpan {nsdecls("w")} w:val="999999"/>'))
    assert text_of(docx_bytes(word)).text == "正文\n甲" + "\t" * 62


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    """A paragraph of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def table(*rows: list[str]) -> str:
    """A table of cells that are given by what they hold."""
    return f"<w:tbl>{''.join('<w:tr>' + ''.join(row) + '</w:tr>' for row in rows)}</w:tbl>"


def cell(*texts: str, properties: str = "") -> str:
    """A cell of paragraphs."""
    inner = "".join(text if text.startswith("<w:") else paragraph(run(text)) for text in texts)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


STRUCK, HIDDEN = "struck-out text is left out", "hidden text is left out"
STYLES = """
    <w:style w:type="character" w:styleId="gone"><w:rPr><w:vanish/></w:rPr></w:style>
    <w:style w:type="character" w:styleId="goner"><w:basedOn w:val="gone"/></w:style>
    <w:style w:type="character" w:styleId="old"><w:rPr><w:strike/></w:rPr></w:style>
    <w:style w:type="character" w:styleId="mark"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
    <w:style w:type="character" w:styleId="tiny"><w:rPr><w:sz w:val="2"/></w:rPr></w:style>
    <w:style w:type="character" w:styleId="high"><w:rPr><w:position w:val="8"/><w:sz w:val="14"/></w:rPr></w:style>
    <w:style w:type="character" w:styleId="higher"><w:basedOn w:val="high"/></w:style>
    <w:style w:type="paragraph" w:styleId="Old"><w:rPr><w:strike/></w:rPr></w:style>
"""


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("<w:strike/>", STRUCK),
        ('<w:strike w:val="true"/>', STRUCK),
        ("<w:dstrike/>", STRUCK),
        ("<w:vanish/>", HIDDEN),
        ('<w:vanish w:val="1"/>', HIDDEN),
        ("<w:specVanish/>", HIDDEN),
        ('<w:rStyle w:val="gone"/>', HIDDEN),
        ('<w:rStyle w:val="goner"/>', HIDDEN),
        ('<w:rStyle w:val="old"/>', STRUCK),
        ('<w:rStyle w:val="gone"/><w:vanish w:val="0"/>', None),
        ('<w:strike w:val="false"/>', None),
        ('<w:vanish w:val="off"/>', None),
        ('<w:rStyle w:val="none"/>', None),
        ("<w:webHidden/>", None),
        ('<w:sz w:val="2"/>', HIDDEN),
        ('<w:rStyle w:val="tiny"/>', HIDDEN),
        ('<w:color w:val="FFFFFF"/>', HIDDEN),
        ('<w:color w:val="ffffff" w:themeColor="background1"/>', HIDDEN),
        ('<w:color w:val="FFFFFF"/><w:shd w:fill="0000FF"/>', None),
        ('<w:color w:val="FFFFFF"/><w:highlight w:val="red"/>', None),
        ('<w:color w:val="FF0000"/>', None),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_struck_out_and_hidden_runs(word_xml, properties, message, strict):
    """What nobody is meant to read is left out, by itself or by its style, and a notice says where it would stand."""
    body = paragraph(run("收到申请"), run("120", properties), run("128件。"))
    read = text_of(word_xml(body, strict=strict, styles=STYLES))
    assert read.text == ("收到申请128件。" if message else "收到申请120128件。")
    assert [(notice.message, notice.span) for notice in read.notices] == ([(message, (4, 4))] if message else [])


def test_a_style_of_paragraphs_strikes_out(word_xml):
    """A paragraph's style counts for its runs, and is turned back by a run's style that says the same."""
    named = '<w:pStyle w:val="Old"/>'
    back = run("97件", '<w:rStyle w:val="old"/>')
    read = text_of(word_xml(paragraph(run("120件"), back, properties=named) + paragraph(run("128件")), styles=STYLES))
    assert read.text == "97件\n128件"
    assert read.messages == (f"{STRUCK} (character 0)",)


def test_defaults_of_the_document_hide(word_xml):
    """The defaults hold where neither a style nor the run says otherwise."""
    defaults = "<w:docDefaults><w:rPrDefault><w:rPr><w:vanish/></w:rPr></w:rPrDefault></w:docDefaults>"
    body = paragraph(run("120"), run("128件", '<w:vanish w:val="0"/>'))
    assert text_of(word_xml(body, styles=defaults)).text == "128件"


@pytest.mark.parametrize(
    ("properties", "text", "written"),
    [
        ('<w:vertAlign w:val="superscript"/>', "1", "128¹件"),
        ('<w:vertAlign w:val="superscript"/>', "[1]", "128[1]件"),
        ('<w:vertAlign w:val="superscript"/>', "注1", "128（注1）件"),
        ('<w:vertAlign w:val="subscript"/>', "2", "128₂件"),
        ('<w:vertAlign w:val="baseline"/>', "2", "1282件"),
        ('<w:rStyle w:val="mark"/>', "3", "128³件"),
        ('<w:vertAlign w:val="superscript"/>', "注", "128（注）件"),
        ('<w:rStyle w:val="high"/>', "1", "128¹件"),
        ('<w:rStyle w:val="higher"/>', "1", "128¹件"),
        ('<w:rStyle w:val="high"/><w:position w:val="0"/>', "1", "1281件"),
        ('<w:position w:val="8"/><w:sz w:val="14"/>', "1", "128¹件"),
        ('<w:position w:val="-6"/><w:sz w:val="14"/>', "1", "128₁件"),
        ('<w:position w:val="8"/>', "1", "128¹件"),
        ('<w:position w:val="4"/>', "1", "1281件"),
        ('<w:position w:val="8"/>', "1万余人次", "1281万余人次件"),
        ('<w:sz w:val="14"/>', "1", "1281件"),
    ],
)
def test_raised_and_lowered_runs(word_xml, properties, text, written):
    """A raised digit is no digit of the figure before it; one that is only a little raised, or small, stays."""
    size = '<w:sz w:val="28"/>'
    body = paragraph(run("128", size), run(text, properties), run("件", size))
    assert text_of(word_xml(body, styles=STYLES)).text == written


def test_square_metres(word_xml):
    """m² stays what it is, however it is written."""
    body = paragraph(run("3.2万m"), run("2", '<w:vertAlign w:val="superscript"/>'), run("、5㎡"))
    assert text_of(word_xml(body)).text == "3.2万m²、5㎡"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<w:softHyphen/>", "1\xad28件"),
        ("<w:noBreakHyphen/>", "1-28件"),
        ("<w:br/>", "1\n28件"),
        ("<w:cr/>", "1\n28件"),
        ('<w:ptab w:relativeTo="margin"/>', "1\t28件"),
        ('<w:sym w:font="Wingdings" w:char="F081"/>', "1①28件"),
        ('<w:sym w:font="Wingdings" w:char="F0FE"/>', "1☑28件"),
        ('<w:sym w:font="Symbol" w:char="F0B1"/>', "1±28件"),
        ('<w:sym w:font="Symbol" w:char="F032"/>', "1228件"),
        ('<w:sym w:font="Webdings" w:char="F044"/>', "1\uf04428件"),
        ('<w:sym w:font="SimSun" w:char="4E00"/>', "1一28件"),
        ('<w:sym w:font="x" w:char="xyz"/>', "1\ufffd28件"),
        ('<w:footnoteReference w:id="2"/>', "128件"),
        ("<w:lastRenderedPageBreak/>", "128件"),
        ("<w:fldChar/><w:instrText>PAGE 99</w:instrText>", "128件"),
    ],
)
def test_marks_inside_of_a_run(word_xml, inner, text):
    """Each mark is what is seen of it."""
    read = text_of(word_xml(f"<w:p><w:r><w:t>1</w:t>{inner}<w:t>28件</w:t></w:r></w:p>"))
    assert read.text == text


def test_equations_stand_in_their_place(word_xml):
    """A number that is set as an equation is a number of its sentence."""
    equation = "<m:oMath><m:r><m:t>128</m:t></m:r></m:oMath>"
    body = f"<w:p>{run('收到')}{equation}{run('件，')}<m:oMathPara>{equation}</m:oMathPara>{run('人')}</w:p>"
    for strict in (False, True):
        assert text_of(word_xml(body, strict=strict)).text == "收到128件，128人"


def test_notes_come_last(word_xml):
    """Notes explain figures: each is a line behind the text, under an inserted number; nothing stands at its mark."""
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
    notes += f'<w:footnote w:id="2">{paragraph(run(" 含上年结转3件。"))}</w:footnote>'
    ends = f'<w:endnote w:id="2">{paragraph(run("见附表。"))}</w:endnote>'
    read = text_of(word_xml(f"<w:p>{run('收到128')}{reference}{run('件。')}</w:p>", footnotes=notes, endnotes=ends))
    assert read.text == "收到128件。\n注1： 含上年结转3件。\n注1：见附表。"
    assert [read.text[slice(*span)] for span in read.inserted] == ["注1：", "注1："]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (cell("45", "128"), "45；128"),
        (cell("45件", "128件"), "45件 128件"),
        (cell(f"<w:p>{run('45')}<w:r><w:br/></w:r>{run('128')}</w:p>"), "45；128"),
        (cell("行政", "复议"), "行政复议"),
        (cell("收到", "128件"), "收到 128件"),
        (cell("（一）甲", "（二）乙"), "（一）甲 （二）乙"),
        (cell(table([cell("12"), cell("8")]), "<w:p/>"), "12；8"),
        (cell("收到", table([cell("12"), cell("8")], [cell("5"), cell("6")])), "收到 12；8；5；6"),
        (cell("", "128", ""), "128"),
        (cell(), ""),
        (cell(f"<w:sdt><w:sdtContent>{paragraph(run('12'))}{paragraph(run('8'))}</w:sdtContent></w:sdt>"), "12；8"),
    ],
)
def test_lines_of_a_cell(word_xml, inner, text):
    """Numbers on two lines of a cell, or in a table inside of it, are never one; a broken word is."""
    read = text_of(word_xml(table([cell("项目"), inner])))
    assert read.text == f"项目\t{text}"
    assert all(read.text[slice(*span)] == "；" for span in read.inserted)


def test_merged_cells_keep_their_columns(word_xml):
    """A head over two columns labels both, one beside two rows both rows; a figure is not repeated."""
    wide, begins, goes_on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    read = text_of(
        word_xml(
            table(
                [cell("项目", properties=begins), cell("2022年", properties=wide), cell("2023年", properties=begins)],
                [cell("", properties=goes_on), cell("上半年"), cell("下半年"), cell("", properties=goes_on)],
                [cell("复议", properties=begins), cell("12件"), cell("9件"), cell("30件", properties=begins)],
                [cell("", properties=goes_on), cell("3件"), cell("4件"), cell("", properties=goes_on)],
            )
        )
    )
    assert read.text.split("\n") == [
        "项目\t2022年 上半年\t2022年 下半年\t2023年",
        "复议\t12件\t9件\t30件",
        "复议\t3件\t4件\t",
    ]
    assert [read.text[slice(*span)] for span in read.inserted] == ["2022年", "复议"]


def test_rows_that_begin_farther_right(word_xml):
    """A row that leaves out its first columns keeps the others in theirs."""
    short = '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("9件") + "</w:tr>"
    whole = table([cell("项目"), cell("数量")]).replace("</w:tbl>", f"{short}</w:tbl>")
    assert text_of(word_xml(whole)).text == "项目\t数量\n\t9件"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ('<w:del w:id="1"/>', "text that tracked changes delete is left out"),
        ("<w:hidden/>", "hidden rows, columns or sheets are left out"),
    ],
)
def test_rows_that_are_not_shown(word_xml, tag, message):
    """Deleted and hidden rows are left out with a notice."""
    gone = f"<w:tr><w:trPr>{tag}</w:trPr>{cell('旧')}{cell('9件')}</w:tr>"
    whole = table([cell("甲"), cell("1件")]).replace(
        "</w:tbl>", f"{gone}<w:tr>{cell('乙')}{cell('2件')}</w:tr></w:tbl>"
    )
    read = text_of(word_xml(whole))
    assert read.text == "甲\t1件\n乙\t2件"
    assert [(notice.message, notice.span) for notice in read.notices] == [(message, (5, 5))]


def test_a_report_in_one_cell_is_a_text(word_xml, report):
    """A table that only frames the report is no table."""
    framed = table([cell(*report.splitlines())])
    assert text_of(word_xml(framed)).text.splitlines() == report.splitlines()


def test_a_table_of_problems_keeps_its_rows(word_xml):
    """Cells of whole sentences are cells all the same, where several rows have several of them."""
    rows = [[cell("问题"), cell("措施")], *([cell("人员不足。经费紧张。"), cell("增编。拨款。")] for _ in range(2))]
    assert text_of(word_xml(table(*rows))).text.split("\n")[1:] == ["人员不足。经费紧张。\t增编。拨款。"] * 2


def test_a_deleted_end_of_a_paragraph(word_xml):
    """Where tracked changes delete a line end, the two lines are one."""
    ended = '<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'
    body = paragraph(run("收到12"), properties=ended) + paragraph(run("8件。"))
    assert text_of(word_xml(body)).text == "收到128件。"


def test_what_is_not_read_is_said(word_xml):
    """A document inside of the document is a notice, as is what tracked changes delete."""
    deleted = '<w:del w:id="1"><w:r><w:delText>9</w:delText></w:r></w:del>'
    read = text_of(word_xml(f"<w:p>{run('甲')}{deleted}</w:p><w:altChunk/>{paragraph(run('乙'))}"))
    assert read.text.split() == ["甲", "乙"]
    assert [notice.message for notice in read.notices] == [
        "text that tracked changes delete is left out",
        "another document that is embedded is not read",
    ]


def test_pronunciation_is_not_read(word_xml):
    """What stands above a character is no text of the report."""
    ruby = f"<w:r><w:ruby><w:rt>{run('12')}</w:rt><w:rubyBase>{run('县')}</w:rubyBase></w:ruby></w:r>"
    assert text_of(word_xml(f"<w:p>{run('本')}{ruby}</w:p>")).text == "本县"


def test_the_program_that_opened_it(word_xml):
    """A text knows what opened its file."""
    read = text_of(word_xml(paragraph(run("甲"))))
    assert read.format == "word"
    assert read.converter.startswith("python-docx 1")


@pytest.mark.parametrize("styles", ['<w:style w:styleId="a"><w:basedOn w:val="a"/></w:style>', "<w:style/>", ""])
def test_styles_that_lead_nowhere(word_xml, styles):
    """A style that is based on itself, or has no name, changes nothing."""
    assert text_of(word_xml(paragraph(run("甲", '<w:rStyle w:val="a"/>')), styles=styles)).text == "甲"


def test_a_long_table_is_read_in_time(word_xml):
    """Four thousand rows are read, and a table that claims to be endless is refused in words."""
    rows = table(*([cell("甲", properties='<w:vMerge w:val="restart"/>'), cell("12件")] for _ in range(4_000)))
    assert text_of(word_xml(rows)).text.count("\n") == 3_999
    wide = table(*([cell("甲", properties='<w:gridSpan w:val="63"/>')] for _ in range(10_000)))
    with pytest.raises(DocumentError, match="a table of it has more than 500,000 cells"):
        text_of(word_xml(wide))


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
BEGIN, SHOWN, END = map(FIELD.format, ("begin", "separate", "end"))


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (BEGIN + run("=SUM(12)") + SHOWN + run("128") + END, "128"),
        (BEGIN + run("PAGE 9") + END + run("128"), "128"),
        (BEGIN + run("IF ") + BEGIN + run("REF 9") + SHOWN + run("7") + END + SHOWN + run("128") + END, "128"),
        (SHOWN + END + run("128"), "128"),
        (run("12") + "<w:ins>" + run("1", '<w:position w:val="10"/>') + "</w:ins>", "12¹"),
        (run("12") + "<w:hyperlink>" + run("1", '<w:position w:val="10"/>') + "</w:hyperlink>", "12¹"),
        (f"<mc:AlternateContent><mc:Fallback>{run('128')}</mc:Fallback></mc:AlternateContent>", "128"),
        (
            f'<mc:AlternateContent><mc:Choice Requires="w">{run("128")}</mc:Choice>'
            f"<mc:Fallback>{run('9')}</mc:Fallback></mc:AlternateContent>",
            "128",
        ),
    ],
)
def test_what_a_paragraph_shows(word_xml, inner, text):
    """Codes of fields are not shown, however they are written; what is for old programs is, where nothing else is."""
    assert text_of(word_xml(paragraph(run("收到"), inner, run("件")))).text == f"收到{text}件"


def test_a_field_without_an_end(word_xml):
    """A field that never ends costs no more than its paragraph."""
    assert text_of(word_xml(paragraph(run("甲"), BEGIN, run("9")) + paragraph(run("128件")))).text == "甲\n128件"


HIDDEN_END = "<w:rPr><w:vanish/></w:rPr>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (paragraph(run("12"), properties=HIDDEN_END) + paragraph(run("8件")), "128件"),
        (paragraph(run("12"), properties=HIDDEN_END) + "<w:bookmarkStart/>" + paragraph(run("8件")), "128件"),
        (paragraph(run("甲"), properties="<w:rPr><w:specVanish/></w:rPr>") + paragraph(run("128件")), "甲128件"),
        (paragraph(run("甲"), properties='<w:rPr><w:vanish w:val="0"/></w:rPr>') + paragraph(run("乙")), "甲\n乙"),
        (paragraph(run("甲"), properties=HIDDEN_END) + table([cell("乙"), cell("8")]), "甲\n乙\t8"),
        (paragraph(run("甲"), properties=HIDDEN_END), "甲"),
    ],
)
def test_the_hidden_end_of_a_paragraph(word_xml, body, text):
    """A paragraph whose end is hidden goes on in the next; a table ends it."""
    assert text_of(word_xml(body)).text == text


@pytest.mark.parametrize(
    "around",
    [
        lambda inner: table([cell(paragraph(inner, run("件")))]),
        lambda inner: paragraph(inner),
        lambda inner: paragraph(inner, run("件"), properties='<w:shd w:fill="000080"/>'),
    ],
)
def test_white_text_on_what_may_be_dark(word_xml, around):
    """White text is read where its table, its paragraph or nothing beside it may show it on a dark ground."""
    assert "128" in text_of(word_xml(around(run("128", '<w:color w:val="FFFFFF"/>')))).text


def test_cells_of_odd_kinds(word_xml):
    """A cell that tracked changes delete is gone, and one that is merged with the cell before it widens that."""
    begun, rest = '<w:hMerge w:val="restart"/>', "<w:hMerge/>"
    body = table(
        [
            cell("年度"),
            cell("旧", properties='<w:cellDel w:id="1"/>'),
            cell("复议", properties=begun),
            cell("", properties=rest),
        ],
        [cell(""), cell("甲"), cell("乙")],
        [cell("2023年"), cell("128"), cell("97")],
    )
    read = text_of(word_xml(body))
    assert read.text == "年度\t复议 甲\t复议 乙\n2023年\t128\t97"
    assert read.messages == ("text that tracked changes delete is left out (character 0)",)
