"""The first step of a run: extractors over the texts of the gold, their records and what they took.

It is made live, recorded, or replayed from a recording; :func:`replay_run` makes a published run again and compares.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from baogao.assemble import ArbiterFor, extractor_named, ready_extractor
from baogao.choices import ExtractorName
from baogao.errors import UsageError
from baogao.evaluation.gold import Dataset, check_writable, write_whole
from baogao.evaluation.recordings import RecordedExtractor, Recording
from baogao.evaluation.run_info import ExtractorInfo, Mode, Parameters, RunInfo
from baogao.evaluation.runs import ExtractorTiming, Run, Timing, load_datasets, score_run
from baogao.evaluation.summary import Summary
from baogao.extraction import Extraction, Extractor, ReportText, WrappedExtractor
from baogao.inputs import Source
from baogao.interrupts import run_interruptibly
from baogao.llm import abilities_of
from baogao.model_options import ModelOptions
from baogao.pipeline import Nowhere, OnRecord, run_extraction
from baogao.schema.fields import Schema
from baogao.schema.load import shipped_schema

SUMMARY = Summary.file_name
CASSETTES = "cassettes"
"""The folder of a run where its recording is."""
WatchExtractor = Callable[[str, int], AbstractContextManager[OnRecord]]
"""From an extractor's name and the number of reports to whatever is told of their records."""


def unwatched(name: str, reports: int) -> AbstractContextManager[OnRecord]:
    """Nobody looks on."""
    return nullcontext(lambda record: None)


@dataclass(frozen=True)
class EvalRequest:
    """What is to be run on which gold."""

    folders: Sequence[Path]
    """The data sets."""
    out: Path
    """The folder of the run."""
    extractors: Sequence[str] = ("rules",)
    records: Mapping[str, Path] = field(default_factory=dict)
    """Files of records that were made elsewhere, by the name that they go under."""
    options: ModelOptions = field(default_factory=ModelOptions)
    replay: Path | None = None
    """The folder of a recording, to be played instead of asking a model."""
    record: Path | None = None
    """The folder where the exchanges with the model are to be recorded."""
    arbiter_for: ArbiterFor | None = None
    """Makes what decides in hybrid, instead of the schema's calibration."""
    sender: httpx2.AsyncBaseTransport | None = None
    """What carries questions to the model, instead of the network."""
    strict: bool = True
    """Whether a replay must ask for everything that was recorded."""

    @property
    def mode(self) -> Mode:
        """Live, recorded or replayed."""
        return "replay" if self.replay else "record" if self.record else "live"

    def names(self) -> list[ExtractorName]:
        """The extractors that are to run.

        :raises UsageError: there is no such extractor; one name is given twice; a replay is to be recorded.
        """
        names = [extractor_named(name) for name in self.extractors]
        if (self.options.further or self.options.escalate_to) and "hybrid" not in names:
            raise UsageError("--model more than once, and --escalate-to, want --extractor hybrid")
        if self.replay and self.record:
            raise UsageError("--replay and --record exclude each other")
        every = [*self.extractors, *self.records]
        if len(set(every)) < len(every):
            raise UsageError(f"an extractor is named twice: {', '.join(every)}")
        return names


def parse_records(given: Iterable[str]) -> dict[str, Path]:
    """Read ``NAME=FILE.jsonl``, for :attr:`EvalRequest.records`.

    :raises UsageError: not of that form, or one name twice.
    """
    records: dict[str, Path] = {}
    for text in given:
        name, _, path = text.partition("=")
        if not path or not name.replace("-", "").replace("_", "").isalnum():
            raise UsageError(f"--records wants NAME=FILE.jsonl; it got {text!r}")
        if name in records:
            raise UsageError(f"--records names {name!r} twice")
        records[name] = Path(path)
    return records


def predict_run(request: EvalRequest, schema: Schema, watch: WatchExtractor = unwatched) -> Run:
    """Write ``run.json``, ``records/`` and ``timing.json``.

    :param watch: entered for each extractor in turn; what it gives is told of every record.
    :raises UsageError: nothing could start, or a file cannot be written. The records of an extractor that did not come
        to its end are not written, and those of an earlier run stay.
    :raises ReplayError: the replay is not the run that was recorded.
    :raises GoldError: the gold does not hold.
    """
    names = request.names()
    datasets = load_datasets(request.folders, schema)
    run, theirs = Run(request.out), dict[str, bytes]()
    for name, path in request.records.items():  # before a model is asked for what would then be of no use
        try:
            theirs[name] = path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
        check_writable(run.records_path(name))
    work = _Prediction(request, datasets, schema, run, watch)
    run_interruptibly(work.do(names))
    for name, records in theirs.items():
        work.infos.append(ExtractorInfo(name=name, origin="records"))
        write_whole(run.records_path(name), records)
    by_folder = dict(zip(request.folders, datasets, strict=True))
    told = Parameters.of(request.options)
    by_batch = request.sender is not None
    run.write(RunInfo.of(schema, by_folder, work.infos, request.mode, told, by_batch=by_batch))
    run.write(Timing(mode=request.mode, extractors=work.timings))
    return run


@dataclass
class _Prediction:
    """The extractors of one run, one after the other."""

    request: EvalRequest
    datasets: Sequence[Dataset]
    schema: Schema
    run: Run
    watch: WatchExtractor
    infos: list[ExtractorInfo] = field(default_factory=list)
    """What each extractor was, in their order."""
    timings: dict[str, ExtractorTiming] = field(default_factory=dict)
    """What each took."""

    async def do(self, names: Sequence[ExtractorName]) -> None:
        """Run every extractor, with one recording for all of them."""
        sources = [Source(item.gold.doc_id, item.text_path) for dataset in self.datasets for item in dataset.items]
        folder, recording = self.request.replay or self.request.record, None
        if folder is not None:
            doc_ids = [source.doc_id for source in sources]
            recording = Recording(folder, "replay" if self.request.replay else "record", doc_ids)
        for name in names:
            with recording.endpoint() if recording else nullcontext():
                await self._do_one(name, sources, recording)
        if recording and recording.mode == "record":
            recording.write()
        elif recording:
            recording.check(whole=self.request.strict)

    async def _do_one(self, name: ExtractorName, sources: Sequence[Source], recording: Recording | None) -> None:
        options, request = self.request.options, self.request
        if name == "rules":  # they ask no model, and so do not mind several
            options = replace(options, further=(), escalate_to=None)
        if name != "hybrid":
            options = replace(options, thorough=False)
        replayed = recording is not None and recording.mode == "replay"
        if recording and replayed:
            options = recording.info.options(options, name)
        transport = request.sender
        if recording and name != "rules":
            transport = recording.transport(request.sender)
        async with ready_extractor(name, self.schema, options, transport, request.arbiter_for) as ready:
            if ready.client and recording and replayed:
                ready.client.abilities = recording.info.abilities
            if recording and not replayed:
                for client in (model.client for model in ready.models if model.asked.way == "link"):
                    await abilities_of(client)  # now, so that no report's exchanges have the question in them
            inner = RecordedExtractor(ready.extractor, recording) if recording else ready.extractor
            timed = TimedExtractor(inner)
            check_writable(self.run.records_path(name))
            started = time.perf_counter()
            with self.watch(name, len(sources)) as on_record:
                records = await run_extraction(
                    sources, timed, ready.made_by, Nowhere(), options.concurrency or 1, on_record
                )
            seconds = time.perf_counter() - started
            self.run.write_records(name, records)
            self.timings[name] = ExtractorTiming.of_records(records, timed.seconds, seconds)
            self.infos.append(ExtractorInfo.of(name, ready, records))
            if recording and not replayed:
                recording.info.note(name, ready)


class TimedExtractor(WrappedExtractor):
    """Another extractor, with the seconds that each document took, by its id."""

    def __init__(self, inner: Extractor) -> None:
        super().__init__(inner)
        self.seconds: dict[str, float] = {}

    async def extract(self, report: ReportText) -> Extraction:
        """Link one document, watching the clock."""
        started = time.perf_counter()
        try:
            return await self.inner.extract(report)
        finally:
            taken = self.seconds.get(report.document.doc_id, 0.0)  # once in a sample, once for the record
            self.seconds[report.document.doc_id] = taken + time.perf_counter() - started


def replay_run(
    published: Run,
    out: Path,
    cassettes: Path | None = None,
    watch: WatchExtractor = unwatched,
    *,
    schema: Schema | None = None,
) -> list[str]:
    """Play a published run again into ``out``, offline, and score it.

    :param cassettes: the recording, where it is not in the run's own folder.
    :param schema: the run's own; None finds one that comes with baogao by the name in ``run.json``.
    :returns: what differs in its summary, as paths into it; empty when the two are the same to the byte.
    :raises UsageError: the run has no cassettes, or its data sets are not where they were.
    :raises SchemaError: the run's schema does not come with baogao, and is not given.
    :raises ReplayError: what is asked now is not what was recorded.
    """
    cassettes = cassettes or published.path / CASSETTES
    if not cassettes.is_dir():
        raise UsageError(f"{published.path} cannot be replayed: there is no folder {cassettes}")
    if not (published.path / SUMMARY).is_file():
        raise UsageError(f"{published.path} cannot be compared: there is no {SUMMARY}; score the run first")
    info = published.info()
    folders = info.folders()
    names = [one.name for one in info.extractors if one.origin == "baogao"]
    # A run that was made before there was a calibration gets none.
    calibration = None if any(one.calibration for one in info.extractors) else "none"
    options = ModelOptions(min_confidence=info.parameters.min_confidence, calibration=calibration)
    schema = schema or shipped_schema(info.schema_info.name)
    run = predict_run(EvalRequest(folders, out, names, options=options, replay=cassettes), schema, watch)
    score_run(run, load_datasets(folders, schema), schema)
    if (published.path / SUMMARY).read_bytes() == (run.path / SUMMARY).read_bytes():
        return []
    return list(differences(published.read_json(SUMMARY), run.read_json(SUMMARY))) or [
        "the order or the spacing of its keys"
    ]


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Where two JSON values differ, one line each: ``extractors.rules.f1: 0.9 is now 0.8``."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield f"{path}: {old} is now {new}"
