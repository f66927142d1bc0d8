"""Files in every format, made from one short invented report."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from baogao.document import office

REPORT = """云岭县2023年粮食工作情况报告
一、主要工作
（一）收储有序推进。全县收购粮食6.5万吨，同比增长3.2%；新建粮仓12座，改造旧仓30余座。
（二）检查从严从实。一是开展检查46次，发现问题9个。二是约谈企业3家，均已整改。
二、存在的问题
一是仓容不足，部分乡镇露天存放；二是人员老化，五十岁以上的占四成。
云岭县粮食局
2024年1月15日
"""


@pytest.fixture(autouse=True)
def _without_libreoffice(monkeypatch, request):
    """No program is started, but by tests that ask for ``libreoffice``."""
    if "libreoffice" not in request.fixturenames:
        monkeypatch.setattr(office, "libreoffice", lambda: None)


@pytest.fixture
def libreoffice() -> str:
    """The path of LibreOffice; a test that asks for it is skipped where it is not installed."""
    found = office.libreoffice()
    if found is None:
        pytest.skip("LibreOffice is not installed")
    return found


@pytest.fixture
def report() -> str:
    """A report of eight lines about something that no schema knows."""
    return REPORT


@pytest.fixture
def make_pdf() -> Callable[..., bytes]:
    """A function from pages of lines to the bytes of a PDF; a page of None holds a picture."""

    def make(*pages: list[str] | None, password: str | None = None) -> bytes:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        buffer = io.BytesIO()
        pdf = canvas.Canvas(buffer, encrypt=password)
        for page in pages:
            pdf.setFont("STSong-Light", 12)
            for number, line in enumerate(page or []):
                pdf.drawString(60, 780 - 20 * number, line)
            if page is None:
                pdf.drawImage(ImageReader(_picture()), 60, 400, width=200, height=200)
            pdf.showPage()
        pdf.save()
        return buffer.getvalue()

    return make


@pytest.fixture
def scan() -> ImageReader:
    """A picture to draw on a page."""
    return ImageReader(_picture())


def _picture() -> io.BytesIO:
    from PIL import Image  # reportlab brings it

    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(buffer, "PNG")
    buffer.seek(0)
    return buffer


@pytest.fixture
def docx_bytes() -> Callable[[object], bytes]:
    """A function from a python-docx document to its bytes."""

    def save(document: object) -> bytes:
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()

    return save


@pytest.fixture
def word() -> object:
    """An empty Word document."""
    return docx.Document()


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_NAMES = (
    f'xmlns:w="{_WORD}" xmlns:m="{_OFFICE}/math" xmlns:r="{_OFFICE}/relationships"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


@pytest.fixture
def word_xml() -> Callable[..., bytes]:
    """A function from the XML of a body, and of other parts by their names, to the bytes of a Word document."""

    def make(body: str, strict: bool = False, **parts: str) -> bytes:
        roots = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "endnotes": "endnotes"}
        files = {
            "word/document.xml": f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>",
            "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
            "word/_rels/document.xml.rels": _relations({kind: f"{kind}.xml" for kind in parts}),
        }
        files |= {
            f"word/{kind}.xml": f"<w:{roots[kind]} {_NAMES}>{xml}</w:{roots[kind]}>" for kind, xml in parts.items()
        }
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, xml in files.items():
                archive.writestr(name, _strict(xml) if strict else xml)
        return buffer.getvalue()

    return make


def _relations(targets: dict[str, str]) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    lines = (
        f'<Relationship Id="r{kind}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{space}">{"".join(lines)}</Relationships>'


def _strict(xml: str) -> str:
    """The same in the namespaces of the strict kind."""
    return xml.replace(_WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main").replace(
        _OFFICE, "http://purl.oclc.org/ooxml/officeDocument"
    )
