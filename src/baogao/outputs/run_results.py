"""The results of a run: written aside, and put in place when they are whole.

``records.jsonl``, ``texts/``, ``index.html`` and ``matrix.html`` are written in the order of the inputs, and
``review.jsonl``, where anything is to be looked at, in the order of what a look is worth; beside them ``schema.json``,
so that whoever works with the records need not be told their schema, and ``made_with.json``.

Results are written aside, into ``.results.part``. When they are whole, one renaming to ``.results.whole`` makes them
count, and then they are put in place one by one. What a process that died meanwhile left undone, the next run on the
folder does; until then :func:`baogao.outputs.records.current` says where each part is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

from baogao.errors import UsageError
from baogao.inputs import RUN_MARK
from baogao.outputs.aside import keep_aside, take_reviews_aside
from baogao.outputs.corrected import iterate_corrected
from baogao.outputs.decisions import REVIEWS
from baogao.outputs.earlier import MADE_WITH, Earlier, MadeWith
from baogao.outputs.journal import JOURNAL, Entry, Journal, Place
from baogao.outputs.matrix import MATRIX_REPORTS, write_matrix
from baogao.outputs.near_copies import NearCopies
from baogao.outputs.page import write_page
from baogao.outputs.queue import QueueFile
from baogao.outputs.records import MATRIX, PAGE, RECORDS, REVIEW, SCHEMA, TEXTS, WHOLE, iterate_review, kept_text
from baogao.record import Record, json_line
from baogao.resources import make_folder, new_file, take_away
from baogao.schema import Schema
from baogao.schema.description import describe

PAGE_REPORTS = 500
"""Reports that the page of a run shows; more would be too much for a browser. `baogao review` shows them all."""
_PART = ".results.part"
"""Results that are being written; what a process that died left in it is of no use."""
_OLD = ".results.old"
"""The texts of an earlier run on their way out."""
_OF_THE_DESKTOP = (".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that systems put into folders which somebody looks at."""


@dataclass
class RunResults:
    """What a run writes when it ends.

    :raises UsageError: on any call: something cannot be written.
    """

    folder: Path
    schema: Schema | None
    """What the pages are made with; None makes none, and leaves those that are there."""
    made: MadeWith | None
    """How the run was made; None where that is not remembered."""
    replacing: bool
    """Whether what stands in the folder goes, whatever it is."""
    earlier: Earlier
    """The reports that stay as they are."""
    copies: NearCopies = field(default_factory=NearCopies)
    """Which reports are nearly the same text, once the results are written."""
    kept_aside: Path | None = None
    """Where an earlier run is that people had looked at, once it is replaced."""

    def refuse_strangers(self) -> None:
        """See that the folder of texts, which new results replace, is a run's and no other that has its name.

        :raises UsageError: it is not.
        """
        texts = self.folder / TEXTS
        if texts.is_symlink() or not texts.exists():
            return
        ours = any(os.path.lexists(self.folder / name) for name in (RECORDS, JOURNAL, RUN_MARK, WHOLE))
        for path in texts.iterdir():
            if path.name not in _OF_THE_DESKTOP and not (ours and path.suffix == ".txt"):
                raise UsageError(f"{path} is of no run, and {texts} is replaced at its end: name another folder")

    def write(self, order: Sequence[str], journal: Journal, done: Mapping[str, Place]) -> None:
        """Write records, queue, texts and pages aside; when all is whole, let them count and put them in place.

        :param order: the ids of the documents; one that is neither done nor there from before is left out.
        :param done: where the entry of each document that the run has done is in the journal.
        :raises UsageError: they cannot be written; an earlier run's stay. Or not put in place: the next run does it.
        """
        part = self.folder / _PART
        try:
            take_away(part)
            make_folder(part / TEXTS)
            self._write_into(part, order, journal, done)
            if self.replacing:
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
            raise error if isinstance(error, UsageError) else cannot_write(self.folder, error) from error
        self.put_in_place()

    def _write_into(self, part: Path, order: Sequence[str], journal: Journal, done: Mapping[str, Place]) -> None:
        """Write records, queue, texts and pages into a folder; these show what people said of reports that stay."""
        self.copies = NearCopies()
        here = [doc_id for doc_id in order if doc_id in done or doc_id in self.earlier.reports]
        with new_file(part / RECORDS) as file, QueueFile(part / REVIEW) as queue:
            stays = self.earlier.reports.keys() - done.keys()
            for review in iterate_review(self.folder) if stays else ():
                if review.doc_id in stays:
                    queue.add(review.to_data())
            for fresh, group in groupby(here, done.__contains__):
                doc_ids = list(group)
                entries = journal.read([done[doc_id] for doc_id in doc_ids]) if fresh else ()
                lines = self._write_fresh(entries, part, queue) if fresh else self._write_earlier(doc_ids, part)
                for line in lines:
                    file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if self.made is not None:
            with new_file(part / MADE_WITH) as made:
                made.write(self.made.to_json().encode())
        if self.schema is not None:
            with new_file(part / SCHEMA) as described:
                described.write(describe(self.schema).encode())
            records = partial(iterate_corrected, part, self.schema, said_in=part if self.replacing else self.folder)
            write_page(records(most=PAGE_REPORTS), part / TEXTS, self.schema, part / PAGE, table=MATRIX)
            read = records(most=MATRIX_REPORTS, queue=False)
            told = _told(read, journal.read(done[doc_id] for doc_id in here if doc_id in done))
            write_matrix(told, self.schema, part / MATRIX, queue=iterate_review(part), in_page=PAGE_REPORTS)

    def _write_fresh(self, entries: Iterable[Entry], part: Path, queue: QueueFile) -> Iterator[bytes]:
        """Write the texts of documents that this run has done, and their part of the queue; gives their records."""
        for entry in entries:
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
        for doc_id, line in zip(doc_ids, self.earlier.lines(doc_ids), strict=True):
            text = kept_text(doc_id, self.folder / TEXTS)
            if text is not None:
                self._write_text(part, doc_id, text.encode())
                self.copies.first_like(doc_id, text)
            yield line

    def _write_text(self, part: Path, doc_id: str, text: bytes) -> None:
        with new_file(part / TEXTS / f"{doc_id}.txt") as file:
            # Bytes, because no newline may be translated: offsets count the file's own characters.
            file.write(text)

    def put_in_place(self) -> None:
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
                    take_reviews_aside(self.folder)
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


def _told(records: Iterable[Record], entries: Iterator[Entry]) -> Iterator[Record]:
    """Some records, those of documents that the run has done with the sentences that the journal has of them.

    To find them in the texts again takes longer than all else that is written.

    :param entries: of the journal, in the order of the records.
    """
    entry = next(entries, None)
    for record in records:
        if entry is not None and entry["doc_id"] == record.doc_id:
            record.tell_sentences(entry.get("sentences", {}))
            entry = next(entries, None)
        yield record


def cannot_write(path: Path, error: OSError) -> UsageError:
    """What to say where the system would not write a file."""
    return UsageError(f"cannot write {Path(error.filename or path)}: {error.strerror or error}")
