"""The folder of a batch.

::

    batch.json              what was prepared, and with what
    requests-1-001.jsonl    the first round's questions
    requests-2-001.jsonl    questions that only the first round's replies brought up
    replies/0001.jsonl      what collect was given, one file for each time
"""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from filelock import FileLock, Timeout
from pydantic import ValidationError

from baogao.errors import UsageError
from baogao.schema.values import Strict

_LOCK = ".baogao.lock"
_SETUP = "batch.json"


class BatchSetup(Strict):
    """What a batch was prepared with; ``collect`` goes by it and needs no flags of its own."""

    version: Literal[1] = 1
    inputs: list[str]
    """As they were given, relative to the working directory."""
    schema_source: str
    """Name of a schema, or the path of a file."""
    extractor: Literal["llm", "hybrid"]
    model: str
    ask: Literal["auto", "form", "link"]
    hold_to: Literal["json_schema", "tools", "json_object", "plain"]
    prompts: str | None = None
    min_confidence: float | None = None
    calibration: str | None = None
    made_with: dict[str, Any]
    """Versions and digests of everything that a record depends on besides its report."""


class BatchFolder:
    """One batch's folder, for one process at a time. Use as ``with BatchFolder(folder) as batch``.

    :raises UsageError: it cannot be written; another process works on it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.replies = folder / "replies"
        self._lock = FileLock(folder / _LOCK)

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
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

    def clear(self) -> None:
        """Make room for a batch that is prepared anew.

        :raises UsageError: replies have come back already, and were paid for.
        """
        if any(self.replies.glob("*.jsonl")):
            raise UsageError(f"{self.folder} holds replies of a batch: collect it, or name another folder with --out")
        (self.folder / _SETUP).unlink(missing_ok=True)
        for path in self.folder.glob("requests-*.jsonl*"):
            path.unlink()

    def save(self, setup: BatchSetup) -> None:
        """Write what the batch is prepared with; without it the folder is not a batch's."""
        path = self.folder / _SETUP
        part = path.with_suffix(".part")
        try:
            part.write_text(setup.model_dump_json(indent=1) + "\n", encoding="utf-8")
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
