"""Which files to read, and what to call them.

What baogao itself wrote is no input: where a folder is searched, the texts and the page of an earlier run are passed
over, so that the same command reads the same reports the second time.
"""

from __future__ import annotations

import glob
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from baogao.console import is_obeyed
from baogao.document import Document
from baogao.document.readers import PICTURES, SUFFIXES, read_document
from baogao.errors import DocumentError, UsageError

MARKED = ".marked.txt"
"""How a text with inline marks ends."""
_LONGEST_ID = 200
"""Bytes; a file is called by its id, a suffix and perhaps a number, and names have at most 255."""
_NEVER_IN_A_NAME = frozenset('<>:"/\\|?*')
"""Characters that Windows, or any system, does not allow in a file's name."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?|\.*", re.IGNORECASE)
"""Devices of Windows, and names of dots only."""
RUN_MARK = ".baogao.lock"
"""Stands in every folder that a run or a batch writes to."""
_OF_RUN = re.compile(r"texts/[^/]+\.txt|index\.html|matrix\.html")
_OF_EVAL = re.compile(r"report\.html")
"""What such a folder, or that of an evaluation, holds that could be taken for a report. Anything else in it is the
user's, who may well have named the folder of the reports for the results."""
_MARKS = (
    (RUN_MARK, re.compile(rb""), _OF_RUN),
    ("records.jsonl", re.compile(rb'\{"doc_id": ".*", "source": ".*", "sha256": "[0-9a-f]*", "schema": "'), _OF_RUN),
    ("run.json", re.compile(rb'\{\s*"baogao": "'), _OF_EVAL),
)
"""By which file a folder is known, by what at its beginning, and what baogao wrote there. Records are a second mark,
because hidden files stay behind when a folder is copied."""
_TABLE = re.compile(rb"(?:\xef\xbb\xbf)?doc_id,(?:source,status,error|field,label,group),")
"""How a table of records begins, wherever it was written to."""
_HEAD = 8192
"""Bytes of a file in which its mark shows itself."""
_NAMED = 3
"""Folders, or files, that a notice names."""
_UNSEEN = re.compile(r"[.].*|~\$.*|thumbs\.db|desktop\.ini", re.IGNORECASE)
"""Names of files that a system or an office program keeps for itself while a report is open."""
_KEPT = re.compile(r"~\$.*|\.~lock\..*|\._.*|\.DS_Store|thumbs\.db|desktop\.ini", re.IGNORECASE)
"""Those among them that stand beside reports."""
_READ_WHATEVER_ITS_NAME = (b"PK\3\4", b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xfe", b"\xfe\xff")
"""What files begin with that hold a report under any name, and bytes that are no text: documents, UTF-16."""
_KINDS_NAMED = 6
"""Kinds of files that a notice counts."""
_ABOUT = re.compile(r"(?:readme|changelog|licen[cs]e|contributing)\b.*\.(?:md|markdown)", re.IGNORECASE)
"""Notes on a folder, which are no report."""


@dataclass(frozen=True)
class Source:
    """One input: where it is, and the id of its record."""

    doc_id: str
    path: Path
    within: Path | None = None
    """The folder that was searched for it, which it must not lead out of; None for a file that was named."""
    ocr: bool = False
    """Whether words are recognised in it where it has no text."""

    def read(self) -> Document:
        """Read the file.

        :raises DocumentError: it cannot be read, or is a link that leads out of the folder that was given.
        :raises UsageError: words are to be recognised, and the extra for it is not installed.
        """
        if self.within is not None and not self.path.resolve().is_relative_to(self.within.resolve()):
            raise DocumentError("it is a link that leads out of the folder that was given; name the file itself")
        return replace(read_document(self.path, self.doc_id, ocr=self.ocr), source=self.name)

    @property
    def name(self) -> str:
        """The path as the user gave it, in characters that can be written."""
        return _writable(self.path)


class Sources(list[Source]):
    """The files that some inputs stand for.

    :param notices: what a user should know of the search, one line each.
    :param at_the_end: the same, of what is said once, when everything else was.
    """

    def __init__(
        self, sources: Iterable[Source] = (), notices: Iterable[str] = (), at_the_end: Iterable[str] = ()
    ) -> None:
        super().__init__(sources)
        self.notices = list(notices)
        self.at_the_end = list(at_the_end)


def find_sources(inputs: Iterable[str], *, ocr: bool = False) -> Sources:
    """Every file that some inputs stand for, in the order given, each once.

    Two files of one name are both kept: the second is called ``NAME-2``. What baogao wrote into a folder that is
    searched is passed over, as are files of other kinds, and notices name them; a file that is named outright is read
    whoever wrote it and whatever it is called. Among several that are named, as a shell names all that are in a folder,
    what programs keep for themselves and what holds no text is passed over, too.

    :param inputs: files, folders (searched to the bottom, names beginning with a dot left out), or glob patterns.
    :param ocr: recognise words where there is no text; folders are searched for pictures too then.
    :raises UsageError: an input stands for no file at all, or cannot be looked into, or all of them hold nothing but
        what baogao wrote; words are to be recognised, and the extra for it is not installed: nothing has been started
        then.
    """
    if ocr:
        from baogao.document.ocr import require_engine

        require_engine()
    found: dict[Path, tuple[Path, Path | None]] = {}
    own = _OwnOutput()
    others: dict[Path, None] = {}
    inputs = list(inputs)
    suffixes = SUFFIXES | PICTURES if ocr else SUFFIXES
    several = any(_is_report(Path(Path(given).name), suffixes) for given in inputs)
    for given in inputs:
        try:
            paths, within = _expand(given, suffixes)
            if within is not None:
                unseen = _others(within, suffixes) if Path(given).is_dir() else filter(_is_kept, _matches(given))
                others.update(dict.fromkeys(one for one in unseen if not own.is_beside(one, within)))
            for path in paths:
                if within is None and several and _is_beside_reports(path, suffixes):
                    others[path] = None
                    continue
                if within is not None and own.holds(path, within):
                    continue
                first, _ = found.setdefault(path.resolve(), (path, within))
                if within is None:
                    found[path.resolve()] = (first, None)
        except OSError as error:
            raise UsageError(f"{given}: {error.strerror or error}") from error
    if not found:
        raise UsageError(f"there is nothing to read{own.words(' but')}: name a file, a folder or a pattern")
    sources = name_sources([path for path, _ in found.values()])
    searched = [
        replace(source, within=within, ocr=ocr) for source, (_, within) in zip(sources, found.values(), strict=True)
    ]
    notices = [f"passed over{own.words()}"] if own.folders else []
    return Sources(searched, notices, _passed_over(list(others)))


def _others(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """The files of a folder that are taken for no report by their names; what is hidden is said of none."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    names = ((file, file.relative_to(folder)) for file in files)
    return [
        file
        for file, name in names
        if not _is_report(name, suffixes)
        and not file.name.endswith(MARKED)
        and (not _is_unseen(name) or (_is_kept(file) and not _is_unseen(name.with_name("report"))))
    ]


def _is_kept(path: Path) -> bool:
    """Whether a program keeps a file for itself while a report is open, or a system in every folder."""
    return _KEPT.fullmatch(path.name) is not None


def _is_beside_reports(path: Path, suffixes: frozenset[str]) -> bool:
    """Whether a file that was named among reports is none: a program keeps it, or nobody knows its kind and its
    beginning is no text."""
    if _is_kept(path) or path.suffix.lower() in suffixes:
        return _is_kept(path)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return b"\0" in head and not head.startswith(_READ_WHATEVER_ITS_NAME)


def _passed_over(files: list[Path]) -> list[str]:
    """The line that says which files were passed over, kind by kind; none if there were none."""
    if not files:
        return []
    kinds = Counter("~$" if file.name.startswith("~$") else file.suffix.lower() or file.name for file in files)
    counts = ", ".join(f"{_writable(Path(kind))} {number}" for kind, number in kinds.most_common(_KINDS_NAMED))
    more = ", …" if len(kinds) > _KINDS_NAMED else ""
    names = ", ".join(map(_writable, files[:_NAMED])) + (", …" if len(files) > _NAMED else "")
    return [f"passed over as no reports: {counts}{more} ({names})"]


class _OwnOutput:
    """Finds what baogao wrote itself, and remembers in which folders."""

    def __init__(self) -> None:
        self.folders: dict[Path, None] = {}
        """Those with something that was passed over, in the order in which they were met."""
        self._known: dict[Path, bool] = {}

    def holds(self, path: Path, within: Path) -> bool:
        """Whether a run wrote this file; a run's folder that the searched one lies in says nothing of it."""
        if path.suffix.lower() == ".csv" and self._has(path.parent, path.name, _TABLE):
            self.folders[path.parent] = None
            return True
        for folder in (path.parent, path.parent.parent):
            if not folder.is_relative_to(within):
                break
            name = path.relative_to(folder).as_posix()
            written = ((mark, begins) for mark, begins, files in _MARKS if files.fullmatch(name))
            if any(self._has(folder, mark, begins) for mark, begins in written):
                self.folders[folder] = None
                return True
        return False

    def is_beside(self, path: Path, within: Path) -> bool:
        """Whether a file lies where a run or an evaluation wrote, in the folder that is searched."""
        folders = (folder for folder in path.parents if folder.is_relative_to(within))
        return any(self._has(folder, mark, begins) for folder in folders for mark, begins, _ in _MARKS)

    def words(self, before: str = "") -> str:
        """What was passed over, for a user; empty if nothing was."""
        if not self.folders:
            return ""
        names = [_writable(folder) for folder in self.folders]
        more = f" and {len(names) - _NAMED} more folders" if len(names) > _NAMED else ""
        return f"{before} what baogao itself wrote in {', '.join(names[:_NAMED])}{more}"

    def _has(self, folder: Path, mark: str, begins: re.Pattern[bytes]) -> bool:
        place = folder / mark
        if place not in self._known:
            self._known[place] = False
            with suppress(OSError):  # what cannot be opened says nothing
                if place.is_file():
                    with place.open("rb") as file:
                        self._known[place] = begins.match(file.read(_HEAD)) is not None
        return self._known[place]


def _expand(given: str, suffixes: frozenset[str]) -> tuple[list[Path], Path | None]:
    """The files that an input stands for, and the folder that was searched for them.

    :raises UsageError: there are none.
    """
    if not given:
        raise UsageError("an input is empty: name a file, a folder or a pattern")
    path = Path(given)
    if path.is_dir():
        found = sorted(
            file for file in path.rglob("*") if file.is_file() and _is_report(file.relative_to(path), suffixes)
        )
        if not found:
            known = " ".join(sorted(suffixes))
            raise UsageError(f"there is nothing to read in {path}: no file ends in one of {known}")
        return found, path
    if path.exists():
        return [path], None
    files = [match for match in _matches(given) if not _UNSEEN.fullmatch(match.name)]
    if not files:
        raise UsageError(f"no file matches {given}" if glob.has_magic(given) else f"there is no file or folder {given}")
    # A pattern searches the folder that stands before its first part with a wild card.
    fixed = takewhile(lambda part: not glob.has_magic(part), path.parts)
    return files, Path(*fixed)


def _matches(pattern: str) -> list[Path]:
    """The files that a pattern matches; it may be absolute."""
    return sorted(path for path in map(Path, glob.glob(pattern, recursive=True)) if path.is_file())  # noqa: PTH207


def _is_report(path: Path, suffixes: frozenset[str]) -> bool:
    """Whether a file in a folder is taken for a report: its suffix is known, and neither it nor a folder is hidden.

    Texts with inline marks are passed over: their compiled text stands elsewhere (docs/evaluation.md).
    """
    known = path.suffix.lower() in suffixes and not _ABOUT.fullmatch(path.name)
    return known and not _is_unseen(path) and not path.name.endswith(MARKED)


def _is_unseen(path: Path) -> bool:
    """Whether a file is hidden, lies in a hidden folder, or is kept by a program for itself."""
    return _UNSEEN.fullmatch(path.name) is not None or any(part.startswith(".") for part in path.parts)


def name_sources(paths: list[Path]) -> list[Source]:
    """Files with ids, which are their stems made distinct; a name that is given is never taken by a numbered one.

    An id is a file's name on every system and safe to print: odd characters of a stem become ``_``. Capitals do not
    make a name distinct: texts are files called by their ids, and some file systems see one name.
    """
    stems = [_harmless(_writable(Path(path.stem))) for path in paths]
    taken = {name_key(stem) for stem in stems}
    used: set[str] = set()
    sources = []
    for path, stem in zip(paths, stems, strict=True):
        doc_id, number = stem, 1
        while name_key(doc_id) in used or (number > 1 and name_key(doc_id) in taken):
            number += 1
            doc_id = f"{stem}-{number}"
        used.add(name_key(doc_id))
        sources.append(Source(doc_id, path))
    return sources


def name_key(doc_id: str) -> str:
    """What a file system may take for the same name has the same key."""
    return unicodedata.normalize("NFC", doc_id).casefold()


def _harmless(stem: str) -> str:
    """A stem that leads nowhere else, shows itself as it is, and is no device."""
    odd = {char for char in stem if char in _NEVER_IN_A_NAME or is_obeyed(char)}
    name = "".join("_" if char in odd else char for char in stem)
    name = name.encode()[:_LONGEST_ID].decode("utf-8", "ignore")
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def _writable(path: Path) -> str:
    """A path in characters that UTF-8 can hold: a name in another encoding has bytes that stand for none."""
    return os.fsencode(path).decode("utf-8", "replace")
