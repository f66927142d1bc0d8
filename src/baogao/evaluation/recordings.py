"""The recorded exchanges of a run: one cassette for each report, shared by the extractors of the run.

::

    DIR/recording.json     model and each extractor's way of asking, so that a replay asks the same
    DIR/endpoint.yaml      what was asked outside of any report
    DIR/reports/ID.yaml    the exchanges of one report

A replay is strict: a request that was not recorded, an exchange that nobody asked for, a cassette without its report
and a report without its cassette are errors, because each means that the run replayed is not the run recorded.

Recording goes on where it stopped: an exchange that is there is not asked again, and what is not asked for any more is
dropped at the end. For a recording from scratch, remove the folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

import httpx2
from pydantic import Field, field_validator

from baogao.assemble import Ready
from baogao.choices import ExtractorName, Way, WayOrAuto
from baogao.errors import ReplayError, UsageError
from baogao.evaluation.cassettes import Cassette, CassetteTransport, Mode, check_vcr, playing
from baogao.evaluation.gold import check_writable, write_whole
from baogao.evaluation.summary import RunFile
from baogao.extraction import Extraction, Extractor, ReportText, WrappedExtractor
from baogao.llm import Abilities, Manner
from baogao.llm.client import Client
from baogao.model_options import Further, ModelOptions
from baogao.opening import ReadyModel
from baogao.schema.values import Strict

REPLAY_URL = "http://replay.invalid/v1"
"""What a replayed client is told; no host has this name (RFC 2606)."""


class RecordedModel(Strict):
    """A model beside the first, and how it was asked."""

    model: str
    way: Way
    abilities: Abilities | None = None
    manner: Manner | None = Field(default=None, exclude_if=lambda manner: manner is None)

    @classmethod
    def of(cls, ready: ReadyModel) -> Self:
        """A model that was asked."""
        client = ready.client
        return cls(model=ready.name, way=ready.asked.way, abilities=client.abilities, manner=learned(client))

    def further(self) -> Further:
        """The same to a replay."""
        return Further(self.model, REPLAY_URL, self.way, self.abilities, self.manner)


class RecordingInfo(RunFile):
    """What a replay must know: what was asked depends on it, and no server can be asked again."""

    file_name = "recording.json"

    model: str | None = None
    ask: dict[ExtractorName, Way] = Field(default_factory=dict)
    """Each extractor's way of asking; of one that asks nothing, none."""
    abilities: Abilities | None = None
    """What the endpoint could do; None where nobody needed to know."""
    manner: Manner | None = Field(default=None, exclude_if=lambda manner: manner is None)
    """How it wanted to be asked, where that is not as OpenAI wrote the API first."""
    further: list[RecordedModel] = Field(default_factory=list, exclude_if=lambda models: not models)
    """Models that read beside it."""
    escalate_to: RecordedModel | None = Field(default=None, exclude_if=lambda model: model is None)
    """The one that was asked where the others left the jury unsure."""

    @field_validator("abilities", mode="before")
    @classmethod
    def _without_plain(cls, found: object) -> object:
        """Recordings from before version 0.2 say that a model can write plain text, which every model can."""
        return {name: can for name, can in found.items() if name != "plain"} if isinstance(found, dict) else found

    def note(self, name: ExtractorName, ready: Ready) -> None:
        """Keep how an extractor asked, if it did."""
        if ready.client is not None and ready.way is not None:
            self.model = ready.models[0].name if ready.models else ready.made_by.model
            self.ask[name] = ready.way
            self.abilities, self.manner = ready.client.abilities, learned(ready.client)
            if name == "hybrid":
                self.further = [RecordedModel.of(model) for model in ready.models[1:]]
                self.escalate_to = RecordedModel.of(ready.escalate_to) if ready.escalate_to else None

    def options(self, options: ModelOptions, name: ExtractorName) -> ModelOptions:
        """Options to ask as the recording did, of a host that does not exist; no server is started."""
        way: WayOrAuto = self.ask.get(name, "auto")
        further, last = (self.further, self.escalate_to) if name == "hybrid" else ([], None)
        return replace(
            options,
            base_url=REPLAY_URL,
            model=self.model,
            further=tuple(model.further() for model in further),
            escalate_to=last.further() if last else None,
            ask=way,
            manner=self.manner or Manner(),
            embedded=False,
            gguf=None,
            adapter=None,
            thorough=False,
        )


def learned(client: Client) -> Manner | None:
    """The manner in which a model was asked; None for the first one."""
    return None if client.manner == Manner() else client.manner


class Recording:
    """The cassettes of a run in use.

    :raises UsageError: vcrpy is missing; ``recording.json`` does not fit; a recording cannot be written there.
    :raises ReplayError: there is no recording, or it does not belong to these reports.
    """

    def __init__(self, folder: Path, mode: Mode, doc_ids: Iterable[str]) -> None:
        check_vcr()
        self.folder = folder
        self.mode = mode
        self.doc_ids = list(doc_ids)
        self.misses: list[str] = []
        self.used = False
        self._cassettes: dict[Path, Cassette] = {}
        if mode == "record":  # seen now, and not when the first reply was paid for
            for path in (self.folder / RecordingInfo.file_name, self._path("recording")):
                check_writable(path)
        self.info = RecordingInfo() if mode == "record" else self._read()

    def transport(self, sender: httpx2.AsyncBaseTransport | None = None) -> httpx2.AsyncBaseTransport:
        """What carries a client's requests; in a replay none gets out.

        :param sender: carries what is not played yet, instead of the network.
        """
        self.used = True
        inner = _NoNetwork() if self.mode == "replay" else sender
        return _MissKeeper(CassetteTransport(inner), self.misses)

    @contextmanager
    def endpoint(self) -> Iterator[Cassette]:
        """Carry what is asked outside of any report."""
        with playing(self._cassette(self.folder / "endpoint.yaml")) as cassette:
            yield cassette

    @contextmanager
    def report(self, doc_id: str) -> Iterator[Cassette]:
        """Carry what is asked about one report."""
        with playing(self._cassette(self._path(doc_id))) as cassette:
            try:
                yield cassette
            finally:
                if self.mode == "record":
                    cassette.save()

    def write(self) -> None:
        """Save a recording: every cassette, and what a replay must know. Cassettes of other reports are removed.

        :raises UsageError: a file cannot be written, or not be removed.
        """
        for doc_id in self.doc_ids:
            self._cassette(self._path(doc_id))
        for orphan in self._orphans():
            try:
                orphan.unlink()
            except OSError as error:
                raise UsageError(f"cannot remove {orphan}: {error.strerror or error}") from error
        for cassette in self._cassettes.values():
            cassette.drop_stale()
            cassette.save()
        write_whole(self.folder / self.info.file_name, self.info.to_json().encode())

    def check(self, whole: bool = True) -> None:
        """After a replay: nothing was asked that is not there, and nothing is there that was not asked.

        :param whole: False where only a part of the recording was to be played.
        :raises ReplayError: the first difference, and how many there are.
        """
        if self.misses:
            raise ReplayError(f"{self.misses[0]}{_more(self.misses)}")
        if not self.used or not whole:
            return
        unplayed = [line for doc_id in self.doc_ids for line in self._cassette(self._path(doc_id)).unplayed]
        if unplayed:
            raise ReplayError(f"recorded and never asked for: {unplayed[0]}{_more(unplayed)}")

    def _cassette(self, path: Path) -> Cassette:
        if path not in self._cassettes:
            self._cassettes[path] = Cassette(path, self.mode)
        return self._cassettes[path]

    def _path(self, doc_id: str) -> Path:
        return self.folder / "reports" / f"{doc_id}.yaml"

    def _orphans(self) -> list[Path]:
        return sorted(path for path in (self.folder / "reports").glob("*.yaml") if path.stem not in self.doc_ids)

    def _read(self) -> RecordingInfo:
        """What is there to be replayed, after a look whether it is all there."""
        path = self.folder / RecordingInfo.file_name
        try:
            info = RecordingInfo.of_json(json.loads(path.read_text(encoding="utf-8")), path)
        except (OSError, ValueError, RecursionError) as error:
            raise ReplayError(f"{self.folder} is not a recording: {path.name} cannot be read ({error})") from error
        orphans = self._orphans()
        if orphans:
            raise ReplayError(f"{orphans[0]} belongs to no report of the data sets{_more(orphans)}")
        missing = [path for path in map(self._path, self.doc_ids) if not path.is_file()]
        if missing:
            raise ReplayError(f"there is no cassette {missing[0]}{_more(missing)}; record the run again")
        return info


class RecordedExtractor(WrappedExtractor):
    """Another extractor, whose exchanges about each report are those of its cassette."""

    def __init__(self, inner: Extractor, recording: Recording) -> None:
        super().__init__(inner)
        self.recording = recording

    async def extract(self, report: ReportText) -> Extraction:
        """Link one report, its cassette put in."""
        with self.recording.report(report.document.doc_id):
            return await self.inner.extract(report)


class _NoNetwork(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise ReplayError(f"a replay was asked outside of any cassette: {request.method} {request.url.path}")


class _MissKeeper(httpx2.AsyncBaseTransport):
    """Keeps misses in mind: an extractor turns them into a failed document, which a replay must not hide behind."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, misses: list[str]) -> None:
        self._inner = inner
        self._misses = misses

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await self._inner.handle_async_request(request)
        except ReplayError as error:
            self._misses.append(str(error))
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()


def _more(found: Sequence[object]) -> str:
    return f" (and {len(found) - 1} more)" if len(found) > 1 else ""
