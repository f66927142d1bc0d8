"""From bytes to text."""

from __future__ import annotations

import codecs
import contextlib
import time

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
    """A stray one among a hundred characters is let pass, or one in a short text, more are binary data."""
    assert try_decode(("检查" * 15 + "\x01").encode(), "utf-8") is not None
    assert try_decode(("检查" * 15 + "\x01\x02").encode(), "utf-8") is None
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


def damaged(report: str, codec: str, place: int, byte: int, how: str) -> bytes:
    """The bytes of a report in which one is another, is one too many, or is missing."""
    data = bytearray(report.encode(codec))
    place = 2 + place % (len(data) - 2)
    if how == "another":
        data[place] = byte
    elif how == "one more":
        data.insert(place, byte)
    else:
        del data[place]
    return bytes(data)


@given(
    st.integers(0, 10_000),
    st.sampled_from([0xFF, 0xFE, 0x80, 0xC0]),
    st.sampled_from(["another", "one more", "missing"]),
)
def test_one_bad_byte_in_utf8(place, byte, how):
    """It costs one character, wherever it stands: all before and behind is read."""
    report = "全年办理案件128件，审结97件；组织培训15场，培训1,200人次。\n" * 6
    data = damaged(report, "utf-8", place, byte, how)
    text, _ = decode(data)
    assert text.count("\ufffd") <= 1
    lost = len(report) - len(text.replace("\ufffd", ""))
    assert 0 <= lost <= 1


@pytest.mark.parametrize("how", ["another", "one more", "missing"])
@pytest.mark.parametrize("place", [21, 22, 33, 34, 35, 60, 61, 100])
def test_one_bad_byte_in_gb18030(place, how):
    """The figures behind it are read; what a byte too many or too few puts out of step is found again."""
    report = "全年共办理各类案件128件，依法审结97件；组织各类培训15场，培训工作人员1,200人次。\n" * 3
    text, encoding = decode(damaged(report, "gb18030", place, 0xFF, how))
    assert encoding == "gb18030"
    assert text.count("\ufffd") <= 2
    for figure in ("128件", "97件", "15场", "1,200人次"):
        assert text.count(figure) >= 2


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_text_that_is_cut(report, codec):
    """A file that ends in the middle of a character has lost this one character."""
    data = report.strip().encode(codec)[:-1]
    text, _ = decode(data)
    assert text.removesuffix("\ufffd") == report.strip()[:-1]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeff报告12".encode("utf-16-le") + b"\x00\xd8" + "件34".encode("utf-16-le"), "报告12\ufffd件34"),
        (b"\xef\xbb\xbf" + "报告".encode() + b"\xff" + "12件".encode(), "报告\ufffd12件"),
        ("报告审".encode("gb18030") + b"\xff" + "97件，全年".encode("gb18030"), "报告审\ufffd97件，全年"),
        ("报告审".encode() + b"\xe5\xff\xa1" + "97件".encode(), "报告审\ufffd97件"),
        ("报告审".encode() + b"\xe5\xae" + "97件".encode(), "报告审\ufffd97件"),
    ],
)
def test_where_a_character_is_lost(data, text):
    """The lost character stands in its place."""
    assert decode(data)[0] == text


def test_many_bad_bytes_are_no_text(report):
    """One in two hundred is the end of patience."""
    data = report.encode()
    spoiled = b"\xff".join(data[at : at + 30] for at in range(0, len(data), 30))
    with pytest.raises(DocumentError, match="encoding cannot be told"):
        decode(spoiled)


@pytest.mark.parametrize("unit", [b"\xff", b"\xe5", b"\xb0\xa1\x80", b"\x81\x30", b"\xb0" * 3 + b"1"])
def test_bytes_made_to_take_for_ever(unit):
    """Megabytes of bytes that fit nothing are told in time."""
    started = time.process_time()
    with contextlib.suppress(DocumentError):
        decode("报告".encode() + unit * (2_000_000 // len(unit)))
    assert time.process_time() - started < 10


LINES = "云岭县2023年粮食工作情况报告\n全年检查46次，发现问题9个，均已整改到位，群众反映良好。\n"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("padding", [b"\0", b"\0" * 500, b"\x1a", b"\x1a" + b"\0" * 100])
def test_padding_behind_a_text(codec, padding):
    """Zeros and the mark of an end behind a text are none of it."""
    assert decode(LINES.encode(codec) + padding)[0] == LINES


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_zero_inside_a_text(codec):
    """A zero that stands in a text is a lost character; many are binary data."""
    data = LINES.encode(codec)
    assert decode(data.replace(b"46", b"4\x006"))[0] == LINES.replace("46", "4\ufffd6")
    with pytest.raises(DocumentError, match="binary"):
        decode(data.replace(b"2", b"\0\0\0") + data)


@pytest.mark.parametrize(("mark", "codec"), [(codecs.BOM_UTF16_LE, "utf-16-be"), (codecs.BOM_UTF16_BE, "utf-16-le")])
def test_a_mark_that_is_wrong(mark, codec):
    """The bytes decide where the mark of UTF-16 says the wrong order."""
    assert decode(mark + LINES.encode(codec)) == (LINES, codec)


def test_lines_of_two_encodings():
    """A file that was put together from two is read line by line, where each line is Chinese."""
    data = LINES.encode() + LINES.encode("gb18030")
    assert decode(data) == (LINES * 2, "utf-8 and gb18030")
    assert decode(data + b"note\n" + LINES.encode())[0] == LINES * 2 + "note\n" + LINES
