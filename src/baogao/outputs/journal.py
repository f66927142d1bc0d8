"""The journal of a run: every finished document as one line that carries its own checksum, written as it finishes.

A process that is killed leaves at most its last line half-written; a disk may damage any. Either is told from a whole
line by its checksum, is left out, and its document is done again. The first line says what the run is made with; lines
that were made with anything else are of no use to it.

::

    {"crc32": "9ae0daaf", "entry": {"journal": 1, "run": {…}}}
    {"crc32": "5d3a0c1e", "entry": {"doc_id": "…", …}}
"""

from __future__ import annotations

import json
import logging
import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from baogao.errors import UsageError
from baogao.resources import NOT_THROUGH_LINKS, make_folder, new_file

JOURNAL = "journal.jsonl"
"""The file in a run's folder."""
JOURNAL_VERSION = 1
_SYNC_SECONDS = 1.0
"""How much work a power failure may take: a killed process loses none, and to sync every line would slow a run down."""
_HEAD = b'{"crc32": "%08x", "entry": '
_HEAD_LENGTH = len(_HEAD % 0)
_TAIL = b"}\n"
_LARGE = ("record", "review", "sentences", "text")
"""Of an entry, what is read again where it is needed."""

_log = logging.getLogger(__name__)

Entry = dict[str, Any]
Place = tuple[int, int]
"""Where a line begins in the file, and how many bytes it has."""


class Journal:
    """An append-only file of checked lines.

    :param path: where it is; a link that stands there is not followed, and gives way to a file.
    :param run: what the entries depend on; a journal that was made with anything else is begun anew.
    :param fits: whether an entry that was found is one that the caller could have written; it is damaged where not.
    :raises UsageError: the file cannot be read or written, here or later.
    """

    def __init__(
        self, path: Path, run: Mapping[str, Any], fits: Callable[[Entry], bool] = lambda entry: "doc_id" in entry
    ) -> None:
        self.path = path
        self.notices: list[str] = []
        """What was wrong with the file that was found, in words."""
        self.found: list[tuple[Entry, Place]] = []
        """The whole entries that were found, without what is ``_LARGE`` in them; the caller may empty it."""
        self.other: tuple[dict[str, Any], Entry] | None = None
        """What another run is made with, whose entries are of no use to this one; and the first of them."""
        self._file: BinaryIO | None = None
        self._end = 0
        self._synced = time.monotonic()
        self._run = json.loads(json.dumps(dict(run)))
        if path.is_symlink():
            self.notices.append(f"{path} is not used, and begun anew: it is a link")
        elif path.is_file() and path.stat().st_size:
            self._load(fits)

    @property
    def begun(self) -> bool:
        """Whether anything stands in the file that belongs to this run."""
        return self._end > 0

    def append(self, entry: Entry) -> Place:
        """Write one entry; when this returns, the entry outlives the process."""
        if not self.begun:
            self._write({"journal": JOURNAL_VERSION, "run": self._run})
        return self._write(entry)

    def read(self, places: Iterable[Place]) -> Iterator[Entry]:
        """The entries at some places, whole, one at a time; the file need not be there where none is wanted."""
        places = list(places)
        if not places:
            return
        try:
            with self.path.open("rb") as file:
                for start, length in places:
                    file.seek(start)
                    entry = checked(file.read(length))
                    if entry is None:
                        raise UsageError(f"{self.path} was changed while it was in use; the same command mends it")
                    yield entry
        except OSError as error:
            raise UsageError(f"cannot read {self.path}: {error.strerror or error}") from error

    def close(self) -> None:
        """Make everything that was written safe, and release the file."""
        if self._file is not None:
            file, self._file = self._file, None
            with suppress(OSError):  # a full disk was said where it was met
                os.fsync(file.fileno())
            file.close()

    def remove(self) -> None:
        """Take the file away: what it holds stands elsewhere by now."""
        self.close()
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise UsageError(f"cannot remove {self.path}: {error.strerror or error}") from error
        self._end = 0

    def _load(self, fits: Callable[[Entry], bool]) -> None:
        """Find the whole lines of the file, if its first says that it is of this run, and where the last one ends."""
        damaged: list[int] = []
        try:
            with self.path.open("rb") as file:
                line = file.readline()
                head = checked(line)
                if head != {"journal": JOURNAL_VERSION, "run": self._run}:
                    words = (
                        "its first line is damaged"
                        if head is None
                        else "it is of a run that was made with something else"
                    )
                    self.notices.append(f"{self.path} is not used, and begun anew: {words}")
                    first = checked(file.readline()) if head and isinstance(head.get("run"), dict) else None
                    self.other = (head["run"], first) if head and first and fits(first) else None
                    return
                start = self._end = len(line)
                for number, line in enumerate(file, start=2):
                    entry, place = checked(line), (start, len(line))
                    if entry is not None and fits(entry):
                        self.found.append(({k: v for k, v in entry.items() if k not in _LARGE}, place))
                    else:
                        damaged.append(number)
                    start += len(line)
                    if line.endswith(b"\n"):
                        self._end = start
        except OSError as error:
            raise UsageError(f"cannot read {self.path}: {error.strerror or error}") from error
        if damaged:
            where = ", ".join(map(str, damaged[:5])) + (", …" if len(damaged) > 5 else "")
            self.notices.append(
                f"{self.path} is damaged in line {where}: what stood there is done again, the other lines are used"
            )

    def _write(self, entry: Entry) -> Place:
        """Add a line behind the last whole one."""
        line = encoded(entry)
        try:
            if self._file is None:
                self._file = self._opened()
                self._file.truncate(self._end)
            rest = memoryview(line)
            while rest:  # a system whose disk is nearly full takes a part, and refuses at the next call
                rest = rest[self._file.write(rest) :]
            if time.monotonic() - self._synced > _SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            if self._file is not None:
                with suppress(OSError):  # the next run would find the half of a line anyway
                    self._file.truncate(self._end)
            raise UsageError(
                f"cannot write {self.path}: {error.strerror or error}; what was finished is kept, "
                "and the same command goes on there"
            ) from error
        place = (self._end, len(line))
        self._end += len(line)
        return place

    def _opened(self) -> BinaryIO:
        """The file, open for lines to be added; unbuffered, so that what is written is the system's."""
        if self.begun:
            flags = os.O_WRONLY | os.O_APPEND | NOT_THROUGH_LINKS | getattr(os, "O_BINARY", 0)
            return os.fdopen(os.open(self.path, flags), "ab", 0)
        make_folder(self.path.parent)
        return new_file(self.path, "work", buffering=0)


def encoded(entry: Entry) -> bytes:
    """An entry as a line of the file."""
    body = json.dumps(entry, ensure_ascii=False, separators=(", ", ": ")).encode("utf-8", "surrogatepass")
    return _HEAD % zlib.crc32(body) + body + _TAIL


def checked(line: bytes) -> Entry | None:
    """The entry of a line, or None where the line is not one that was written whole."""
    body = line[_HEAD_LENGTH : -len(_TAIL)]
    if not line.endswith(_TAIL) or line[:_HEAD_LENGTH] != _HEAD % zlib.crc32(body):
        return None
    try:
        entry = json.loads(body.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None
