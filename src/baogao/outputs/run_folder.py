"""The output folder of a run: a journal while it lasts, its results when it has come to its end.

Whatever is finished goes to ``journal.jsonl`` at once, record, queue and text together. At the end, or when the user
stops the run, the results are written from it (``baogao.outputs.run_results``). Until then an earlier run's results
stay as they were, and a run that is killed at any moment goes on from its journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout
from pydantic import Field, StrictBool, StrictInt, StrictStr

from baogao.errors import UsageError
from baogao.inputs import RUN_MARK, Source
from baogao.outputs.earlier import (
    Claim,
    Earlier,
    EarlierReport,
    MadeWith,
    digest_of,
    named,
)
from baogao.outputs.journal import JOURNAL, Entry, Journal, Place
from baogao.outputs.records import belongs
from baogao.outputs.run_results import RunResults, cannot_write
from baogao.record import Record, Review
from baogao.resources import make_folder
from baogao.schema import Schema
from baogao.schema.values import Strict

_GROUPS_NAMED = 5
"""Groups of copies that a remark names."""


class _Shape(Strict):
    """What the journal's entry of a finished document holds."""

    doc_id: StrictStr
    source: StrictStr
    size: StrictInt | None
    mtime_ns: StrictInt | None
    sha256: StrictStr
    again: StrictBool
    record: Record
    review: list[Review] = Field(default_factory=list)
    """Not there in journals of versions that had no queue."""
    sentences: dict[StrictStr, StrictStr] = Field(default_factory=dict)
    """From which each answer was read, by field. Not there in journals of earlier versions."""
    text: StrictStr | None


def fits(entry: Entry) -> bool:
    """Whether a run could have written an entry of a journal: its keys, their types, and that they agree."""
    try:
        json.dumps(entry, ensure_ascii=False, allow_nan=False).encode()
        shape = _Shape.model_validate(entry)
    except (ValueError, RecursionError):
        return False
    record = shape.record.with_review(shape.review)
    same = (record.doc_id, record.source, record.sha256) == (shape.doc_id, shape.source, shape.sha256)
    same = same and all((one.doc_id, one.source) == (shape.doc_id, shape.source) for one in shape.review)
    stamped = (shape.size is None) == (shape.mtime_ns is None)
    return same and stamped and (shape.text is None or belongs(record, shape.text))


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What a file was like; as long as size and time are the same, it is not opened to see whether it changed."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> _Stamp | None:
        """The stamp of a file; None where it has none: reading the file will say what is wrong with it."""
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class _Done:
    """A finished document's line in the journal."""

    place: Place
    source: str
    stamp: _Stamp | None
    sha256: str
    again: bool

    @classmethod
    def of(cls, entry: Entry, place: Place) -> _Done:
        """What the journal's entry says of the document."""
        stamp = None if entry["size"] is None else _Stamp(entry["size"], entry["mtime_ns"])
        return cls(place, entry["source"], stamp, entry["sha256"], entry["again"])

    def is_of(self, path: Path, stamp: _Stamp | None) -> bool:
        """Whether a file, with this stamp by now, is still the one that was read."""
        if stamp is None or self.stamp is None:
            return False
        if stamp == self.stamp:
            return True
        return self.sha256 != "" and digest_of(path) == self.sha256


class RunFolder:
    """Takes the records of one run. Use as ``with RunFolder(folder, order, run) as folder``.

    :param order: the ids of the documents that will come.
    :param run: what the records are made with; what an interrupted run finished counts only if it was the same.
    :param schema: what the page of the results is made with, and what is remembered beside them as ``schema.json``;
        None writes neither, and leaves what is there.
    :param claim: the inputs, and what may be done with results that are there; None replaces any.
    :raises UsageError: the folder cannot be written, on entering or later; another run is writing to it; its ``texts``
        are not those of a run; it holds what the claim does not allow to lose.
    """

    def __init__(
        self,
        folder: Path,
        order: Iterable[str],
        run: Mapping[str, Any],
        schema: Schema | None = None,
        claim: Claim | None = None,
    ) -> None:
        self.folder = folder
        self.todo = list(claim.sources) if claim else []
        """The inputs that are to be read: where more are added, those that are not there."""
        self._claim = claim
        made = MadeWith.of(run, schema.name if schema else "")
        self._made = made
        overwrite = claim is not None and claim.onto == "overwrite"
        self._results = RunResults(folder, schema, made if claim else None, overwrite, Earlier(folder))
        self._order = list(order)
        self._run = dict(run)
        self._lock = FileLock(folder / RUN_MARK)
        self._journal: Journal
        self._done: dict[str, _Done] = {}
        self._stamps: dict[str, _Stamp | None] = {}
        self._resumed = False
        self._came_through = False
        self._full = False

    def __enter__(self) -> Self:
        try:
            self._results.refuse_strangers()
            make_folder(self.folder)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UsageError(
                f"another run is writing to {self.folder}: wait for its end, or name another folder with --out"
            ) from error
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        try:
            self._results.put_in_place()
            self._journal = Journal(self.folder / JOURNAL, self._run, fits)
            self._done = {str(entry["doc_id"]): _Done.of(entry, place) for entry, place in self._journal.found}
            self._journal.found.clear()
            if self._claim is not None:
                self._take(self._claim)
        except UsageError:
            self._lock.release()
            raise
        self._resumed = self._journal.begun
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write_results()
                self._journal.remove()
            elif self._came_through and not self._full:
                self._write_results()
            elif self._journal.begun and not self._came_through and not self._resumed:
                self._journal.remove()
        finally:
            self._journal.close()
            self._lock.release()

    def _write_results(self) -> None:
        done = {doc_id: done.place for doc_id, done in self._done.items()}
        self._results.write(self._order, self._journal, done)

    @property
    def kept(self) -> int:
        """How many documents of this run an interrupted one has left in the journal."""
        wanted = {source.doc_id for source in self.todo} if self._claim else self._order
        return sum(doc_id in self._done for doc_id in wanted)

    @property
    def notices(self) -> list[str]:
        """What was wrong with the journal that was found, in words."""
        return self._journal.notices

    @property
    def remarks(self) -> list[str]:
        """What a user should know of the results that were written, one line each."""
        lines = []
        if earlier := len(self._results.earlier.reports):
            lines.append(f"added to the reports that were there ({earlier})")
        if self._claim is not None and (changed := self._claim.changed(self._results.earlier)):
            names, count = named(changed), len(changed)
            lines.append(
                f"reports that have changed since they were read, and whose records are kept ({count}): {names}; "
                "--overwrite makes all anew"
            )
        groups = [named([first, *others]) for first, others in self._results.copies.groups().items()]
        if groups:
            count, first = len(self._results.copies.found), "; ".join(groups[:_GROUPS_NAMED])
            more = "; …" if len(groups) > _GROUPS_NAMED else ""
            lines.append(f"reports with nearly the text of an earlier one ({count}): {first}{more}")
        if self._results.kept_aside is not None:
            lines.append(
                f"what people said of the run that was replaced is kept, with its records: {self._results.kept_aside}"
            )
        return lines

    def finished(self, source: Source) -> Record | None:
        """The record of a document that an interrupted run finished, if its file is still the same.

        One that failed for a reason that may pass is not finished.
        """
        stamp = self._stamps[source.doc_id] = _Stamp.of(source.path)
        done = self._done.get(source.doc_id)
        if done is None or done.again or done.source != source.name or not done.is_of(source.path, stamp):
            return None
        del self._stamps[source.doc_id]
        (entry,) = self._journal.read([done.place])
        return Record.model_validate(entry["record"]).with_review(map(Review.model_validate, entry.get("review", ())))

    def has_all(self, sources: Sequence[Source]) -> bool:
        """See :class:`baogao.pipeline.Sink`."""
        done = (self._done.get(source.doc_id) for source in sources)
        return all(one is not None and not one.again for one in done)

    def add(self, record: Record, text: str | None = None, *, again: bool = False) -> None:
        """Take a record with the text that its offsets refer to; when this returns, it outlives the process.

        :param again: whether the document failed for a reason that may pass.
        """
        stamp = self._stamps.pop(record.doc_id, None)
        entry: Entry = {
            "doc_id": record.doc_id,
            "source": record.source,
            "size": stamp.size if stamp else None,
            "mtime_ns": stamp.mtime_ns if stamp else None,
            "sha256": record.sha256,
            "again": again,
            "record": record.to_data(),
            "review": [review.to_data() for review in record.review],
            "sentences": record.sentences(),
            "text": text,
        }
        try:
            place = self._journal.append(entry)
        except UsageError:
            self._full = True
            raise
        self._done[record.doc_id] = _Done.of(entry, place)
        self._came_through = self._came_through or record.status == "ok"

    def _take(self, claim: Claim) -> None:
        """See that the folder may be this run's, and what of it stays.

        :raises UsageError: it may not.
        """
        if claim.onto == "overwrite":
            return
        made = self._made
        if self._journal.other is not None:
            run, entry = self._journal.other
            claim.check(Earlier(self.folder, MadeWith.of(run, entry["record"]["schema"])), made)
        stands = Earlier.of(self.folder)
        broken_off = {
            doc_id: EarlierReport(doc_id, done.source, done.sha256, failed=done.again)
            for doc_id, done in self._done.items()
            if doc_id not in stands.reports
        }
        earlier = Earlier(self.folder, stands.made or (made if broken_off else None), {**stands.reports, **broken_off})
        claim.check(earlier, made)
        if claim.onto == "add":
            mine = {source.doc_id for source in claim.sources}
            self._results.earlier, self.todo = stands, claim.more(stands)
            others = [*stands.reports, *(doc_id for doc_id in broken_off if doc_id not in mine)]
            self._order = list(dict.fromkeys([*others, *(source.doc_id for source in self.todo)]))
