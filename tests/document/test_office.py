"""Office formats: which one a file is of, and LibreOffice for the old ones."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from baogao.document import office, text_of
from baogao.document.office import converted
from baogao.errors import DocumentError
from baogao.guarded import GuardedReader, ReadingLimits
from baogao.inputs import Source

RTF = rb"{\rtf1\ansi\ansicpg936 {\b report} 128\par 97\par}"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zip_of(**files: bytes) -> bytes:
    """A zip file; two underscores in a name stand for a stroke."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def stream(name: str) -> bytes:
    """The beginning of an old file that names one of its streams."""
    return OLE + bytes(500) + name.encode("utf-16-le") + bytes(500)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (RTF, "old Word format"),
        (stream("WordDocument"), "old Word format"),
        (stream("Workbook"), "a table in an old format"),
        (stream("Book"), "a table in an old format"),
        (stream("PowerPoint Document"), "it holds slides"),
        (stream("EncryptedPackage"), "locked by a password"),
        (stream("Something"), "old Word format"),
        (zip_of(mimetype=b"application/vnd.oasis.opendocument.text"), "OpenDocument"),
        (zip_of(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "a table in an old format"),
        (zip_of(mimetype=b"application/vnd.oasis.opendocument.presentation"), "it holds slides"),
        (zip_of(ppt__presentation=b""), "it holds slides"),
        (zip_of(xl__workbook=b""), "not a workbook"),
        (zip_of(report=b"12"), "an archive of files"),
        (zip_of(**{"OFD.xml": b""}), "an OFD file"),
        (b"Rar!\x1a\x07", "an archive of files"),
        (b"\x1f\x8b\x08", "an archive of files"),
        (b"<?xml version='1.0'?>\n<?mso-application progid='Word.Document'?><w:wordDocument/>", "old Word format"),
        (b"<?xml version='1.0'?><w:wordDocument/>", "old Word format"),
        (zip_of(word__document=b"", _rels=b""), "an archive of files"),
        (zip_of(), "binary data"),
    ],
)
def test_kinds_without_libreoffice(data, message):
    """Each kind that cannot be read says what to do instead."""
    with pytest.raises(DocumentError, match=message) as caught:
        text_of(data)
    assert "\n" not in str(caught.value)


def test_an_old_document_is_opened(libreoffice):
    """With LibreOffice an old document is text, and the text knows what opened it."""
    read = text_of(RTF, ".doc")
    assert read.text.split() == ["report", "128", "97"]
    assert read.converter.startswith("LibreOffice ")
    assert read.messages[0] == f"opened with {read.converter}"


def test_what_nobody_sees_in_an_old_document(libreoffice):
    """Struck-out, hidden and raised text comes through LibreOffice as what it is."""
    source = r"{\rtf1\ansi a 120\par b {\strike 120}128{\super 1} c {\v 999}97\par}"
    read = text_of(source.encode())
    assert read.text.split() == ["a", "120", "b", "128¹", "c", "97"]
    assert [notice.message for notice in read.notices[1:]] == ["struck-out text is left out", "hidden text is left out"]


def test_it_works_in_the_guarded_process(libreoffice, tmp_path):
    """The limit on memory that holds for our own reader is not that of LibreOffice."""
    path = tmp_path / "a.rtf"
    path.write_bytes(RTF)
    reader = GuardedReader(ReadingLimits(memory_mb=300))
    try:
        document, _ = reader.read(Source("a", path)).found()
    finally:
        reader.close()
    assert document.file.text.split() == ["report", "128", "97"]


def a_program(folder: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> Path:
    """Stand a script in for LibreOffice."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(office, "libreoffice", lambda: str(program))
    return program


def alive(pid: int) -> bool:
    """Whether a process runs."""
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def ends(pid: int) -> bool:
    """Whether a process ends soon."""
    return any(not alive(pid) or time.sleep(0.05) for _ in range(600))


def wait_for(path: Path) -> int:
    """The number that a script has written to a file."""
    for _ in range(600):
        if path.is_file() and path.read_text(encoding="utf-8").strip():
            return int(path.read_text(encoding="utf-8"))
        time.sleep(0.05)
    raise AssertionError("the script did not begin")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_one_that_hangs_is_ended_with_its_children(tmp_path, monkeypatch):
    """Time has an end, and no process is left behind."""
    note = tmp_path / "pid"
    a_program(tmp_path, monkeypatch, f"sleep 600 &\necho $! > {note}\nwait")
    monkeypatch.setattr(office, "_SECONDS", 0.5)
    with pytest.raises(DocumentError, match="takes more than"):
        converted(RTF, ".rtf", "docx")
    assert ends(wait_for(note))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_it_ends_with_whoever_reads(tmp_path):
    """Where the process that reads is killed, LibreOffice is too."""
    note = tmp_path / "pid"
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {note}\nwait\n", encoding="utf-8")
    program.chmod(0o755)
    code = (
        "from baogao.document import office\n"
        f"office.libreoffice = lambda: {str(program)!r}\n"
        "office.converted(b'x', '.rtf', 'docx')"
    )
    places = os.pathsep.join([str(Path(office.__file__).parents[2]), *filter(None, sys.path)])
    reader = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": places})
    child = wait_for(note)
    reader.kill()
    reader.wait()
    assert ends(child)


def test_one_that_makes_nothing(tmp_path, monkeypatch):
    """A file that it cannot open is an error in words."""
    a_program(tmp_path, monkeypatch, "exit 0")
    with pytest.raises(DocumentError, match="LibreOffice cannot open it"):
        converted(RTF, ".rtf", "docx")
    monkeypatch.setattr(office, "libreoffice", lambda: str(tmp_path / "none"))
    with pytest.raises(DocumentError, match="LibreOffice cannot"):
        converted(RTF, ".rtf", "docx")


def test_it_is_told_no_keys(tmp_path, monkeypatch):
    """Its surroundings hold what it needs and nothing else."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    note = tmp_path / "environment"
    a_program(tmp_path, monkeypatch, f"env > {note}")
    with pytest.raises(DocumentError):
        converted(RTF, ".rtf", "docx")
    assert "sk-secret" not in note.read_text(encoding="utf-8")
    assert "PATH=" in note.read_text(encoding="utf-8")
