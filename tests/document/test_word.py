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
