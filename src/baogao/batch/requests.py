"""Request files: the questions of a batch, numbered by round, none larger than a batch service takes."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from baogao.errors import UsageError
from baogao.llm.messages import Payload
from baogao.llm.usage import estimate_payload_tokens

MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
"""What hosted batch services take in one file."""
_URL = "/v1/chat/completions"


@dataclass(frozen=True)
class Limits:
    """The most that one request file may hold."""

    requests: int = MOST_REQUESTS
    bytes: int = MOST_BYTES


class RequestFiles:
    """The request files of a batch, and the round that is being written. Use as ``with RequestFiles(folder) as files``.

    The files of a round appear together when the block ends well.

    :raises UsageError: a file cannot be read or written.
    """

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self.prompt_tokens = 0
        """Of the new requests, by estimate."""
        self.completion_tokens = 0
        """Of the new requests: every reply as long as its cap allows."""
        self.written: list[Path] = []
        """The files of the new round, once they are there."""
        self._asked: Counter[str] = Counter()
        self._new: set[str] = set()
        self._parts: list[Path] = []
        self._file: BinaryIO | None = None
        self._lines = 0
        self._round = 1 + max((_round(path) for path in self.folder.glob("requests-*.jsonl")), default=0)
        self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close()
            for part in self._parts:
                if error is None:
                    self.written.append(part.replace(part.with_suffix("")))
                else:
                    part.unlink(missing_ok=True)
        except OSError as failure:
            raise _cannot_write(self.folder, failure) from failure

    def asked(self, custom_id: str) -> int:
        """How many times a request stands in the files of all rounds, the new one included."""
        return self._asked[custom_id]

    def is_new(self, custom_id: str) -> bool:
        """Whether a request was added to the new round."""
        return custom_id in self._new

    @property
    def new(self) -> int:
        """How many requests the new round has."""
        return len(self._new)

    def add(self, custom_id: str, body: Payload) -> None:
        """Put a request into the new round, once."""
        if custom_id in self._new:
            return
        request = {"custom_id": custom_id, "method": "POST", "url": _URL, "body": body}
        line = (json.dumps(request, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
        if len(line) > self.limits.bytes:
            raise UsageError(f"a request of {len(line)} bytes is larger than a file may be ({self.limits.bytes})")
        try:
            self._with_room(len(line)).write(line)
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        self._lines += 1
        self._asked[custom_id] += 1
        self._new.add(custom_id)
        self.prompt_tokens += estimate_payload_tokens(body)
        self.completion_tokens += int(body.get("max_tokens") or body.get("max_completion_tokens") or 0)

    def _with_room(self, size: int) -> BinaryIO:
        """The file that is being written, or the next one where this is full."""
        file = self._file
        if file is not None and self._lines < self.limits.requests and file.tell() + size <= self.limits.bytes:
            return file
        self._close()
        part = self.folder / f"requests-{self._round}-{len(self._parts) + 1:03}.jsonl.part"
        self._file = part.open("wb")
        self._parts.append(part)
        self._lines = 0
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _load(self) -> None:
        for path in sorted(self.folder.glob("requests-*.jsonl")):
            try:
                with path.open("rb") as file:
                    self._asked.update(str(json.loads(line)["custom_id"]) for line in file if line.strip())
            except (ValueError, LookupError, TypeError) as error:
                raise UsageError(f"{path} is not as it was written: {error}") from error
            except OSError as error:
                raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def _round(path: Path) -> int:
    """2 of ``requests-2-001.jsonl``."""
    number = path.stem.split("-")[1]
    return int(number) if number.isdigit() else 0


def _cannot_write(folder: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write in {folder}: {error.strerror or error}")
