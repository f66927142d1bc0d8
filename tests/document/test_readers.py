"""Files in, text out; and one clear line for every file that cannot be read."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text, read_document, readers, text_of
from baogao.document.file_text import FileText, Notice
from baogao.errors import DocumentError


def test_text_is_unchanged_and_digest_is_of_the_bytes(tmp_path, report):
    """A text file's characters, line ends included, come out as they are, and sha256 is of its bytes."""
    path = tmp_path / "yunling-2023.txt"
    data = report.replace("\n", "\r\n").encode()
    path.write_bytes(data)
    document = read_document(path)
    assert document.text.encode() == data
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert (document.doc_id, document.source) == ("yunling-2023", str(path))


def test_doc_id_can_be_given(tmp_path, report):
    """Two files of one name need ids of their own."""
    path = tmp_path / "a.txt"
    path.write_text(report, encoding="utf-8")
    assert read_document(path, doc_id="a-2").doc_id == "a-2"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \r\n\t \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("　\n".encode("utf-16"), "empty"),
        (b"<html><body><script>x()</script></body></html>", "no text"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x7fELF\x02\x01\x01" + bytes(500), "binary"),
        (b"\xff\xfe" + "报告".encode("utf-16-le") + b"\x00\xd8a\0" * 9, "begins as utf-16"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Word format"),
        (b"{\\rtf1\\ansi hello}", "old Word format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked by a password"),
        (b"PK\x03\x04 cut off", "not a Word document"),
        (b"%PDF-1.7 cut off", "damaged or not a PDF"),
    ],
)
def test_unreadable_bytes_are_named(data, message):
    """Every kind of bytes that is no report gets its own reason, in one line."""
    with pytest.raises(DocumentError, match=message) as caught:
        text_of(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("suffix", "message"), [(".doc", "old Word"), (".docx", "not a Word"), (".pdf", "not a PDF")])
def test_a_wrong_suffix_is_an_error_not_garbage(suffix, message):
    """Bytes that nothing explains are held to what their name promises."""
    with pytest.raises(DocumentError, match=message):
        text_of(b"\x00\x01\x02" * 30, suffix)


def test_text_saved_as_doc_is_read(report):
    """Word processors and web sites call plain text and pages .doc; content goes before name."""
    assert text_of(report.encode("gb18030"), ".doc").text == report
    page = "<html><body>" + "".join(f"<p>{line}</p>" for line in report.splitlines()) + "</body></html>"
    assert text_of(page.encode(), ".doc").text == report.strip()


def test_missing_file_and_folder(tmp_path):
    """What cannot be opened says why."""
    with pytest.raises(DocumentError, match="cannot be opened: No such file"):
        read_document(tmp_path / "none.txt")
    with pytest.raises(DocumentError, match="cannot be opened: Is a directory"):
        read_document(tmp_path)


def test_a_huge_file_is_not_even_read(tmp_path):
    """A file of more than 50 MB is refused by its size."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        os.truncate(file.fileno(), readers.LARGEST + 1)
    with pytest.raises(DocumentError, match="larger than 50 MB"):
        read_document(path)


STARTS = [
    b"",
    b"%PDF-1.4\n",
    b"PK\x03\x04",
    b"<html><body>",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"{\\rtf",
    b"<?xml version='1.0'?>",
]


def outcome(data: bytes, suffix: str) -> str:
    """The text of some bytes, or the line that says why there is none."""
    try:
        return text_of(data, suffix).text
    except DocumentError as error:
        return str(error).replace("\n", "")


@given(st.sampled_from(STARTS), st.binary(max_size=200), st.sampled_from(sorted(readers.SUFFIXES)))
def test_any_bytes_under_any_name_give_text_or_a_document_error(start, data, suffix):
    """Nothing else ever comes out of reading: one bad file never ends a run."""
    assert outcome(start + data, suffix).strip()


@given(st.text(max_size=200))
def test_any_text_as_a_page_gives_text_or_a_document_error(text):
    """However broken the markup, a page is read or refused."""
    assert outcome(f"<html><body><div>{text}</div>".encode("utf-8", "replace"), ".html").strip()


@given(st.text(alphabet="检查46次，。；\n首页来源：一、", max_size=200))
def test_main_is_what_is_left(text):
    """Main stretches come in order, hold something printed, and do not meet a copy."""
    document = document_from_text(text)
    last = 0
    for start, end in document.main:
        assert last <= start < end <= len(text)
        assert text[start:end].strip()
        assert all(end <= copy.span[0] or copy.span[1] <= start for copy in document.copies)
        last = end


def test_notices_are_kept_and_a_copy_is_added(report):
    """What the reader of the file said comes before what the text shows."""
    said = (Notice("read as gb18030"),)
    assert document_from_text(FileText(report, notices=said)).notices == said
    first, second = document_from_text(FileText(report * 2, notices=said)).notices
    assert first == said[0]
    assert "printed twice" in second.message


@pytest.mark.parametrize(
    ("codec", "notices"),
    [("utf-8", ()), ("utf-8-sig", ()), ("gb18030", ("read as gb18030",)), ("utf-16", ("read as utf-16",))],
)
def test_an_unusual_encoding_is_a_notice(report, codec, notices):
    """Whoever wonders about a text is told how it was read; UTF-8 goes without saying."""
    read = text_of(report.encode(codec), ".txt")
    assert (read.text, read.messages) == (report, notices)


@pytest.mark.parametrize("data", [b"{\\rtf1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG", b"GIF89a", b"%PDF"])
def test_content_goes_before_name(data):
    """A file is told by its first bytes, whatever it is called."""
    outcomes = {outcome(data + bytes(20), suffix) for suffix in ("", ".txt", ".html", ".doc")}
    assert len(outcomes) == 1


@pytest.mark.parametrize("start", ["<!DOCTYPE html>", "<!-- a --><!-- b --><div>", "<?xml version='1.0'?><html>"])
def test_a_page_is_told_by_its_markup(report, start):
    """A page that is called .txt is a page; a text that speaks of one is a text."""
    assert text_of(f"{start}<body><p>{report}</p>".encode(), ".txt").messages == ("the main text of a web page",)
    assert text_of(f"如 <b> 所示{start}{report}".encode(), ".txt").messages == ()


def test_a_text_that_is_too_long_is_refused():
    """Some hundred thousand characters are no report."""
    with pytest.raises(DocumentError, match="more than 300,000 characters"):
        text_of(("检查" * (readers.MOST_CHARACTERS // 2) + "次").encode())
    assert text_of(("检查" * (readers.MOST_CHARACTERS // 2)).encode())


def test_a_pipe_is_no_file(tmp_path):
    """What would keep a run waiting for ever is refused at once."""
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(DocumentError, match="a pipe, a device or a socket"):
        read_document(tmp_path / "pipe.txt")


def test_a_name_that_no_file_can_have():
    """A zero byte in a name is an error with words, as any other."""
    with pytest.raises(DocumentError, match="cannot be opened"):
        read_document("a\0b.txt")


@pytest.mark.parametrize("suffix", [".txt", ".html", ".md", ".csv"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_bad_byte_is_a_notice(suffix, codec):
    """In every format a bad byte costs one character, and a notice says where it stood."""
    before, after = "全年共办理各类案件128件，依法审结".encode(codec), "97件。".encode(codec)
    data = before + b"\xff" + after
    if suffix == ".html":
        data = (
            f"<html><meta charset={'gb2312' if codec == 'gb18030' else codec}><body><p>".encode()
            + data
            + b"</p></html>"
        )
    read = text_of(data, suffix)
    place = read.text.index("\ufffd")
    assert read.text.replace("\t", "，")[place + 1 :].startswith("97件")
    assert f"bytes that are no character are read as \ufffd (character {place})" in read.messages


@pytest.mark.parametrize(
    ("data", "suffix", "file_format"),
    [
        ("报告", ".txt", "text"),
        ("报告", ".md", "markdown"),
        ("报告", ".markdown", "markdown"),
        ("a,b", ".csv", "csv"),
        ("a\tb", ".tsv", "csv"),
        ("<html><body>报告</body></html>", ".md", "page"),
    ],
)
def test_formats(data, suffix, file_format):
    """A text knows what kind of file it was."""
    assert text_of(data.encode(), suffix).format == file_format


def test_furniture_is_a_notice(report):
    """Page numbers that are not read are counted, and the first is named with its place."""
    lines = report.splitlines()
    text = "\n".join([*lines[:3], "- 1 -", *lines[3:6], "- 2 -", *lines[6:]])
    (notice,) = document_from_text(text).notices
    assert notice.message == "page numbers and running heads are not read: 2 lines, the first “- 1 -”"
    assert text[slice(*notice.span)] == "- 1 -"
