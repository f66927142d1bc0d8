"""What is fuzzed: each target takes bytes, and fails where anything but a result or an error in words comes of them."""

from __future__ import annotations

import asyncio
import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from baogao.asking.choice import LETTERS, read_letter
from baogao.asking.form import assign_lines, read_form
from baogao.asking.link import Links, parts_of, read_links
from baogao.asking.passages import Passage, PassageCutter, Shortlist
from baogao.candidates import find_candidates, parse_quantity
from baogao.candidates.figures import find_figures
from baogao.document import Document, document_from_text, text_of
from baogao.document.file_text import FileText
from baogao.errors import BaogaoError, DocumentError, GoldError, ReplayError, UsageError
from baogao.evaluation.cassettes import Persister
from baogao.evaluation.checking import check_gold
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.gold import parse_gold
from baogao.evaluation.submissions import read_submissions
from baogao.extraction import Extraction, ReportText
from baogao.llm.messages import Reply
from baogao.llm.replies import read_reply, refuse_useless
from baogao.llm.structured import json_inside
from baogao.outputs.export import write_table
from baogao.outputs.journal import checked, encoded
from baogao.outputs.page import write_page
from baogao.outputs.records import read_records
from baogao.reading import provenance, read_record
from baogao.record import Record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from fuzz.mutations import mutated, mutated_archive, phrases, repeated

LENGTH = int(os.environ.get("BAOGAO_UNITS_LENGTH", "8000"))
"""Characters of a text that is a few words over and over; ``make fuzz`` takes 64,000."""
_SECONDS = 6.0 * LENGTH / 64_000
"""Of processor time, for such a text: two each for reading it, finding its candidates and linking them."""
COMMUNIQUE = Path(__file__).parents[1] / "fixtures" / "communique"
REPORT = """海坨市2022年国民经济和社会发展统计公报
一、综合
初步核算，全年地区生产总值86.4亿元，比上年增长5.8%。（一）年末常住人口21.03万人；城镇化率47.6%，其中农村六成。
指标\t单位\t数量
检查\t次\t46
二、问题
一是仓容不足；二是暂无新增项目，未发生事故2起。——下一步，2023年力争达到百分之九十九点三以上。
"""


@dataclass(frozen=True)
class Target:
    """One thing that reads what others wrote."""

    inputs: st.SearchStrategy[bytes]
    run: Callable[[bytes], None]


@cache
def schema() -> Schema:
    """The small schema of statistical communiqués."""
    return load_schema(COMMUNIQUE / "communique.py")


@cache
def rules() -> RulesExtractor:
    """Its rules."""
    return RulesExtractor(load_rulebook(None, schema()))


@cache
def passages() -> tuple[Passage, ...]:
    """The passages of the report that a form is asked about."""
    document = document_from_text(REPORT, "report")
    return tuple(PassageCutter(Shortlist(schema())).cut(ReportText.from_document(document)))


@cache
def workplace() -> Path:
    """A folder for files that only a loader of files can read."""
    return Path(tempfile.mkdtemp(prefix="baogao-fuzz-"))


def written(name: str, data: bytes) -> Path:
    """A file with these bytes."""
    path = workplace() / name
    path.write_bytes(data)
    return path


def record_of(document: Document) -> Record:
    """What rules read from a document."""
    report = ReportText.from_document(document)
    extraction = asyncio.run(rules().extract(report))
    return read_record(report, extraction, schema(), provenance(schema(), "rules"))


def check_words(error: BaogaoError, name: str = "") -> None:
    """An error in words is one line, and names the file where there is one."""
    line = str(error)
    assert line.strip()
    assert "\n" not in line
    assert name in line


def check_file(file: FileText) -> None:
    """What a reader says of a text lies in it, in order."""
    size = len(file.text)
    places = [notice.span for notice in file.notices if notice.span]
    assert all(0 <= start <= end <= size for start, end in (*file.inserted, *places))
    assert list(file.inserted) == sorted(file.inserted)
    assert list(file.pages) == sorted(file.pages)
    assert all(0 <= page <= size for page in file.pages)
    assert all(message.strip() and "\n" not in message for message in file.messages)


def check_shape(document: Document) -> None:
    """The parts of a document lie in its text, in order; what may be evidence is printed, and not inserted."""
    spans = [sentence.span for sentence in document.sentences]
    assert spans == sorted(spans)
    assert all(0 <= start <= end <= len(document.text) for start, end in (*spans, *document.main))
    for candidate in find_candidates(document):
        assert document.text[candidate.start : candidate.end] == candidate.text
        assert candidate.value is None or candidate.value.is_finite()
        first, end = document.printed((candidate.start, candidate.end))
        assert 0 <= first < end <= len(document.file.text)
        assert not any(left <= place < right for place in (first, end - 1) for left, right in document.file.inserted)


def whole_way(text: FileText) -> None:
    """From what a reader gives to a record that can be written and read again."""
    document = document_from_text(text, "report")
    check_shape(document)
    record = record_of(document)
    line = record.to_json()
    assert Record.model_validate(json.loads(line)).to_json() == line


def read_as(suffix: str) -> Callable[[bytes], None]:
    """Read a file under a name with this suffix."""

    def run(data: bytes) -> None:
        try:
            file = text_of(data, suffix)
        except DocumentError as error:
            check_words(error)
            return
        assert file.text.strip()
        file.text.encode()
        check_file(file)
        whole_way(file)

    return run


def repetitive(data: bytes) -> None:
    """A text that is a few words over and over is read in time that grows with its length."""
    text = data.decode()
    seconds: list[float] = []
    while len(seconds) < 3:  # a busy machine may be slow once
        started = time.process_time()
        record_of(document_from_text(text, "report"))
        seconds.append(time.process_time() - started)
        if seconds[-1] <= _SECONDS:
            return
    raise AssertionError(f"{len(text)} characters took {min(seconds):.1f} s of processor time")


def numbers(data: bytes) -> None:
    """Figures stand where they say, do not overlap, and can be written as JSON."""
    text = data.decode("utf-8", "replace")
    end = 0
    for figure in find_figures(text):
        assert end <= figure.start < figure.end <= len(text)
        assert figure.value.is_finite()
        json.dumps(float(figure.value), allow_nan=False)
        end = figure.end
    parse_quantity(text)


def gold(data: bytes) -> None:
    """A gold file is read and checked, or named as damaged."""
    path = written("report.gold.json", data)
    try:
        found = parse_gold(path)
    except GoldError as error:
        check_words(error, path.name)
        return
    for finding in check_gold(found, REPORT, schema(), path):
        assert str(finding)
    found.to_json()


def marked(data: bytes) -> None:
    """A text with inline marks is compiled, or its faults are listed."""
    out = workplace() / "built"
    try:
        for finding in build_dataset([written("report.marked.txt", data)], out, schema()):
            assert str(finding)
    except BaogaoError as error:
        check_words(error)


def records(data: bytes) -> None:
    """Records are read and written again in every form, or the damaged line is named."""
    path = written("records.jsonl", data)
    try:
        read_submissions(path)
    except GoldError as error:
        check_words(error, path.name)
    try:
        found = read_records(path)
    except UsageError as error:
        check_words(error, path.name)
        return
    for suffix in (".csv", ".xlsx"):
        try:
            write_table(found, schema(), workplace() / f"out{suffix}")
        except UsageError as error:
            check_words(error)
    try:
        write_page(found, {record.doc_id: REPORT for record in found}, schema(), workplace() / "index.html")
    except UsageError as error:
        check_words(error)


def journal(data: bytes) -> None:
    """A line of the journal is an entry or is not."""
    entry = checked(data)
    assert entry is None or checked(encoded(entry)) == entry


def completion(data: bytes) -> None:
    """The body of a server's answer is a reply or an error in words."""
    try:
        reply = read_reply(data, prompt_tokens=1)
        reply.text.encode()
        refuse_useless(reply, accept_cut=True)
    except BaogaoError as error:
        check_words(error)


def form(data: bytes) -> None:
    """A filled form points at candidates of its passage, whatever stands in it."""
    reply = data.decode("utf-8", "replace")
    for passage in passages():
        known = {candidate.id for candidate in passage.candidates}
        assert all(set(link.candidates) <= known for link in assign_lines(read_form(reply, passage)[0]).values())


def letter(data: bytes) -> None:
    """A choice is one of the letters, or is refused in words."""
    try:
        assert read_letter(Reply(data.decode("utf-8", "replace"), "stop", 1, 1)) in range(len(LETTERS))
    except BaogaoError as error:
        check_words(error)


def links(data: bytes) -> None:
    """A JSON answer points at candidates of its part, or is no answer."""
    report = ReportText.from_document(document_from_text(REPORT, "report"))
    try:
        answer = Links.model_validate_json(json_inside(data.decode("utf-8", "replace")))
    except ValueError:
        return
    extraction = Extraction()
    for part in parts_of(report):
        read_links(answer, part, report, schema(), extraction)
    read_record(report, extraction, schema(), provenance(schema(), "llm")).to_json()


def cassette(data: bytes) -> None:
    """A cassette is read, or is named as none."""
    path = written("a.yaml", data)
    try:
        requests, responses = Persister.load_cassette(str(path), None)
    except ReplayError as error:
        check_words(error, path.name)
        return
    assert len(requests) == len(responses)


def _word_file() -> bytes:
    """Numbered paragraphs, a note, an equation, struck-out and raised words, a table with two lines in a cell."""
    word = docx.Document()
    word.add_heading("海坨市2022年公报", level=1)
    for line in REPORT.splitlines():
        word.add_paragraph(line)
    for style in ("List Number", "List Bullet"):
        word.add_paragraph("检查46次。", style=style)
    paragraph = word.add_paragraph("城镇化率47.6%")
    for words, mark in (("1", "superscript"), ("12", "strike"), ("3", "hidden")):
        setattr(paragraph.add_run(words).font, mark, True)
    names = f"{nsdecls('w')} {nsdecls('m')}"
    paragraph._p.append(parse_xml(f'<w:r {names}><w:footnoteReference w:id="1"/></w:r>'))
    paragraph._p.append(parse_xml(f"<m:oMath {names}><m:r><m:t>86.4</m:t></m:r></m:oMath>"))
    cells = word.add_table(rows=2, cols=3).rows[1].cells
    cells[0].merge(cells[1]).text = "合计46次"
    cells[2].text = "4"
    cells[2].add_paragraph("5")
    out, noted = io.BytesIO(), io.BytesIO()
    word.save(out)
    notes = (
        f"<w:footnotes {names}><w:footnote w:id='1'><w:p><w:r><w:t>含2处。</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(noted, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("word/footnotes.xml", notes)
    return noted.getvalue()


def _excel_file() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for row in (["指标", "单位", "数量"], ["检查", "次", 46], ["占比", "%", 0.476], ["日期", "", "2022年"]):
        book.active.append(row)
    book.active.merge_cells("A4:B4")
    book.create_sheet("二").append([None, "=B1+1", True])
    book.save(out)
    return out.getvalue()


def _pdf_file(columns: int = 1) -> bytes:
    """Two pages of lines with head, foot and a raised figure; Chinese, or the standard letters that need no font."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pageCompression=0)
    for page in (1, 2):
        pdf.setFont("STSong-Light", 12)
        pdf.drawString(60, 800, "海坨市公报")
        for number, line in enumerate(REPORT.splitlines() * columns):
            column, row = divmod(number, 8)
            text = pdf.beginText(60 + 250 * column, 760 - 18 * row)
            text.textOut(line[:20])
            text.setRise(5)
            text.textOut("1")
            pdf.drawText(text)
        pdf.drawString(280, 30, f"第 {page} 页 共 2 页")
        pdf.setFont("Helvetica", 12)
        pdf.drawString(60, 400, "GDP 86.4, population 21.03, 46 inspections.")
        pdf.grid([60, 160, 260], [300, 320, 340])
        pdf.drawString(65, 305, "46")
        pdf.drawString(165, 305, "97")
        pdf.rotate(30)
        pdf.drawString(300, 100, "copy")
        pdf.showPage()
    pdf.save()
    return out.getvalue()


def _html() -> bytes:
    lines = "".join(f"<p>{line}</p>" for line in REPORT.splitlines())
    row = "<table><tr><td>检查</td><td>次</td><td>46</td></tr></table>"
    head = '<html><head><meta charset="utf-8"><meta name="ArticleTitle" content="公报"></head>'
    return f"{head}<body><div>首页</div><div id=a>{lines}{row}</div><h1>公报</h1></body></html>".encode()


def _styled_html() -> bytes:
    """A page whose style sheet hides, with cells over rows and columns, a table in a cell, and raised figures."""
    style = (
        "<style>.no, #x p > b { display: none } @media print { p { color: red } } /* } */ i {visibility:hidden}</style>"
    )
    lines = "".join(f'<p class="no a">{line}</p><p>{line}<sup>1</sup><del>2</del></p>' for line in REPORT.splitlines())
    table = (
        "<table><tr><th rowspan=2>指标</th><th colspan='2'>数量</th></tr><tr><td>上年</td><td>2022年</td></tr>"
        "<tr><td>检查</td><td>45<br>次</td><td><table><tr><td>46</td></tr></table></td></tr></table>"
    )
    return f"<html><head>{style}</head><body><div id=x>{lines}<b hidden>1</b>{table}<ol><li>甲</ol></div>".encode()


def _gold_files() -> list[bytes]:
    out = workplace() / "seeds"
    build_dataset(sorted(COMMUNIQUE.glob("*.marked.txt")), out, schema())
    return [path.read_bytes() for path in sorted(out.glob("*.gold.json"))]


def _record_line() -> bytes:
    return record_of(document_from_text(REPORT, "report")).to_json().encode() + b"\n"


_CSV = '指标,单位,数量\n检查,次,46\n"占比, 其中","%","4""7.6"\n\n合计,,"1,234"\n'.encode()
_MARKDOWN = f"""# 海坨市公报

{REPORT}
| 指标 | 数量 |
|:-----|-----:|
| 检查 | **46**次 |

1. 甲~~12~~28件[^1]
   * 乙 `3` <b>4</b>

[^1]: 含2处。
```
5件
```
""".encode()
_COMPLETION = {
    "choices": [
        {
            "message": {"content": "x", "tool_calls": None},
            "finish_reason": "stop",
            "logprobs": {"content": [{"token": "a", "logprob": -1}]},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2},
}
_STREAM = b""": busy

data: {"choices": [{"index": 0, "delta": {"content": "<think>y</think>", "reasoning": "z"}, "finish_reason": null}]}

event: message
data: {"choices": [{"delta": {"content": [{"type": "text", "text": "x"}]}, "logprobs": {"content": []}}]}

data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "a", "arguments": "{}"}}]}}]}

data: {"choices": [{"delta": {}, "finish_reason": "eos"}], "usage": {"prompt_tokens": 9, "cached_tokens": 3}}

data: [DONE]

"""
_LINES = b"""{"message": {"content": "", "thinking": "y"}, "done": false}
{"message": {"content": "x"}, "done": true, "done_reason": "length", "prompt_eval_count": 9, "eval_count": 3}
"""
_LETTER = "**答案**：`A`，不选B\nAnswer: \\boxed{\\text{A}} because\n（Ａ）".encode()
_TABLE = "| 指标 | 数值 |\n|---|---|\n| **地区生产总值** | 86.4亿元 |\n1. 常住人口 = 21.03万人\n".encode()
_OBJECT = '```json\n{"地区生产总值": "86.4亿元", "项": [{"指标": "常住人口", "值": "21.03万人"}]}\n```'.encode()
_LOOSE_LINKS = "好的：{'links': [{“field”: \"gdp\", 'ids': ['[[1]]', 2,]}, /* 无 */ ]，}".encode()
_FORM = "地区生产总值：86.4亿元\n常住人口（万人）：21.03万人\n城镇化率：47.6%\n粮食产量：无\n- 增速：5.8%\n".encode()
_LINKS = b'```json\n{"links": [{"field": "gdp", "ids": [1, 2]}, {"field": "notes", "ids": [7]}]}\n```'
_CASSETTE = """shared: {text1: 多少}
exchanges:
- request: POST /v1/chat/completions
  body: {model: small, messages: [{role: user, content: {shared: text1}}], max_tokens: 5}
  status: 200
  reply: {choices: [{message: {content: '5'}}]}
""".encode()

TARGETS: dict[str, Target] = {
    "text": Target(
        mutated([REPORT.encode(), REPORT.encode("gb18030"), REPORT.encode("utf-16")]) | phrases(), read_as(".txt")
    ),
    "page": Target(mutated([_html(), _styled_html()]), read_as(".html")),
    "word": Target(
        mutated_archive(_word_file(), "word/document.xml") | mutated([_word_file()]),
        read_as(".docx"),
    ),
    "pdf": Target(mutated([_pdf_file(), _pdf_file(columns=2)]), read_as(".pdf")),
    "excel": Target(
        mutated_archive(_excel_file(), "xl/worksheets/sheet1.xml") | mutated([_excel_file()]),
        read_as(".xlsx"),
    ),
    "csv": Target(mutated([_CSV, _CSV.replace(b",", b";"), _CSV.decode().encode("gb18030")]), read_as(".csv")),
    "markdown": Target(mutated([_MARKDOWN]), read_as(".md")),
    "repetitive": Target(repeated(LENGTH), repetitive),
    "numbers": Target(phrases() | mutated([REPORT.encode()]), numbers),
    "gold": Target(mutated(_gold_files()), gold),
    "marked": Target(mutated([path.read_bytes() for path in sorted(COMMUNIQUE.glob("*.marked.txt"))]), marked),
    "records": Target(mutated([_record_line(), _record_line() * 2]), records),
    "journal": Target(mutated([encoded({"doc_id": "a", "record": {"status": "ok"}})]), journal),
    "completion": Target(mutated([json.dumps(_COMPLETION).encode(), _STREAM, _LINES]), completion),
    "form": Target(mutated([_FORM, _TABLE, _OBJECT]) | phrases(), form),
    "links": Target(mutated([_LINKS, _LOOSE_LINKS]), links),
    "letter": Target(mutated([_LETTER]), letter),
    "cassette": Target(mutated([_CASSETTE]), cassette),
}
