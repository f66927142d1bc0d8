"""Office formats: which one a file is of. LibreOffice opens the old and foreign ones, where it is installed."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from baogao.document.file_text import FileText, Notice
from baogao.document.spreadsheet import read_workbook
from baogao.document.word import read_word
from baogao.errors import DocumentError

_ZIP, _RTF = b"PK\x03\x04", b"{\\rtf"
_FIRST_BYTES = (_ZIP, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _RTF)
"""Of new office files; of old ones and locked ones; of .rtf."""
_WORD_2003 = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[^>]*>\s*(?:<\?mso-application[^>]*Word\.Document[^>]*>|<w:wordDocument\b)"
)
OLD_WORD = (
    "it is in an old Word format (.doc, .wps, .rtf) or of OpenDocument (.odt); open it in a word processor and save it"
    " as .docx"
)
_HELP = ", or install LibreOffice, with which it is opened"
_OLD_TABLE = "it is a table in an old format (.xls, .et) or of OpenDocument (.ods); save it as .xlsx"
_SLIDES = "it holds slides, not a report; save its text as .docx or as text"
_NAMES = ("soffice", "libreoffice")
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice*/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
"""Where it is put without being on the search path."""
_SECONDS = 90.0
"""Turning one file into another takes some five; a limit on reading (``BAOGAO_READING_SECONDS``) may end it sooner."""
_WATCHED = """
ulimit -S -v "$(ulimit -H -v)" 2>/dev/null
exec 3<&0
"$@" 3<&- &
child=$!
(read -r _ <&3; kill -9 0) &
wait $child
kill -9 0
"""
"""Runs a command and ends with whoever reads the file: its input closes then, and the whole group is killed. The limit
on memory of whoever reads is not its own, because it asks for more than it uses."""
_SETTING = (
    '<item oor:path="/org.openoffice.Office.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
)
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Writer/Content/Update", "Link", "0"),
    ("Calc/Content/Update", "Link", "1"),
)
"""No macro is run, and nothing that a document links to is fetched."""


def is_office(data: bytes) -> bool:
    """Whether a file is one of an office program, by its first bytes."""
    return data.startswith(_FIRST_BYTES) or _WORD_2003.match(data[:1000]) is not None


def read_office(data: bytes) -> FileText:
    """The text of a file of which ``is_office`` is true: new Word and Excel; the others by way of LibreOffice.

    :raises DocumentError: it is damaged, locked or of another kind, or wants LibreOffice, which is not installed or
        cannot open it.
    """
    return _read_zip(data) if data.startswith(_ZIP) else _read_old(data)


def _read_zip(data: bytes) -> FileText:
    """What is a zip file inside: Word, Excel, OpenDocument."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = frozenset(archive.namelist())
            kind = archive.read("mimetype")[:100] if archive.NameToInfo.get("mimetype") else b""
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError):
        return read_word(data)  # it says what is wrong
    if b"opendocument.text" in kind:
        return _by_libreoffice(data, ".odt")
    if b"opendocument.spreadsheet" in kind:
        return _by_libreoffice(data, ".ods")
    if "xl/workbook.bin" in names:
        return _by_libreoffice(data, ".xlsb")
    if any(name.startswith("xl/") for name in names):
        return read_workbook(data)
    if any(name.startswith("ppt/") for name in names) or b"opendocument.presentation" in kind:
        raise DocumentError(_SLIDES)
    if "OFD.xml" in names:
        raise DocumentError("it is an OFD file; save it as PDF or as text")
    if names and not names & {"[Content_Types].xml", "_rels/.rels"}:
        raise DocumentError("it is an archive of files, not a report; unpack it first")
    return read_word(data)


def _read_old(data: bytes) -> FileText:
    """An old Word or Excel file, told by the names of its streams."""
    if _named("EncryptedPackage") in data:
        raise DocumentError("it is locked by a password; open it in a word processor and save it without one")
    if data.startswith(_RTF):
        return _by_libreoffice(data, ".rtf")
    if data.startswith(b"<"):  # LibreOffice loses what is struck out in it, and the numbers of lists
        raise DocumentError(OLD_WORD)
    if _named("PowerPoint Document") in data:
        raise DocumentError(_SLIDES)
    if (_named("Workbook") in data or _named("Book") in data) and _named("WordDocument") not in data:
        return _by_libreoffice(data, ".xls")
    if _named("WordDocument") not in data:
        raise DocumentError(OLD_WORD)
    return _by_libreoffice(data, ".doc")


def _named(stream: str) -> bytes:
    """How an old file writes the name of one of its streams."""
    return stream.encode("utf-16-le")


def _by_libreoffice(data: bytes, suffix: str) -> FileText:
    table = suffix in {".xls", ".xlsb", ".ods"}
    if libreoffice() is None:
        raise DocumentError((_OLD_TABLE if table else OLD_WORD) + _HELP)
    made = converted(data, suffix, "xlsx" if table else "docx")
    program = libreoffice_version()
    file = read_workbook(made) if table else read_word(made)
    return replace(file, notices=(Notice(f"opened with {program}"), *file.notices), converter=program)


@lru_cache(maxsize=1)
def libreoffice() -> str | None:
    """The path of LibreOffice; None where it is not installed."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        for place in map(Path, _PLACES):
            folder = Path(place.anchor)
            found = next((str(path) for path in folder.glob(str(place.relative_to(folder))) if path.is_file()), None)
            if found is not None:
                break
    return found


@lru_cache(maxsize=1)
def libreoffice_version() -> str:
    """Its name with its version."""
    program = libreoffice()
    said = ""
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(
            [program or "", "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            env=_environment(Path("/nonexistent")),
        ).stdout
    match = re.search(r"LibreOffice\s+([\d.]+)", said)
    return f"LibreOffice {match[1]}" if match else "LibreOffice"


def converted(data: bytes, suffix: str, target: str) -> bytes:
    """A file in another format.

    :param suffix: what its format is called, with the dot: ``.doc``.
    :param target: ``docx`` or ``xlsx``.
    :raises DocumentError: LibreOffice cannot open it, or takes too long.
    """
    program = libreoffice()
    assert program is not None  # whoever asks has looked
    with tempfile.TemporaryDirectory(prefix="baogao-") as name:
        folder = Path(name)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        settings = "".join(_SETTING.format(*each) for each in _SETTINGS)
        (profile / "registrymodifications.xcu").write_text(
            f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{settings}</oor:items>', encoding="utf-8"
        )
        source = folder / f"report{suffix}"
        source.write_bytes(data)
        command = [program, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--norestore"]
        command += ["--nolockcheck", "--convert-to", target, "--outdir", str(folder / "out"), str(source)]
        _run(command, folder)
        outcome = folder / "out" / f"report.{target}"
        if not outcome.is_file():
            reasons = "it is damaged or locked, or the part of LibreOffice for it is not installed"
            raise DocumentError(f"LibreOffice cannot open it: {reasons}; save it again as .{target} or as text")
        return outcome.read_bytes()


def _run(command: list[str], folder: Path) -> None:
    """Run it to its end, or to the end of its time; it leaves no process behind.

    :raises DocumentError: it cannot be started, or takes too long.
    """
    watched = command if sys.platform == "win32" else ["/bin/sh", "-c", _WATCHED, "sh", *command]
    try:
        running = subprocess.Popen(
            watched,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
    except OSError as error:
        raise DocumentError(f"LibreOffice cannot be started: {error.strerror or error}") from error
    try:
        running.wait(_SECONDS)
    except subprocess.TimeoutExpired as error:
        words = f"LibreOffice takes more than {_SECONDS:.0f} seconds to open it; save it as .docx or as text"
        raise DocumentError(words) from error
    finally:
        with suppress(OSError):
            if sys.platform == "win32":
                running.kill()
            else:
                os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        if running.stdin is not None:
            running.stdin.close()


def _environment(home: Path) -> dict[str, str]:
    """What it is told of its surroundings: no keys, and a home of its own."""
    kept = {
        name: value
        for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP")
        if (value := os.environ.get(name))
    }
    return kept | {"HOME": str(home), "SAL_USE_VCLPLUGIN": "svp"}
