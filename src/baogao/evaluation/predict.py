"""The first step of a run: an extractor over the texts of the gold, its records and what they took."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from baogao.assemble import ArbiterFor, ModelOptions, Ready, ready_extractor
from baogao.errors import UsageError
from baogao.evaluation.gold import Dataset
from baogao.evaluation.identity import Mode, extractor_identity, identify
from baogao.evaluation.recordings import REPLAY_URL, Recording
from baogao.evaluation.runs import Run, load_datasets
from baogao.extraction import Extraction, Extractor, ExtractorName, ReportText
from baogao.inputs import Source
from baogao.llm.messages import Abilities
from baogao.pipeline import OnRecord, run_extraction
from baogao.record import Provenance, Record
from baogao.record_file import RecordFile
from baogao.schema.fields import Schema
from baogao.usage import Usage

Around = Callable[[str], AbstractContextManager[object]]
"""Entered for the length of one document, by its id; a cassette knows by it whose exchanges it carries."""


@dataclass
class WatchedExtractor:
    """An extractor, with the seconds that each document took."""

    inner: Extractor
    around: Around = lambda doc_id: nullcontext()
    seconds: dict[str, float] = field(default_factory=dict)
    name: str = field(init=False)
    schema: Schema = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.inner.name
        self.schema = self.inner.schema

    async def extract(self, report: ReportText) -> Extraction:
        """Link one document, watching the clock."""
        started = time.perf_counter()
        try:
            with self.around(report.document.doc_id):
                return await self.inner.extract(report)
        finally:
            self.seconds[report.document.doc_id] = time.perf_counter() - started


async def predict(
    extractor: Extractor,
    made_by: Provenance,
    datasets: Sequence[Dataset],
    schema: Schema,
    path: Path,
    *,
    concurrency: int = 1,
    around: Around = lambda doc_id: nullcontext(),
    on_record: OnRecord = lambda record: None,
) -> dict[str, Any]:
    """Run an extractor over data sets and write its records to ``path``.

    :returns: its part of ``timing.json``: seconds and tokens in all, and for each document.
    :raises UsageError: ``path`` cannot be written.
    """
    sources = [Source(item.gold.doc_id, item.text_path) for dataset in datasets for item in dataset.items]
    watched = WatchedExtractor(extractor, around)
    started = time.perf_counter()
    with RecordFile(path, [source.doc_id for source in sources]) as sink:
        records = await run_extraction(sources, watched, made_by, sink, concurrency, on_record)
    return timing_of(records, watched.seconds, time.perf_counter() - started)


def timing_of(records: Sequence[Record], seconds: dict[str, float], wall: float) -> dict[str, Any]:
    """What a run took; seconds of a document count its own waiting for a busy server."""
    total = sum((record.usage for record in records), Usage())
    return {
        "seconds": round(wall, 3),
        **_tokens(total),
        "documents": {
            record.doc_id: {"seconds": round(seconds.get(record.doc_id, 0.0), 3), **_tokens(record.usage)}
            for record in records
        },
    }


def _tokens(usage: Usage) -> dict[str, Any]:
    counts = {
        "requests": usage.requests,
        "cached": usage.cached,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
    }
    return counts if usage.cost is None else counts | {"cost": usage.cost}


Watch = Callable[[str, int], AbstractContextManager[OnRecord]]
"""From an extractor's name and the number of reports to whatever is told of their records."""


def unwatched(name: str, reports: int) -> AbstractContextManager[OnRecord]:
    """Nobody looks on."""
    return nullcontext(lambda record: None)


@dataclass(frozen=True)
class EvalRequest:
    """What the command line asks for."""

    folders: Sequence[Path]
    out: Path
    extractors: Sequence[str]
    records: Sequence[str]
    """``NAME=FILE`` for records that were made elsewhere."""
    options: ModelOptions
    replay: Path | None = None
    record: Path | None = None
    arbiter_for: ArbiterFor | None = None
    """Makes what decides in hybrid, instead of the schema's calibration."""
    strict: bool = True
    """Whether a replay must ask for everything that was recorded."""

    @property
    def mode(self) -> Mode:
        """Live, recorded or replayed."""
        return "replay" if self.replay else "record" if self.record else "live"


def predict_run(request: EvalRequest, schema: Schema, watch: Watch = unwatched) -> Run:
    """Write ``run.json``, ``records/`` and ``timing.json``.

    :param watch: entered for each extractor in turn; what it gives is told of every record.

    :raises UsageError: nothing could start.
    :raises ReplayError: the replay is not the run that was recorded.
    """
    names, given = _names(request)
    datasets = load_datasets(request.folders, schema)
    run = Run(request.out)
    identities, timing = asyncio.run(_predict_all(request, names, datasets, schema, run, watch))
    for name, path in given.items():
        identities.append(extractor_identity(name, None))
        _copy_records(path, run.records_path(name))
    by_folder = dict(zip(request.folders, datasets, strict=True))
    run.write("run.json", identify(schema, by_folder, identities, request.mode, _parameters(request.options)))
    run.write("timing.json", {"mode": request.mode, "extractors": timing})
    return run


def _names(request: EvalRequest) -> tuple[list[ExtractorName], dict[str, Path]]:
    known: dict[str, ExtractorName] = {name: name for name in get_args(ExtractorName)}
    unknown = [name for name in request.extractors if name not in known]
    if unknown:
        raise UsageError(f"there is no extractor {unknown[0]!r}; there are: {', '.join(known)}")
    if request.replay and request.record:
        raise UsageError("--replay and --record exclude each other")
    given: dict[str, Path] = {}
    for text in request.records:
        name, _, path = text.partition("=")
        if not path or not name.replace("-", "").replace("_", "").isalnum():
            raise UsageError(f"--records wants NAME=FILE.jsonl; it got {text!r}")
        given[name] = Path(path)
    every = [*request.extractors, *given]
    if len(set(every)) < len(every):
        raise UsageError(f"an extractor is named twice: {', '.join(every)}")
    return [known[name] for name in request.extractors], given


async def _predict_all(
    request: EvalRequest,
    names: Sequence[ExtractorName],
    datasets: Sequence[Dataset],
    schema: Schema,
    run: Run,
    watch: Watch,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every extractor in turn; returns what each was, and what each took."""
    exchanges = _recording_of(request, datasets)
    recording = exchanges.read() if exchanges and exchanges.mode == "replay" else {}
    identities: list[dict[str, Any]] = []
    timing: dict[str, Any] = {}
    recorded: dict[str, Any] = {"model": None, "ask": {}, "abilities": None}
    for name in names:
        options = _options(request.options, recording, name)
        transport = exchanges.transport() if exchanges and name != "rules" else None
        with exchanges.endpoint() if exchanges else nullcontext():
            async with ready_extractor(name, schema, options, transport, request.arbiter_for) as ready:
                if ready.client and recording:
                    ready.client.abilities = _abilities(recording)
                timing[name] = await _predict_one(ready, datasets, schema, run, exchanges, options, watch)
                identities.append(extractor_identity(name, ready.made_by))
                if ready.client and not recording:
                    _note(ready, name, recorded)
    if exchanges and exchanges.mode == "record":
        exchanges.write(recorded)
    elif exchanges:
        exchanges.check(whole=request.strict)
    return identities, timing


async def _predict_one(
    ready: Ready,
    datasets: Sequence[Dataset],
    schema: Schema,
    run: Run,
    exchanges: Recording | None,
    options: ModelOptions,
    watch: Watch,
) -> dict[str, Any]:
    reports = sum(len(dataset.items) for dataset in datasets)
    with watch(ready.extractor.name, reports) as on_record:
        around = exchanges.report if exchanges else lambda doc_id: nullcontext()
        return await predict(
            ready.extractor,
            ready.made_by,
            datasets,
            schema,
            run.records_path(ready.extractor.name),
            concurrency=options.concurrency or 1,
            around=around,
            on_record=on_record,
        )


def _recording_of(request: EvalRequest, datasets: Sequence[Dataset]) -> Recording | None:
    folder = request.replay or request.record
    if folder is None:
        return None
    doc_ids = [item.gold.doc_id for dataset in datasets for item in dataset.items]
    return Recording(folder, "replay" if request.replay else "record", doc_ids)


def _options(options: ModelOptions, recording: dict[str, Any], name: ExtractorName) -> ModelOptions:
    """A replay asks as the recording did, of a host that does not exist, and starts no server."""
    if not recording:
        return options
    way = recording["ask"].get(name, "auto")
    return replace(options, base_url=REPLAY_URL, model=recording["model"], ask=way, embedded=False, gguf=None)


def _note(ready: Ready, name: ExtractorName, recorded: dict[str, Any]) -> None:
    """Add what a replay must know: what was asked depends on it, and no server can be asked again."""
    abilities = ready.client.abilities if ready.client else None
    recorded["model"] = ready.made_by.model
    recorded["ask"][name] = ready.way
    recorded["abilities"] = asdict(abilities) if abilities else None


def _abilities(recording: dict[str, Any]) -> Abilities | None:
    found = recording["abilities"]
    return Abilities(**{name: value for name, value in found.items() if name != "plain"}) if found else None


def _parameters(options: ModelOptions) -> dict[str, Any]:
    """What was asked for on the command line, without paths of this machine."""
    given = asdict(options)
    given["gguf"] = options.gguf.name if options.gguf else None
    given["prompts"] = options.prompts.name if options.prompts else None
    given["calibration"] = Path(options.calibration).name if options.calibration else None
    return given


def _copy_records(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror or error}") from error
