"""Result files, and the store of what they say: of each request one line of a batch service, or of ``vllm run-batch``.

::

    {"id": "…", "custom_id": "…", "response": {"status_code": 200, "body": {…}}, "error": null}

A request that failed has another status with the server's words as its body, or an ``error`` beside it; one that was
never worked on (expired, cancelled) has an ``error`` and no response.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baogao.errors import UsageError
from baogao.resources import make_folder, new_file

_LONGEST_WORDS = 300
"""Characters of a service's error that go into a record."""
_MOST_DAMAGED_SHOWN = 5
"""Damaged lines that a notice names; it counts the others."""


@dataclass(frozen=True)
class Result:
    """What became of one request."""

    custom_id: str
    line_id: str
    """The service's own name for this line; two attempts at one request differ in it."""
    status: int | None
    """Of HTTP; None where no server answered."""
    body: Any
    """JSON as the server sent it; for a failure without a body, the error in its place."""
    words: str = ""
    """What went wrong; empty where nothing did."""

    @classmethod
    def of(cls, data: dict[str, Any]) -> Result | None:
        """The result that a line's JSON says; None where it says nothing of a request."""
        custom_id, error = data["custom_id"], data.get("error")
        response = data.get("response") or {}
        if not isinstance(custom_id, str) or not (response or error):
            return None
        body = response.get("body")
        status = int(response["status_code"]) if response else None
        words = "" if status == 200 and not error and isinstance(body, dict) else _words(error or body)
        if status == 200 and words:
            status = None  # some say 200 for a request that failed
        if not isinstance(body, dict):
            body = {"error": {"message": words}}
        return cls(custom_id, str(data.get("id") or ""), status, body, words)

    @property
    def good(self) -> bool:
        """Whether a server answered as it was asked to. Whether the answer is of use is seen when it is read."""
        return self.status == 200 and not self.words

    @property
    def attempt(self) -> tuple[str, str]:
        """What tells one failed attempt at a request from another."""
        return self.line_id, self.words

    def to_line(self) -> bytes:
        """The result as a line of a file that :func:`read_result` reads."""
        response = None if self.status is None else {"status_code": self.status, "body": self.body}
        error = {"message": self.words} if self.words else None
        line = {"id": self.line_id, "custom_id": self.custom_id, "response": response, "error": error}
        return (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


def read_result(line: bytes) -> Result | None:
    """The result of a line, or None where the line is not one: cut, damaged, of another format."""
    try:
        return Result.of(json.loads(line.decode("utf-8", "surrogatepass")))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return None


def _words(error: Any) -> str:
    """An error's message and code, wherever they stand: services nest them differently."""
    while isinstance(error, dict) and isinstance(error.get("error"), dict):
        error = error["error"]
    if not isinstance(error, dict):
        said = str(error or "no reply and no reason")
    else:
        parts = [str(error[name]) for name in ("code", "message") if error.get(name)]
        said = ": ".join(parts) or json.dumps(error, ensure_ascii=False)
    printable = "".join(char if char.isprintable() else " " for char in said)
    return " ".join(printable.split())[:_LONGEST_WORDS]


@dataclass
class Taken:
    """What was found in result files."""

    good: int = 0
    failed: int = 0
    again: int = 0
    """Lines about requests that had a good reply already, or that say what was known."""
    strange: int = 0
    """Lines about requests that are not of this batch."""
    damaged: list[str] = field(default_factory=list)
    """Where a line is no result: cut, or of another format."""

    def notices(self) -> list[str]:
        """What a user should know, in words."""
        found = []
        if self.damaged:
            more = ", …" if len(self.damaged) > _MOST_DAMAGED_SHOWN else ""
            where = ", ".join(self.damaged[:_MOST_DAMAGED_SHOWN]) + more
            found.append(f"{len(self.damaged)} lines are no results and were left out: {where}")
        if self.strange:
            found.append(f"{self.strange} results are of requests that this batch does not have, and were left out")
        return found


class Replies:
    """The results of a batch by request. Of several good replies to one request the first that came counts.

    :param folder: holds one file for each time that results were taken.
    :raises UsageError: it cannot be read, or written later.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._good: dict[str, tuple[Path, int, int]] = {}
        self._failed: dict[str, dict[tuple[str, str], Result]] = {}
        for path in _kept(folder):
            start = 0
            for line in _lines(path):
                result = read_result(line)
                if result is not None:
                    self._note(result, (path, start, len(line)))
                start += len(line)

    def get(self, custom_id: str) -> Result | None:
        """The good reply to a request, else the last failure, else None.

        :raises UsageError: the file of the reply cannot be read, or is not as it was.
        """
        if custom_id not in self._good:
            failures = self._failed.get(custom_id)
            return list(failures.values())[-1] if failures else None
        path, start, length = self._good[custom_id]
        try:
            with path.open("rb") as file:
                file.seek(start)
                result = read_result(file.read(length))
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
        if result is None:
            raise UsageError(f"{path} was changed while it was in use: give the result files to collect again")
        return result

    def failures(self, custom_id: str) -> int:
        """How many times a request was tried in vain."""
        return len(self._failed.get(custom_id, ()))

    @property
    def state(self) -> tuple[int, int]:
        """How many requests have a good reply, and how many attempts failed."""
        return len(self._good), sum(map(len, self._failed.values()))

    def take(self, paths: Iterable[Path], is_ours: Callable[[str], bool]) -> Taken:
        """Keep the results of some files.

        :param is_ours: whether a request is one of this batch.
        :raises UsageError: a file cannot be read, holds no result at all, or nothing can be written.
        """
        taken = Taken()
        number = 1 + max((int(path.stem) for path in _kept(self.folder)), default=0)
        target = self.folder / f"{number:04}.jsonl"
        part = target.with_suffix(".part")
        try:
            make_folder(self.folder, "work")
            with new_file(part, "work") as file:
                for result in (result for path in paths for result in _checked(path, is_ours, taken)):
                    if result.custom_id in self._good or result.attempt in self._failed.get(result.custom_id, {}):
                        taken.again += 1
                        continue
                    line = result.to_line()
                    self._note(result, (target, file.tell(), len(line)))
                    file.write(line)
                    taken.good += result.good
                    taken.failed += not result.good
                file.flush()
                os.fsync(file.fileno())
            # The places noted are those of the finished file: nothing is read before it is there.
            if taken.good or taken.failed:
                part.replace(target)
            else:
                part.unlink()
        except OSError as error:
            raise UsageError(f"cannot write {part}: {error.strerror or error}") from error
        return taken

    def _note(self, result: Result, place: tuple[Path, int, int]) -> None:
        if result.good:
            self._good.setdefault(result.custom_id, place)
        else:
            self._failed.setdefault(result.custom_id, {})[result.attempt] = result


def _kept(folder: Path) -> list[Path]:
    """The files of a store, the earliest first; other files in its folder are not its own."""
    return sorted(path for path in folder.glob("[0-9]*.jsonl") if path.stem.isdecimal())


def _checked(path: Path, is_ours: Callable[[str], bool], taken: Taken) -> Iterator[Result]:
    """The results of a file that are of this batch; notes the other lines."""
    lines = found = 0
    for line in _lines(path):
        lines += 1
        result = read_result(line)
        if result is None:
            taken.damaged.append(f"{path}, line {lines}")
            continue
        found += 1
        if is_ours(result.custom_id):
            yield result
        else:
            taken.strange += 1
    if lines and not found:
        raise UsageError(f"{path} holds no results of a batch: a line has custom_id, response and error")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from (line for line in file if line.strip())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
