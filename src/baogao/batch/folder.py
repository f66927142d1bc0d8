"""The folder of a batch.

::

    batch.json              what was prepared, and with what
    requests-1-001.jsonl    the first round's questions
    requests-2-001.jsonl    questions that only the first round's replies brought up
    replies/0001.jsonl      what collect was given, one file for each time
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

from filelock import FileLock, Timeout
from pydantic import ValidationError

from baogao.choices import MOST_BATCH_BYTES, MOST_REQUESTS, AskingName, HoldTo, WayOrAuto
from baogao.errors import UsageError
from baogao.inputs import RUN_MARK
from baogao.llm.messages import Payload
from baogao.llm.tokens import estimate_payload_tokens
from baogao.resources import make_folder, new_file
from baogao.schema.values import Strict

_SETUP = "batch.json"
_URL = "/v1/chat/completions"


class BatchSetup(Strict):
    """What a batch was prepared with; ``collect`` goes by it and needs no flags of its own."""

    version: Literal[1] = 1
    inputs: list[str]
    """As they were given, relative to the working directory."""
    schema_source: str
    """Name of a schema, or the path of a file."""
    extractor: AskingName
    model: str
    ask: WayOrAuto
    hold_to: HoldTo
    prompts: str | None = None
    min_confidence: float | None = None
    calibration: str | None = None
    made_with: dict[str, Any]
    """Versions and digests of everything that a record depends on besides its report; ``prepare_batch`` fills it in."""

    def changed(self, made_with: dict[str, Any]) -> list[str]:
        """What is other now than when the batch was prepared, by name; the version of baogao alone does no harm.

        :param made_with: what records would be made with now.
        """
        before = self.made_with
        return [name for name in before if name != "baogao" and before[name] != made_with.get(name)]


class BatchFolder:
    """One batch's folder, for one process at a time. Use as ``with BatchFolder(folder) as batch``.

    :raises UsageError: it cannot be written; another process works on it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.replies = folder / "replies"
        self._lock = FileLock(folder / RUN_MARK)

    def __enter__(self) -> Self:
        try:
            make_folder(self.folder)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UsageError(f"another baogao is at work in {self.folder}: wait for its end") from error
        except OSError as error:
            raise UsageError(f"cannot write {self.folder}: {error.strerror or error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def check_unanswered(self) -> None:
        """See that a batch may be prepared here, in place of an earlier one.

        :raises UsageError: replies have come back already, and were paid for.
        """
        if any(self.replies.glob("*.jsonl")):
            raise UsageError(f"{self.folder} holds replies of a batch: collect it, or name another folder with --out")

    def save(self, setup: BatchSetup) -> None:
        """Write what the batch is prepared with; without it the folder is not a batch's.

        :raises UsageError: it cannot be written.
        """
        path = self.folder / _SETUP
        part = path.with_suffix(".part")
        try:
            with new_file(part) as file:
                file.write(f"{setup.model_dump_json(indent=1)}\n".encode())
            part.replace(path)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror or error}") from error

    def load(self) -> BatchSetup:
        """What the batch was prepared with.

        :raises UsageError: nothing was prepared here, or the file is damaged.
        """
        path = self.folder / _SETUP
        try:
            return BatchSetup.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise UsageError(f"{self.folder} holds no batch: `baogao batch prepare` makes one") from error
        except (OSError, ValueError, RecursionError) as error:
            words = f"{error.error_count()} errors" if isinstance(error, ValidationError) else str(error)
            raise UsageError(f"{path} cannot be read: {words}") from error


@dataclass(frozen=True)
class Limits:
    """The most that one request file may hold."""

    requests: int = MOST_REQUESTS
    bytes: int = MOST_BATCH_BYTES


class RequestFiles:
    """The request files of a batch, and the round that is being written. Use as ``with RequestFiles(folder) as files``.

    The files of a round appear together when the block ends well.

    :param anew: the round is the first one of a new batch; when the block ends well, an earlier batch's files go.
    :raises UsageError: a file cannot be read or written.
    """

    def __init__(self, folder: Path, limits: Limits | None = None, *, anew: bool = False) -> None:
        self.folder = folder
        self._anew = anew
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
        earlier = [] if anew else sorted(self.folder.glob("requests-*.jsonl"))
        self._round = 1 + max(map(_round, earlier), default=0)
        self._load(earlier)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close()
            if error is None and self._anew:
                self._remove_earlier()
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
        """Put a request into the new round, once.

        :raises UsageError: it cannot be written, or is larger than a file may be.
        """
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
        self._file = new_file(part)
        self._parts.append(part)
        self._lines = 0
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _remove_earlier(self) -> None:
        """Remove an earlier batch: first what makes the folder a batch's, so that no half of one is ever collected."""
        (self.folder / _SETUP).unlink(missing_ok=True)
        for path in self.folder.glob("requests-*.jsonl*"):
            if path not in self._parts:
                path.unlink()

    def _load(self, files: Iterable[Path]) -> None:
        for path in files:
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
