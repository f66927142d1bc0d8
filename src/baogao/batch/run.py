"""Documents of a batch: those whose replies are all here become records, the others wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from baogao.batch.requests import RequestFiles
from baogao.batch.transport import BatchTransport
from baogao.candidates.candidate import Candidates
from baogao.document import Document
from baogao.errors import EndpointError, NoReplyError, PendingError, ReplyError
from baogao.extraction import Extraction, Extractor
from baogao.record import Record
from baogao.schema.fields import Schema

if TYPE_CHECKING:
    from baogao.inputs import Source
    from baogao.pipeline import Sink


@dataclass
class PatientExtractor:
    """Another extractor, whose questions are answered by a :class:`BatchTransport`. One document at a time.

    Errors of a server are the document's own here: no server is asked now, so that none can fail for all.
    """

    inner: Extractor
    transport: BatchTransport
    requests: RequestFiles
    waiting: dict[str, bool] = field(default_factory=dict)
    """The documents that wait, by id, and whether a further round must be sent for them."""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.inner.name

    async def extract(self, document: Document, candidates: Candidates, schema: Schema) -> Extraction:
        """Link one document.

        :raises PendingError: a reply is not here yet.
        :raises ReplyError: a reply cannot be used, or is an error.
        """
        self.transport.waiting_for.clear()
        try:
            return await self.inner.extract(document, candidates, schema)
        except PendingError:
            self.waiting[document.doc_id] = any(map(self.requests.is_new, self.transport.waiting_for))
            raise
        except (EndpointError, NoReplyError) as error:
            raise ReplyError(str(error)) from error


@dataclass
class BatchSink:
    """Another sink, that is not told of documents that wait.

    :param inner: None where records are of no use yet.
    """

    extractor: PatientExtractor
    inner: Sink | None = None

    def finished(self, source: Source) -> Record | None:
        """See :class:`baogao.pipeline.Sink`."""
        return self.inner.finished(source) if self.inner else None

    def add(self, record: Record, document: Document | None = None, *, again: bool = False) -> None:
        """See :class:`baogao.pipeline.Sink`."""
        if self.inner is not None and record.doc_id not in self.extractor.waiting:
            self.inner.add(record, document, again=again)
