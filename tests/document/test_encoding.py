"""From bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document.encoding import decode, reads_as_chinese, try_decode
from baogao.errors import DocumentError

HANZI = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x9FFF, categories=["L", "N", "P"]), max_size=40)


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("gb18030", b"", "gb18030"),
        ("gbk", b"", "gb18030"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32"),
    ],
)
def test_encodings_of_chinese_files(report, codec, mark, name):
    """Every usual encoding is recognised, with its mark and without, and the mark is no text."""
    assert decode(mark + report.encode(codec)) == (report, name)


def test_traditional_characters_in_big5():
    """Big5 is not taken for GB18030, of which most of its bytes are valid too."""
    text = "本縣全年受理申請案件三十七件，審結三十四件，較上年增加五件。各鄉鎮辦理情況良好，民眾滿意。" * 4
    assert decode(text.encode("big5"))[0] == text


@given(HANZI)
def test_utf8_always_reads_back(text):
    """Whatever is written in UTF-8 is read as UTF-8."""
    data = text.encode()
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not text.startswith("\ufeff"):
        assert decode(data) == (text, "utf-8")


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_a_document_error(data):
    """No bytes raise anything else, and control characters never pass for text."""
    try:
        text, _ = decode(data)
    except DocumentError:
        return
    assert "\0" not in text


def test_a_marked_file_of_many_broken_bytes(report):
    """A file that begins with a UTF-8 mark and is not UTF-8 is an error."""
    with pytest.raises(DocumentError, match="begins as utf-8-sig but much of it does not fit"):
        decode(codecs.BOM_UTF8 + b"\xff".join([report.encode()] * 9))


def test_bytes_of_no_encoding(report):
    """Chinese text with bytes that fit neither UTF-8 nor GB18030 is refused, not guessed into nonsense."""
    with pytest.raises(DocumentError, match="encoding cannot be told"):
        decode(report.encode("gb18030") + b"\xff\xff" + report.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "no-such-encoding"])
def test_try_decode_never_raises(report, encoding):
    """An encoding gives the whole text or nothing, one that does not exist nothing."""
    text = try_decode(report.encode("utf-8"), encoding)
    assert text in ({report} if encoding == "utf-8" else {None})


def test_control_characters_are_no_text():
    """A stray one among a hundred characters is let pass, more are binary data."""
    assert try_decode(("检查" * 100 + "\x01").encode(), "utf-8") is not None
    assert try_decode(("检查" * 10 + "\x01").encode(), "utf-8") is None
    assert try_decode("检查\0".encode(), "utf-8") is None


def test_misread_chinese_does_not_read_as_chinese(report):
    """UTF-8 read as GB18030 gives rare characters; a text without Chinese gives no offence."""
    assert reads_as_chinese(report)
    assert not reads_as_chinese(report.encode("utf-8").decode("gb18030", "ignore"))
    assert reads_as_chinese("")
    assert reads_as_chinese("report 2023")


def test_latin_text_is_guessed():
    """A file in a western encoding, with no Chinese in it, is read in some encoding that fits."""
    text, encoding = decode(("Überprüfung der Geschäftsführung für das Jahr 2023. " * 20).encode("latin-1"))
    assert "berpr" in text
    assert encoding not in {"utf-8", "gb18030"}


@given(HANZI, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_a_mark_is_never_part_of_the_text(text, encoding):
    """Whatever follows a byte order mark, the mark is dropped."""
    if text and "\0" not in text:
        assert decode(text.encode(encoding))[0] == text
