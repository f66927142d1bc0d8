"""What carries a model client's requests in a batch: replies come from files, questions without one go into a file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2

from baogao.batch.folder import RequestFiles
from baogao.batch.results import Replies, Result
from baogao.document import Document
from baogao.errors import EndpointError, NoReplyError, PendingError, ReplyError
from baogao.extraction import Extraction, Extractor, ReportText
from baogao.inputs import Source
from baogao.llm.cache import cache_key
from baogao.pipeline import Sink
from baogao.record import Record
from baogao.schema.fields import Schema

_ENDPOINT = "batch"
"""Stands for whichever service is given the files; it is part of every custom_id."""


class BatchTransport(httpx2.AsyncBaseTransport):
    """A transport for :class:`~baogao.llm.endpoint.ModelClient`.

    :param again: put requests that were answered by an error into the next file, instead of handing the error on.
    """

    def __init__(self, replies: Replies, requests: RequestFiles, *, again: bool = False) -> None:
        self.waiting_for: set[str] = set()
        """The requests that were asked for in vain; whoever wants to know for which document empties it."""
        self._replies = replies
        self._requests = requests
        self._again = again

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer from the files.

        :raises PendingError: there is no reply yet.
        :raises ReplyError: there will be none.
        """
        if request.method != "POST":
            return _json(404, {"error": {"message": "a batch lists no models"}})
        body = json.loads(await request.aread())
        custom_id = cache_key(_ENDPOINT, body)
        result = self._replies.get(custom_id)
        if result is not None and self._counts(custom_id, result):
            return _response(result)
        if self._requests.asked(custom_id) <= self._replies.failures(custom_id):
            self._requests.add(custom_id, body)
        self.waiting_for.add(custom_id)
        raise PendingError("a batch is to bring the reply")

    def _counts(self, custom_id: str, result: Result) -> bool:
        """Whether this is the last word on a request: good, or an error that no further attempt may mend."""
        still_out = self._requests.asked(custom_id) > self._replies.failures(custom_id)
        return result.good or not (still_out or self._again)


def _response(result: Result) -> httpx2.Response:
    if result.status is None:
        raise ReplyError(f"the batch brought no reply: {result.words}")
    return _json(result.status, result.body)


def _json(status: int, body: Any) -> httpx2.Response:
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return httpx2.Response(status, headers={"content-type": "application/json"}, content=content)


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
    schema: Schema = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.inner.name
        self.schema = self.inner.schema

    async def extract(self, report: ReportText) -> Extraction:
        """Link one document.

        :raises PendingError: a reply is not here yet.
        :raises ReplyError: a reply cannot be used, or is an error.
        """
        self.transport.waiting_for.clear()
        try:
            return await self.inner.extract(report)
        except PendingError:
            self.waiting[report.document.doc_id] = any(map(self.requests.is_new, self.transport.waiting_for))
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
