"""Recognising words in pictures: off by default, an extra, with a notice."""

from __future__ import annotations

import io
from importlib.util import find_spec

import pytest
from PIL import Image, ImageDraw

from baogao.document import ocr, read_document, text_of
from baogao.errors import DocumentError, UsageError
from document.sheets import drawn, lines, made

needs_engine = pytest.mark.skipif(find_spec("rapidocr_onnxruntime") is None, reason="the extra ocr is not installed")


def picture(width: int = 600, height: int = 800, kind: str = "PNG", words: str = "", count: int = 1) -> bytes:
    """The bytes of a picture file."""
    pages = []
    for _ in range(count):
        page = Image.new("RGB", (width, height), "white")
        if words:
            ImageDraw.Draw(page).text((60, 100), words, fill="black", font_size=40)
        pages.append(page)
    buffer = io.BytesIO()
    pages[0].save(buffer, kind, **({"save_all": True, "append_images": pages[1:]} if count > 1 else {}))
    return buffer.getvalue()


@pytest.fixture
def no_extra_needed(monkeypatch):
    """Let pictures be opened where the extra is not installed: what opens them comes with other packages too."""
    monkeypatch.setattr(ocr, "require_engine", lambda: None)


@pytest.fixture
def stand_in(monkeypatch, no_extra_needed):
    """An engine that finds the same two lines in whatever it is shown; gives the sizes of what it was shown."""
    seen: list[tuple[int, int]] = []

    def engine(pixels):
        seen.append(pixels.shape[:2])
        height, width = pixels.shape[:2]
        scale = width / 600
        found = []
        for number, (words, sure) in enumerate([("全年检查128次，约谈", 0.9), ("97家。", 0.8), ("污渍", 0.2)]):
            top, bottom = (100 + 24 * number) * scale, (115 + 24 * number) * scale
            right = (60 + 12 * len(words)) * scale
            found.append(([[60 * scale, top], [right, top], [right, bottom], [60 * scale, bottom]], words, sure))
        return (found, [0.1]) if height > 10 else (None, None)

    monkeypatch.setattr(ocr, "load_engine", lambda: engine)
    return seen


def picture_page(canvas) -> None:
    """Draws a picture over all of a page."""
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(io.BytesIO(picture())), 0, 0, width=595, height=842)


def test_a_page_without_text_is_recognised(stand_in):
    """Only the page without text is; its words have a notice with their place."""
    data = made(lines(["一、工作。"]), picture_page, lines(["二、问题。"]))
    read = text_of(data, ocr=True)
    assert read.text == "一、工作。\n全年检查128次，约谈97家。\n二、问题。"
    assert len(stand_in) == 1
    (notice,) = [notice for notice in read.notices if "recognised" in notice.message]
    assert notice.message == "recognised from a picture of page 2; check its figures"
    assert notice.span is not None
    assert read.text[slice(*notice.span)].strip() == "全年检查128次，约谈97家。"
    assert "rapidocr-onnxruntime" in (read.converter or "")
    assert not any("a picture may be there" in message for message in read.messages)


def test_a_page_that_has_a_number_only_is_recognised(stand_in):
    """A scan with a printed page number has no text of its own."""

    def page(canvas):
        picture_page(canvas)
        lines(["1"], x=290, y=40)(canvas)

    assert text_of(made(page), ocr=True).text == "全年检查128次，约谈97家。"


def test_nothing_is_recognised_unasked(stand_in):
    """Without the option a scan is refused, with advice."""
    with pytest.raises(DocumentError, match="use --ocr"):
        text_of(made(picture_page))
    with pytest.raises(DocumentError, match="use --ocr"):
        text_of(picture())
    assert drawn(lines(["一、工作。"]), picture_page).text == "一、工作。"
    assert not stand_in


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_picture_file(stand_in, tmp_path, kind):
    """A picture is read as a page."""
    path = tmp_path / f"report.{kind.lower()}"
    path.write_bytes(picture(kind=kind))
    document = read_document(path, ocr=True)
    assert document.file.text == "全年检查128次，约谈97家。"
    assert document.file.format == "picture"
    assert str(document.notices[0]).startswith("recognised from a picture of page 1; check its figures")


def test_a_picture_of_several_pages(stand_in):
    """A .tif may hold several."""
    read = text_of(picture(kind="TIFF", count=3), ocr=True)
    assert len(read.pages) == 3
    assert read.text.count("128次") == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "cannot be opened"),
        (picture()[:80], "cannot be opened"),
        (picture(kind="JPEG")[:200], "cannot be opened"),
        (picture(10, 10), "no words were recognised"),
    ],
)
def test_pictures_that_are_none(stand_in, data, words):
    """A damaged picture, and one without words, are errors in words."""
    with pytest.raises(DocumentError, match=words):
        text_of(data, ocr=True)


def test_a_picture_that_is_too_large(stand_in, monkeypatch):
    """A picture is opened only if it can be a page, and a file has so many pages at most."""
    monkeypatch.setattr(ocr, "_MOST_PIXELS", 1000)
    with pytest.raises(DocumentError, match="more than 1,000 pixels"):
        text_of(picture(), ocr=True)
    monkeypatch.setattr(ocr, "_MOST_PIXELS", 1_000_000)
    monkeypatch.setattr(ocr, "_MOST_FRAMES", 2)
    with pytest.raises(DocumentError, match="more than 2 pages"):
        text_of(picture(kind="TIFF", count=3), ocr=True)


def test_the_missing_extra(monkeypatch):
    """Without the extra it says how to install it."""
    monkeypatch.setattr(ocr, "find_spec", lambda name: None)
    ocr.load_engine.cache_clear()
    for data in (made(picture_page), picture()):
        with pytest.raises(UsageError, match=r"pip install 'baogao\[ocr\]'"):
            text_of(data, ocr=True)


@needs_engine
def test_the_engine_itself():
    """What the engine reads in a clear picture is what was printed."""
    read = text_of(picture(words="REPORT 128 OF 2023"), ocr=True)
    assert read.text.replace(" ", "") == "REPORT128OF2023"
