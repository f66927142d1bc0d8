"""Records as lines of a file, in the order of their documents, whatever is finished first.

A record that is finished before its turn waits in memory; when the run is interrupted, whatever is finished is written,
still in order. Nothing is written before the first document has come through, so that a run that cannot work leaves
what an earlier run wrote as it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from baogao.document import Document
from baogao.errors import UsageError
from baogao.record import Record

if TYPE_CHECKING:
    from baogao.inputs import Source


class RecordFile:
    """Takes the records of one run. Use as ``with RecordFile(path, order) as file``.

    :param order: the ids of the documents that will come.
    :raises UsageError: the file cannot be written, on entering or later.
    """

    def __init__(self, path: Path, order: Iterable[str]) -> None:
        self.path = path
        self._order = deque(order)
        self._waiting: dict[str, Record] = {}
        self._file: TextIO | None = None
        self._started = False

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise _cannot_write(self.path, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        try:
            if self._started or error is None or (self._waiting and not isinstance(error, UsageError)):
                self._start()
                self._write_all()
        finally:
            self._file.close()
            if not self._started and self.path.stat().st_size == 0:
                self.path.unlink()

    def finished(self, source: Source) -> Record | None:
        """Nothing is: every run writes its file anew."""
        return None

    def add(self, record: Record, document: Document | None = None, *, again: bool = False) -> None:
        """Write a record, or keep it until those before it are written.

        The text is not kept: the input's own file is what the offsets refer to.
        """
        self._waiting[record.doc_id] = record
        if record.status == "ok":
            self._start()
        while self._started and self._order and self._order[0] in self._waiting:
            self._write(self._waiting.pop(self._order.popleft()))

    def _start(self) -> None:
        """Make room for this run's records; what an earlier run wrote ends here."""
        if self._file is not None and not self._started:
            self._file.truncate(0)
            self._started = True

    def _write_all(self) -> None:
        for doc_id in self._order:
            if doc_id in self._waiting:
                self._write(self._waiting.pop(doc_id))

    def _write(self, record: Record) -> None:
        if self._file is None:
            raise UsageError(f"{self.path} is not open for writing")
        try:
            self._file.write(record.to_json() + "\n")
            self._file.flush()
        except OSError as error:
            raise _cannot_write(self.path, error) from error


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write {path}: {error.strerror or error}")
