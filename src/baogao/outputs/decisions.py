"""What people said of a run's answers: one line of ``reviews.jsonl`` for every decision, never changed, never removed.

A decision stands on a *key*:

- ``FIELD``: a figure, a choice, a date, a quote, a piece of metadata; of a list that all of its entries were looked at
- ``LIST@START-END``: the entry of a list that is printed there
- ``ROWS/N`` and ``ROWS/N/CELL``: a row, counted from 0 as in the record, and one of its cells; ``ROWS/+NAME`` and
  ``ROWS/+NAME/CELL``: a row that a person added
- an empty key: the report as a whole

The last decision on a key counts. One that was taken back counts no more, and neither does the taking back. Where two
people differ the last one counts, too, and the key is in dispute until somebody settles it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal
from uuid import uuid4

from filelock import FileLock
from pydantic import Field

from baogao.errors import BaogaoError, UsageError
from baogao.outputs.records import read_line
from baogao.record import json_line
from baogao.resources import NOT_THROUGH_LINKS, mode_of
from baogao.schema.values import Act, Strict

REVIEWS = "reviews.jsonl"
"""The file in a run's folder."""
REVIEWS_LOCK = ".reviews.lock"
"""Held by whoever adds to that file, or takes it away."""
_NOT_YET = b'\0"'
"""How lines begin that are not all written yet: without their first character."""


def now() -> str:
    """The time as decisions are stamped with it: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Decision(Strict):
    """One thing that a person said of one answer."""

    id: str = Field(default_factory=lambda: uuid4().hex, min_length=8, max_length=64)
    """Made by whoever asks to save it, so that one that is sent twice is kept once."""
    at: str = Field(default_factory=now)
    """When, ISO 8601 in UTC."""
    who: str = Field(min_length=1, max_length=100)
    doc_id: str
    text_sha256: str
    """Hex digest of the text, in UTF-8, whose characters ``after`` counts."""
    key: str
    act: Act | Literal["comment", "undo"]
    before: dict[str, Any] | None = None
    """The answer that was shown, as JSON: an answer, a piece of metadata, an entry; None where there was none."""
    after: dict[str, Any] | None = None
    """What it is now, as JSON of the same kind; None for ``comment`` and ``undo``, and for what is no longer there."""
    comment: str = Field(default="", max_length=10_000, exclude_if=lambda comment: not comment)
    undoes: str | None = Field(default=None, exclude_if=lambda undoes: undoes is None)
    """Of ``undo``: the decision that is taken back."""
    settles: bool = Field(default=False, exclude_if=lambda settles: not settles)
    """Whether it ends a dispute between others."""

    def to_json(self) -> str:
        """The decision as one line of JSON."""
        return json_line(self.model_dump(mode="json"))


class OvertakenError(BaogaoError):
    """Somebody else decided on the same key meanwhile; nothing was saved."""

    def __init__(self, standing: Decision) -> None:
        super().__init__(f"{standing.who} decided on {standing.key or 'the report'} meanwhile: look at it again")
        self.standing = standing
        """The decision that the other one had not seen."""


class NotKeptError(UsageError):
    """The disk would not take what was to be saved: it may later."""


class Decisions:
    """All decisions on one report, in the order in which they were saved."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self.saved = list(decisions)

    def of(self, who: str) -> Decisions:
        """Those of one person only."""
        return Decisions(one for one in self.saved if one.who == who)

    @property
    def last(self) -> str:
        """The id of the last one; empty where there is none."""
        return self.saved[-1].id if self.saved else ""

    @property
    def people(self) -> list[str]:
        """Who decided anything, in the order of their first decisions."""
        return list(dict.fromkeys(one.who for one in self.saved))

    def counting(self) -> list[Decision]:
        """Those that count: not taken back, no taking back, no mere comment."""
        undone = {one.undoes for one in self.saved if one.act == "undo"}
        return [one for one in self.saved if one.act not in ("undo", "comment") and one.id not in undone]

    def standing(self) -> dict[str, Decision]:
        """The last that counts on each key."""
        return {one.key: one for one in self.counting()}

    def last_on(self, key: str, who: str | None = None) -> Decision | None:
        """The last decision on a key, be it a taking back, too; comments do not matter.

        :param who: whose; None for anybody's.
        """
        return next(
            (one for one in reversed(self.saved) if one.key == key and one.act != "comment" and who in (None, one.who)),
            None,
        )

    def comments(self) -> list[Decision]:
        """Every comment that was not taken back, made alone or with a decision."""
        undone = {one.undoes for one in self.saved if one.act == "undo"}
        return [one for one in self.saved if one.comment and one.id not in undone]

    def disputes(self) -> dict[str, list[Decision]]:
        """The keys on which people differ, each with everybody's last decision, until somebody settles it."""
        last: dict[str, dict[str, Decision]] = {}
        for one in self.counting():
            if one.settles:
                last[one.key] = {}
            last.setdefault(one.key, {})[one.who] = one
        return {key: [*of.values()] for key, of in last.items() if len({_outcome(one) for one in of.values()}) > 1}


def _outcome(decision: Decision) -> str:
    """What a decision comes to, whoever took it and however it is evidenced."""
    after = decision.after or {}
    said = {name: after.get(name) for name in ("status", "value", "upper", "bound", "text", "items")}
    # Quoting more or less of the sentence makes no other figure; an entry is its words.
    if said["status"] is not None:
        said.pop("text")
    if said["status"] == "not_reported":
        return json_line({"status": "not_reported"})
    return json_line(said)


class ReviewsFile:
    """The decisions of a run: read as they are, added to at the end.

    What :meth:`add` has returned from is on the disk, whatever happens to the process; what it has not returned from is
    there whole or not at all. Several processes may add to one file.

    :param folder: the run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / REVIEWS
        self._lock = FileLock(folder / REVIEWS_LOCK)
        self._which: tuple[int, int] | None = None
        """The file that was read, by its device and its number there: another may come in its place."""
        self._forget()

    def _forget(self) -> None:
        self._read_to = 0
        self._line = 0
        self._by_doc: dict[str, list[Decision]] = {}
        self._by_id: dict[str, Decision] = {}

    def on(self, doc_id: str) -> Decisions:
        """The decisions on one report, as they are now.

        :raises UsageError: the file cannot be read, or a line of it is damaged.
        """
        self._read_on()
        return Decisions(self._by_doc.get(doc_id, ()))

    def all(self) -> dict[str, Decisions]:
        """The decisions on every report that has any, by its id.

        :raises UsageError: as in :meth:`on`.
        """
        self._read_on()
        return {doc_id: Decisions(decisions) for doc_id, decisions in self._by_doc.items()}

    def since(self, number: int) -> Sequence[Decision]:
        """What was saved after the first ``number`` decisions, in order.

        :raises UsageError: as in :meth:`on`.
        """
        self._read_on()
        return [*self._by_id.values()][number:]

    def add(
        self, decisions: Sequence[Decision], seen: Sequence[str | None] | None = None, *, blind: bool = False
    ) -> None:
        """Save some decisions, all of them or none; one that was saved before is not saved again.

        :param seen: for each the id of the last decision on its key that whoever took it had seen, None for none; not
            given where that does not matter.
        :param blind: whoever took them sees no decisions but their own, and others' are no reason to refuse any.
        :raises OvertakenError: there is a later one than was seen; nothing is saved.
        :raises NotKeptError: the file cannot be written.
        :raises UsageError: it cannot be read, or is another one by now.
        """
        try:
            with self._lock:
                if not self._read_on():
                    raise UsageError(
                        f"{self.path} was taken away meanwhile, because the run was replaced: open it again"
                    )
                new = [one for one in decisions if one.id not in self._by_id]
                for one, last in zip(decisions, seen or (), strict=bool(seen)):
                    standing = Decisions(self._by_doc.get(one.doc_id, ())).last_on(one.key, one.who if blind else None)
                    if one in new and standing is not None and standing.id != last:
                        raise OvertakenError(standing)
                if new:
                    self._append("".join(f"{one.to_json()}\n" for one in new).encode())
                    self._read_on()
        except OSError as error:
            raise NotKeptError(f"cannot write {self.path}: {error.strerror or error}") from error

    def _append(self, lines: bytes) -> None:
        flags = os.O_RDWR | os.O_CREAT | NOT_THROUGH_LINKS | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self.path, flags, mode_of("results")), "r+b") as file:
            # What stands there is of a process that died while it wrote: nobody was told of it.
            file.truncate(self._read_to)
            # The first character comes last. Until it is there, none of these lines counts.
            for start, part in ((1, lines[1:]), (0, lines[:1])):
                file.seek(self._read_to + start)
                file.write(part)
                file.flush()
            os.fsync(file.fileno())

    def _read_on(self) -> bool:
        """Read what was added since the last time.

        :returns: whether the file is still the one that was read; another one is read from its beginning.
        """
        try:
            with self.path.open("rb") as file:
                status = os.fstat(file.fileno())
                which = status.st_dev, status.st_ino
                same = self._which in (None, which) and status.st_size >= self._read_to
                self._which = which
                if not same:
                    self._forget()
                self._take(file)
        except FileNotFoundError:
            same = self._which is None
            self._which = None
            self._forget()
        except OSError as error:
            raise UsageError(f"cannot read {self.path}: {error.strerror or error}") from error
        return same

    def _take(self, file: BinaryIO) -> None:
        """Take the further lines of the file, up to the last that is whole."""
        file.seek(self._read_to)
        while (line := file.readline()).endswith(b"\n") and not line.startswith(_NOT_YET):
            number = self._line + 1
            one = read_line(line, f"{self.path}, line {number}", Decision) if line.strip() else None
            self._read_to, self._line = file.tell(), number
            if one is not None and one.id not in self._by_id:
                self._by_id[one.id] = one
                self._by_doc.setdefault(one.doc_id, []).append(one)
