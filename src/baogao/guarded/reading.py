"""What is asked of the process that reads files, within which limits, and what comes of it."""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from baogao.candidates import USUAL, Candidates
from baogao.document import Document
from baogao.errors import BaogaoError, UsageError
from baogao.inputs import Source
from baogao.record import Record
from baogao.schema.fields import Sought


@dataclass(frozen=True)
class ReadingLimits:
    """What reading one report, and finding its candidates, may take."""

    memory_mb: int = 700
    """Megabytes of address space, above what the process has before its first file. Held on Linux only."""
    seconds: int = 120
    """By the clock."""

    @classmethod
    def chosen(cls) -> ReadingLimits:
        """``BAOGAO_READING_MEMORY_MB`` and ``BAOGAO_READING_SECONDS``, where they are set.

        :raises UsageError: one of them is no whole number above 0.
        """
        told: dict[str, int] = {}
        for name in ("memory_mb", "seconds"):
            variable = f"BAOGAO_READING_{name.upper()}"
            if value := os.environ.get(variable):
                if not (value.isascii() and value.isdigit() and int(value[:9]) > 0) or len(value) > 9:
                    raise UsageError(f"{variable} must be a whole number above 0, not {value[:40]!r}")
                told[name] = int(value)
        return cls(**told)


Finish = Callable[[Document, Candidates], Record | None]
"""From what was read to the record; None where that cannot be done in this process."""


class Task(Protocol):
    """What is done with a file once it is read, without leaving the process. It is sent there, so it can be pickled."""

    def begin(self) -> Finish:
        """Load what it takes; called in the process, once for any number of files."""
        ...


@dataclass(frozen=True)
class Done:
    """A report that is done: its record, and the text that its offsets refer to."""

    record: Record
    text: str
    reader: str = ""
    """What read its file; see :attr:`baogao.document.FileText.reader`."""


@dataclass(frozen=True)
class Reading:
    """What came of reading one file."""

    document: Document | None = None
    """None where it could not be read."""
    candidates: Candidates | None = None
    error: Exception | None = None
    """What reading it, or finding its candidates, failed of: a ``BaogaoError``, or a bug of ours."""
    done: Done | None = None
    """Instead of document and candidates, where there was a task and it came to its end."""

    def told(self) -> str:
        """What came of it, for a log: without a word of the file's."""
        if self.done is not None:
            return f"read as {self.done.reader}: {len(self.done.text)} characters; its record is made there"
        if self.document is None:
            return f"not read: {type(self.error).__name__}"
        count = len(self.candidates) if self.candidates is not None else 0
        return f"read as {self.document.file.reader}: {len(self.document.file.text)} characters, {count} candidates"

    def found(self) -> tuple[Document, Candidates]:
        """The document and its candidates.

        :raises BaogaoError: the file could not be read, or not within the limits.
        """
        if self.error is not None:
            raise self.error
        assert self.document is not None  # one of the two is always there
        assert self.candidates is not None
        return self.document, self.candidates

    @classmethod
    def of(cls, source: Source, sought: Sought = USUAL) -> Reading:
        """Read a file in this process, without limits."""
        from baogao.candidates.find import find_candidates  # whoever has files read elsewhere needs no grammar

        document: Document | None = None
        try:
            document = source.read()
            candidates = find_candidates(document, sought)
        except Exception as error:  # whoever asked is told, in another process
            return cls(document, error=error)
        return cls(replace(document), candidates)

    def finished(self, finish: Finish) -> Reading:
        """The same, taken to its end where that can be done here; what goes wrong on the way is not told.

        Whoever asked does it again, where it can be said.
        """
        if self.document is None or self.candidates is None:
            return self
        try:
            record = finish(replace(self.document), replace(self.candidates))
        except Exception:
            return self
        file = self.document.file
        return Reading(done=Done(record, file.text, file.reader)) if record else self


@dataclass(frozen=True)
class Order:
    """What the process is told to do."""

    folder: Path
    """Where the program is by now; it may have gone elsewhere since the process was started."""
    source: Source | None = None
    """What to read."""
    task: Task | None = None
    """What to get ready for, where nothing is to be read."""
    sought: Sought = USUAL
    """What is asked about in it, beside the usual."""
    whole: bool = False
    """Whether what is read is to be taken to its end, too."""


def portable(reading: Reading) -> Reading:
    """The same, with an error that can be sent: one of ours, or one that names the bug and where it is."""
    error = reading.error
    if error is None:
        return reading
    if isinstance(error, BaogaoError | MemoryError):
        return replace(reading, error=type(error)(str(error)))
    place = "".join(traceback.format_exception(error))
    try:
        sent: Exception = pickle.loads(pickle.dumps(error))
    except Exception:  # an exception may be made of anything
        sent = RuntimeError(f"{type(error).__name__}: {error}")
    sent.add_note(place)
    return replace(reading, error=sent)
