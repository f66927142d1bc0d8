"""The queue of a run as a file, sorted without holding it: a long run may have hundreds of thousands of entries."""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from baogao.record import json_line
from baogao.resources import new_file


class QueueFile:
    """Writes entries of the queue, most valuable first, ties in the order in which they come.

    Use as ``with QueueFile(path) as queue``; the file is there when the block ends well. In memory are the priority and
    the place of each entry only.

    :raises OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._as_they_come = path.with_suffix(".unsorted")
        self._file = new_file(self._as_they_come)
        self._end = 0
        self._priorities = array("d")
        self._places = array("q")

    def __enter__(self) -> Self:
        return self

    def add(self, review: Mapping[str, Any]) -> None:
        """Take one entry, as its JSON."""
        line = f"{json_line(review)}\n".encode()
        self._file.write(line)
        self._priorities.append(review["priority"])
        self._places.append(self._end)
        self._end += len(line)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if error is not None:
            return
        order = sorted(range(len(self._places)), key=lambda number: -self._priorities[number])
        with self._as_they_come.open("rb") as found, new_file(self._path) as file:
            for number in order:
                found.seek(self._places[number])
                file.write(found.readline())
            file.flush()
            os.fsync(file.fileno())
        self._as_they_come.unlink()
