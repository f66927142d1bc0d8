"""The output folder of a run: a journal while it lasts, its results when it has come to its end.

Whatever is finished goes to ``journal.jsonl`` at once, record, queue and text together. At the end, or when the user
stops the run, ``records.jsonl``, ``texts/``, ``index.html`` and ``matrix.html`` are written from it in the order of the
inputs, and ``review.jsonl``, where anything is to be looked at, in the order of what a look is worth; beside them
``schema.json``, so that whoever works with the records need not be told their schema. Until then an earlier run's
results stay as they were, and a run that is killed at any moment goes on from its journal.

Results are written aside, into ``.results.part``. When they are whole, one renaming to ``.results.whole`` makes them
count, and then they are put in place one by one. What a process that died meanwhile left undone, the next run on the
folder does; until then :func:`baogao.outputs.records.current` says where each part is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout
from pydantic import Field, StrictBool, StrictInt, StrictStr

from baogao.errors import UsageError
from baogao.inputs import RUN_MARK, Source
from baogao.outputs.corrected import iterate_corrected
from baogao.outputs.decisions import REVIEWS, REVIEWS_LOCK
from baogao.outputs.earlier import (
    MADE_WITH,
    Claim,
    Earlier,
    EarlierReport,
    MadeWith,
    keep_aside,
    named,
    newest_aside,
)
from baogao.outputs.journal import Entry, Journal, Place
from baogao.outputs.matrix import MATRIX, MATRIX_REPORTS, write_matrix
from baogao.outputs.near_copies import NearCopies
from baogao.outputs.page import write_page
from baogao.outputs.queue import QueueFile
from baogao.outputs.records import (
    RECORDS,
    REVIEW,
    SCHEMA,
    WHOLE,
    belongs,
    iterate_review,
    kept_text,
)
from baogao.record import Record, Review, json_line
from baogao.resources import make_folder, new_file, take_away
from baogao.schema import Schema
from baogao.schema.description import describe
from baogao.schema.values import Strict

JOURNAL = "journal.jsonl"
TEXTS = "texts"
PAGE = "index.html"
PAGE_REPORTS = 500
"""Reports that the page of a run shows; more would be too much for a browser. `baogao review` shows them all."""
_PART = ".results.part"
"""Results that are being written; what a process that died left in it is of no use."""
_OLD = ".results.old"
"""The texts of an earlier run on their way out."""
_GROUPS_NAMED = 5
"""Groups of copies that a remark names."""
_OF_THE_DESKTOP = (".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that systems put into folders which somebody looks at."""


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
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except OSError:
            return False


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
        self.kept_aside: Path | None = None
        """Where an earlier run is that people had looked at, once it is replaced."""
        self.copies = NearCopies()
        """Which reports are nearly the same text, once the results are written."""
        self._claim = claim
        self._earlier = Earlier(folder)
        self._schema = schema
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
            self._refuse_strangers()
            make_folder(self.folder)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UsageError(
                f"another run is writing to {self.folder}: wait for its end, or name another folder with --out"
            ) from error
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        try:
            self._put_in_place()
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
        if earlier := len(self._earlier.reports):
            lines.append(f"added to the reports that were there ({earlier})")
        if self._claim is not None and (changed := self._claim.changed(self._earlier)):
            names, count = named(changed), len(changed)
            lines.append(
                f"reports that have changed since they were read, and whose records are kept ({count}): {names}; "
                "--overwrite makes all anew"
            )
        groups = [named([first, *others]) for first, others in self.copies.groups().items()]
        if groups:
            count, first = len(self.copies.found), "; ".join(groups[:_GROUPS_NAMED])
            more = "; …" if len(groups) > _GROUPS_NAMED else ""
            lines.append(f"reports with nearly the text of an earlier one ({count}): {first}{more}")
        if self.kept_aside is not None:
            lines.append(f"what people said of the run that was replaced is kept, with its records: {self.kept_aside}")
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
            "text": text,
        }
        try:
            place = self._journal.append(entry)
        except UsageError:
            self._full = True
            raise
        self._done[record.doc_id] = _Done.of(entry, place)
        self._came_through = self._came_through or record.status == "ok"

    @property
    def _made(self) -> MadeWith:
        return MadeWith.of(self._run, self._schema.name if self._schema else "")

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
            self._earlier, self.todo = stands, claim.more(stands)
            others = [*stands.reports, *(doc_id for doc_id in broken_off if doc_id not in mine)]
            self._order = list(dict.fromkeys([*others, *(source.doc_id for source in self.todo)]))

    def _refuse_strangers(self) -> None:
        """See that the folder of texts, which new results replace, is a run's and no other that has its name."""
        texts = self.folder / TEXTS
        if texts.is_symlink() or not texts.exists():
            return
        ours = any(os.path.lexists(self.folder / name) for name in (RECORDS, JOURNAL, RUN_MARK, WHOLE))
        for path in texts.iterdir():
            if path.name not in _OF_THE_DESKTOP and not (ours and path.suffix == ".txt"):
                raise UsageError(f"{path} is of no run, and {texts} is replaced at its end: name another folder")

    def _write_results(self) -> None:
        """Write records, queue, texts and page aside; when all is whole, let them count and put them in place.

        :raises UsageError: they cannot be written; an earlier run's stay. Or not put in place: the next run does it.
        """
        part = self.folder / _PART
        try:
            take_away(part)
            make_folder(part / TEXTS)
            self._write_into(part)
            if self._claim is not None and self._claim.onto == "overwrite":
                self.kept_aside = keep_aside(self.folder)
                if self.kept_aside is not None:
                    new_file(part / REVIEWS).close()
            if hasattr(os, "sync"):
                # The texts, too, must stand before the journal goes; one call costs less than one for each of them.
                os.sync()
            part.rename(self.folder / WHOLE)
        except (OSError, UsageError) as error:
            with suppress(OSError):
                take_away(part)
            raise error if isinstance(error, UsageError) else _cannot_write(self.folder, error) from error
        self._put_in_place()

    def _write_into(self, part: Path) -> None:
        """Write records, queue, texts and page into a folder."""
        self.copies = NearCopies()
        here = [doc_id for doc_id in self._order if doc_id in self._done or doc_id in self._earlier.reports]
        with new_file(part / RECORDS) as file, QueueFile(part / REVIEW) as queue:
            stays = self._earlier.reports.keys() - self._done.keys()
            for review in iterate_review(self.folder) if stays else ():
                if review.doc_id in stays:
                    queue.add(review.to_data())
            for fresh, group in groupby(here, self._done.__contains__):
                doc_ids = list(group)
                write = self._write_fresh(doc_ids, part, queue) if fresh else self._write_earlier(doc_ids, part)
                for line in write:
                    file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if self._claim is not None:
            with new_file(part / MADE_WITH) as made:
                made.write(self._made.to_json().encode())
        if self._schema is not None:
            with new_file(part / SCHEMA) as described:
                described.write(describe(self._schema).encode())
            self._write_pages(part, self._schema)

    def _write_pages(self, part: Path, schema: Schema) -> None:
        """Write the page and the table over all reports, with what people said of those that stay."""
        replaced = self._claim is not None and self._claim.onto == "overwrite"
        records = partial(iterate_corrected, part, schema, said_in=part if replaced else self.folder)
        write_page(records(most=PAGE_REPORTS), part / TEXTS, schema, part / PAGE, table=MATRIX)
        table = records(most=MATRIX_REPORTS, queue=False)
        write_matrix(table, schema, part / MATRIX, queue=iterate_review(part), in_page=PAGE_REPORTS)

    def _write_fresh(self, doc_ids: Sequence[str], part: Path, queue: QueueFile) -> Iterator[bytes]:
        """Write the texts of documents that this run has done, and their part of the queue; gives their records."""
        for entry in self._journal.read([self._done[doc_id].place for doc_id in doc_ids]):
            doc_id, record, text = entry["doc_id"], entry["record"], entry["text"]
            if text is not None:
                self._write_text(part, doc_id, text.encode())
                if first := self.copies.first_like(doc_id, text):
                    record["notices"] = [*record["notices"], f"nearly the same text as the report {first}"]
            for review in entry.get("review", ()):
                queue.add(review)
            yield json_line(record).encode()

    def _write_earlier(self, doc_ids: Sequence[str], part: Path) -> Iterator[bytes]:
        """The same of documents whose records stay as they are."""
        for doc_id, line in zip(doc_ids, self._earlier.lines(doc_ids), strict=True):
            text = kept_text(doc_id, self.folder / TEXTS)
            if text is not None:
                self._write_text(part, doc_id, text.encode())
                self.copies.first_like(doc_id, text)
            yield line

    def _write_text(self, part: Path, doc_id: str, text: bytes) -> None:
        with new_file(part / TEXTS / f"{doc_id}.txt") as file:
            # Bytes, because no newline may be translated: offsets count the file's own characters.
            file.write(text)

    def _put_in_place(self) -> None:
        """Put results that are whole where they belong; what of it was done before is not done again."""
        whole, old = self.folder / WHOLE, self.folder / _OLD
        if not os.path.lexists(whole):
            return
        try:
            for name in (SCHEMA, RECORDS, MADE_WITH, REVIEW, REVIEWS, TEXTS, PAGE, MATRIX):
                if whole.is_symlink() or not os.path.lexists(whole / name):
                    continue
                place = self.folder / name
                if name == REVIEWS:  # of a run that was kept aside: with all that was said since it was copied
                    with FileLock(self.folder / REVIEWS_LOCK), suppress(FileNotFoundError):
                        place.replace(newest_aside(self.folder) / REVIEWS)
                    (whole / name).unlink()
                    continue
                if name == REVIEW and not (whole / name).stat().st_size:  # nothing to look at: an earlier one goes
                    place.unlink(missing_ok=True)
                    (whole / name).unlink()
                    continue
                if name == TEXTS and os.path.lexists(place):
                    take_away(old)
                    place.rename(old)
                (whole / name).replace(place)
            take_away(whole)
            take_away(old)
        except OSError as error:
            raise UsageError(f"cannot write {error.filename2 or error.filename}: {error.strerror or error}") from error


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write {Path(error.filename or path)}: {error.strerror or error}")
