"""A batch, prepared and collected: the ordinary extraction, with questions into files and replies out of files.

Both are one pass over all documents. A document whose replies are not all here waits, and is no record yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2

from baogao.assemble import ready_extractor
from baogao.batch.folder import BatchFolder, BatchSetup, Limits, RequestFiles
from baogao.batch.results import Replies, Result
from baogao.choices import Onto
from baogao.errors import BaogaoError, PendingError, ReplyError, UsageError
from baogao.extraction import Extraction, Extractor, ReportText, WrappedExtractor
from baogao.inputs import Source, find_sources
from baogao.interrupts import run_interruptibly
from baogao.llm import Abilities, EndpointSettings
from baogao.llm.cache import cache_key
from baogao.model_options import ModelOptions, Wanted
from baogao.outputs.earlier import Claim
from baogao.outputs.run_folder import RunFolder
from baogao.pipeline import OnRecord, Sink, run_documents
from baogao.record import Record
from baogao.schema import Schema, load_schema

WatchSources = Callable[[Sequence[Source]], Iterable[Source]]
"""Gives the documents of a pass one by one, so that somebody can show how far it is."""
OnNotice = Callable[[str], None]
"""Is told a line for a user."""

Prices = Mapping[str, float | None]
"""Those of :class:`ModelOptions`, by their names there."""
_NO_PRICES: Prices = MappingProxyType({})

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
            if result.status is None:
                raise ReplyError(f"the batch brought no reply: {result.words}")
            return _json(result.status, result.body)
        if self._requests.asked(custom_id) <= self._replies.failures(custom_id):
            self._requests.add(custom_id, body)
        self.waiting_for.add(custom_id)
        raise PendingError("a batch is to bring the reply")

    def _counts(self, custom_id: str, result: Result) -> bool:
        """Whether this is the last word on a request: good, or an error that no further attempt may mend."""
        still_out = self._requests.asked(custom_id) > self._replies.failures(custom_id)
        return result.good or not (still_out or self._again)


class AnsweredTransport(httpx2.AsyncBaseTransport):
    """A transport that answers from the replies of a batch and asks nobody: what was collected once can be measured,
    and recorded, as if the model were there.

    :param folder: of a batch that was collected.
    :raises UsageError: there is none, or it holds no replies.
    """

    def __init__(self, folder: Path) -> None:
        self.setup = BatchFolder(folder).load()
        """What the batch was prepared with."""
        self._folder = folder
        self._replies = Replies(folder / "replies")
        if not any((folder / "replies").glob("*.jsonl")):
            raise UsageError(f"{folder} holds no replies: `baogao batch collect` takes them in")

    def options(self, given: ModelOptions) -> ModelOptions:
        """A user's options, with the model and the way of asking of the batch."""
        options = BatchOptions.of(self.setup)
        return replace(options, min_confidence=given.min_confidence, calibration=given.calibration)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer from the replies.

        :raises ReplyError: none of them is to this question.
        """
        if request.method == "POST":
            result = self._replies.get(cache_key(_ENDPOINT, json.loads(await request.aread())))
            if result is not None and result.status is not None:
                return _json(result.status, result.body)
        raise ReplyError(f"the batch in {self._folder} has no reply to this question")


def _json(status: int, body: Any) -> httpx2.Response:
    """A server's answer, with lone surrogates as it sent them."""
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return httpx2.Response(status, headers={"content-type": "application/json"}, content=content)


class PatientExtractor(WrappedExtractor):
    """Another extractor, whose questions are answered by a :class:`BatchTransport`. One document at a time.

    Errors of a server are the document's own here: no server is asked now, so that none can fail for all.
    """

    def __init__(self, inner: Extractor, transport: BatchTransport, requests: RequestFiles) -> None:
        super().__init__(inner)
        self.transport = transport
        self.requests = requests
        self.waiting: dict[str, bool] = {}
        """The documents that wait, by id, and whether a further round must be sent for them."""

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
        except BaogaoError as error:
            if not error.no_answer:
                raise
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

    def has_all(self, sources: Sequence[Source]) -> bool:
        """See :class:`baogao.pipeline.Sink`."""
        return self.inner is not None and self.inner.has_all(sources)

    def add(self, record: Record, text: str | None = None, *, again: bool = False) -> None:
        """See :class:`baogao.pipeline.Sink`."""
        if self.inner is not None and record.doc_id not in self.extractor.waiting:
            self.inner.add(record, text, again=again)


@dataclass(frozen=True)
class BatchOptions(ModelOptions):
    """What a batch says about the model. Nothing is sent, so nothing is repeated or waited for."""

    @classmethod
    def of(cls, setup: BatchSetup) -> BatchOptions:
        """The options that a batch was prepared with; what the server can do is told, because it cannot be probed."""
        return cls(
            model=setup.model,
            ask=setup.ask,
            prompts=Path(setup.prompts) if setup.prompts else None,
            cache=False,
            min_confidence=setup.min_confidence,
            calibration=setup.calibration,
            abilities=Abilities() if setup.hold_to == "plain" else Abilities(**{setup.hold_to: True}),
        )

    def wanted(self) -> list[Wanted]:
        """The model that the files are for; no tables are looked at."""
        return [Wanted(self.settings(), self.ask, self.abilities)]

    def settings(self) -> EndpointSettings:
        """The endpoint's settings, without retries, waits and a budget.

        Requests take turns, so that they stand in a file in the order of their questions, whatever the threads do.
        """
        calm = {"max_attempts": 1, "first_wait": 0.0, "longest_wait": 0.0, "budget_tokens": None, "concurrency": 1}
        return super().settings().model_copy(update=calm)


@dataclass(frozen=True)
class BatchPass:
    """What one pass over the documents of a batch came to."""

    schema: Schema
    documents: int
    """All that the batch has."""
    made_with: dict[str, Any]
    """Versions and digests of everything that a record depends on besides its report."""
    finished: list[str]
    """The ids of the documents that became records, failed ones included, as they were finished."""
    for_results: int
    """Documents that wait for replies of files that were sent out already."""
    for_round: int
    """Documents that wait for replies of the files that were written now."""
    requests: RequestFiles
    """The round that was written: how many requests, at most how many tokens, and its files."""
    sure_from: float | None
    """From this confidence on 98% of the answers are right, as was learned; None where nothing was."""
    folder: RunFolder | None = None
    """Where the records went, closed by now; None where none were written."""


def prepare_batch(
    folder: Path,
    setup: BatchSetup,
    limits: Limits | None = None,
    *,
    watch: WatchSources = iter,
    on_record: OnRecord = lambda record: None,
    on_notice: OnNotice = lambda notice: None,
) -> BatchPass:
    """Write what a model would be asked into request files. Nothing is sent.

    :param folder: made where there is none; a batch there that brought no replies yet is replaced once all is written.
    :param setup: what is asked about, of whom and how; its ``made_with`` is found out here.
    :param on_record: called with each document that needs no reply: it failed, or rules alone answer it.
    :param on_notice: told what a user should know of the inputs.
    :raises UsageError: an input, the schema, its rules, prompts or a setting cannot be used; no model is named; the
        folder cannot be written, or holds replies of a batch; a request is larger than a file may be.
    """
    schema, sources = load_schema(setup.schema_source), find_sources(setup.inputs)
    for notice in sources.notices:
        on_notice(notice)
    if not setup.model:
        raise UsageError("name the model that will be asked, with --model: it stands in every request")
    with BatchFolder(folder) as batch:
        batch.check_unanswered()
        replies = Replies(batch.replies)
        going = _Pass(batch, setup, schema, sources, replies, limits, watch=watch, on_record=on_record)
        done = run_interruptibly(going.over_all(None))
        batch.save(setup.model_copy(update={"made_with": done.made_with}))
        for notice in sources.at_the_end:
            on_notice(notice)
    return done


def collect_batch(
    folder: Path,
    out: Path,
    results: Sequence[Path] = (),
    limits: Limits | None = None,
    *,
    again: bool = False,
    onto: Onto = "same",
    prices: Prices = _NO_PRICES,
    watch: WatchSources = iter,
    on_record: OnRecord = lambda record: None,
    on_notice: OnNotice = lambda notice: None,
) -> BatchPass:
    """Write the records of the documents whose replies are all here, and request files for what replies bring up.

    :param folder: of a batch that was prepared, from the same working directory.
    :param out: a run's folder: records, texts and a journal, as a live run writes them.
    :param results: result and error files of the service; those of earlier calls are remembered.
    :param again: ask anew what was answered by an error.
    :param onto: what may be done with results that are in the run's folder.
    :param prices: for what the replies have cost.
    :param on_record: called with the record of each document that does not wait.
    :param on_notice: told what a user should know of the inputs and of the result files.
    :raises UsageError: nothing was prepared there; something that records depend on was changed since; a result file
        cannot be read, or holds no results; a folder cannot be written, or holds other results.
    """
    with BatchFolder(folder) as batch:
        setup = batch.load()
        schema, sources = load_schema(setup.schema_source), find_sources(setup.inputs)
        for notice in sources.notices:
            on_notice(notice)
        replies = Replies(batch.replies)
        if results:
            requests = RequestFiles(folder)
            for notice in replies.take(results, lambda custom_id: requests.asked(custom_id) > 0).notices():
                on_notice(notice)
        claim = Claim(sources, onto)
        going = _Pass(
            batch, setup, schema, sources, replies, limits, again, prices, claim, watch=watch, on_record=on_record
        )
        done = run_interruptibly(going.over_all(out))
        for notice in sources.at_the_end:
            on_notice(notice)
    return done


@dataclass(frozen=True)
class _Pass:
    """One pass of the ordinary extraction over all documents, with replies from files."""

    batch: BatchFolder
    setup: BatchSetup
    schema: Schema
    sources: Sequence[Source]
    replies: Replies
    limits: Limits | None
    again: bool = False
    prices: Prices = field(default_factory=dict)
    claim: Claim | None = None
    _: KW_ONLY
    watch: WatchSources
    on_record: OnRecord

    async def over_all(self, out: Path | None) -> BatchPass:
        """Go over the documents.

        :param out: where the records go; None where they are of no use yet, because a new batch is prepared.
        :raises UsageError: other questions would be asked now than were prepared: what was paid for would be of no use.
        """
        finished: list[str] = []
        with RequestFiles(self.batch.folder, self.limits, anew=out is None) as requests:
            transport = BatchTransport(self.replies, requests, again=self.again)
            async with ready_extractor(
                self.setup.extractor,
                self.schema,
                replace(BatchOptions.of(self.setup), **dict[str, Any](self.prices)),
                transport,
            ) as ready:
                used = ready.made_with()
                if changed := self.setup.changed(used):
                    raise UsageError(
                        f"the batch in {self.batch.folder} was prepared with another {', '.join(changed)}: "
                        "put it back, or prepare the batch anew"
                    )
                extractor = PatientExtractor(ready.extractor, transport, requests)

                def note(record: Record) -> None:
                    if record.doc_id not in extractor.waiting:
                        finished.append(record.doc_id)
                        self.on_record(record)

                state = used | {"replies": self.replies.state, "again": self.again}
                order = [source.doc_id for source in self.sources]
                with RunFolder(out, order, state, self.schema, self.claim) if out else nullcontext() as records:
                    sink = BatchSink(extractor, records)
                    wanted = records.todo if records else self.sources
                    todo = self.watch(wanted)
                    sample = wanted if out else None  # no reply is there before a batch was sent
                    await run_documents(
                        todo, extractor, ready.made_by, sink, on_record=note, on_kept=note, sample_of=sample
                    )
        rounds = sum(extractor.waiting.values())
        waiting = len(extractor.waiting) - rounds
        sure_from = ready.sure_from
        return BatchPass(self.schema, len(self.sources), used, finished, waiting, rounds, requests, sure_from, records)
