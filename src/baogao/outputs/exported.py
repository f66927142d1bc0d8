"""What is exported: the records of a run as people left them, with its texts, its queue and its page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from urllib.parse import quote

from baogao.outputs.corrected import iterate_corrected
from baogao.outputs.records import PAGE, RECORDS, TEXTS, current, iterate_records, iterate_review, schema_of
from baogao.record import Record, Review
from baogao.schema import Schema


@dataclass
class Exported:
    """Some records and what stands beside them.

    :param read: gone through once for every file that is written.
    :param texts: the text of each document by its id, or the folder that holds them as ``DOC_ID.txt``.
    :param folder: the run's; None of records that are of no run.
    """

    read: Iterable[Record]
    schema: Schema
    texts: Mapping[str, str] | Path | None = None
    folder: Path | None = None
    as_read: bool = field(default=False, kw_only=True)
    """Whether what people decided is left out."""
    failed: list[str] = field(default_factory=list, init=False)
    """The reports that could not be read, of those that were gone through."""
    astray: list[str] = field(default_factory=list, init=False)
    """Those whose texts are not the ones that they were read from, so that their sentences are left out."""

    @property
    def records(self) -> Iterator[Record]:
        """The records, one after another."""
        self.failed.clear()
        self.astray.clear()
        for record in self.read:
            if record.status == "failed":
                self.failed.append(record.doc_id)
            yield record

    @classmethod
    def of_run(cls, folder: Path, given: str | None = None, *, as_read: bool = False) -> Exported:
        """Those of a run.

        :param folder: the run's, or its ``records.jsonl``; of a file of another name only the records count.
        :param given: its schema, by name or path, as the user said it; None takes the one that the run remembers.
        :param as_read: leave out what people decided.
        :raises UsageError: the folder cannot be read, or is of another schema than the one given.
        """
        if folder.name == RECORDS and folder.is_file():
            folder = folder.parent
        records = iterate_records(folder)
        first = list(islice(records, 1))
        schema = schema_of(first, given, folder)
        if folder.is_file():
            return cls(chain(first, records), schema)
        every = chain(first, records) if as_read else iterate_corrected(folder, schema, queue=False)
        return cls(every, schema, folder / TEXTS, folder, as_read=as_read)

    def page_from(self, table: Path) -> str:
        """The address of the run's page as seen from a table: relative, so that both may be moved together."""
        if self.folder is None:
            return PAGE
        page = self.folder.resolve() / PAGE
        try:
            return quote(Path(os.path.relpath(page, table.resolve().parent)).as_posix())
        except ValueError:  # on another drive
            return page.as_uri()

    def queue(self) -> Iterator[Review]:
        """What the run wants people to look at, most valuable first, decided or not."""
        return iter(()) if self.folder is None else iterate_review(self.folder)

    @property
    def read_at(self) -> datetime | None:
        """When the run's records were written, in UTC."""
        if self.folder is None:
            return None
        return datetime.fromtimestamp(current(self.folder / RECORDS).stat().st_mtime, UTC)
