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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from baogao.errors import ReplayError
from baogao.evaluation.cassettes import Cassette, Mode, cassette_transport, check_vcr, playing

REPLAY_URL = "http://replay.invalid/v1"
"""What a replayed client is told; no host has this name (RFC 2606)."""


class Recording:
    """The cassettes of a run in use.

    :raises UsageError: vcrpy is missing.
    :raises ReplayError: there is no recording, or it does not belong to these reports.
    """

    def __init__(self, folder: Path, mode: Mode, doc_ids: Iterable[str]) -> None:
        check_vcr()
        self.folder = folder
        self.mode = mode
        self.doc_ids = list(doc_ids)
        self.misses: list[str] = []
        self.used = False
        self._cassettes: dict[str, Cassette] = {}
        self._loaded: dict[str, int] = {}
        if mode == "replay":
            self._check_complete()

    def transport(self) -> httpx2.AsyncBaseTransport:
        """What carries a client's requests; in a replay none gets out."""
        self.used = True
        inner = _NoNetwork() if self.mode == "replay" else None
        return _Watched(cassette_transport(inner), self.misses)

    @contextmanager
    def endpoint(self) -> Iterator[Cassette]:
        """Carry what is asked outside of any report."""
        with playing(self._cassette("", self.folder / "endpoint.yaml")) as cassette:
            yield cassette

    @contextmanager
    def report(self, doc_id: str) -> Iterator[Cassette]:
        """Carry what is asked about one report."""
        with playing(self._cassette(doc_id, self._path(doc_id))) as cassette:
            try:
                yield cassette
            finally:
                if self.mode == "record":
                    cassette.save()

    def write(self, recording: dict[str, Any]) -> None:
        """Save a recording: every cassette, and what a replay must know. Cassettes of other reports are removed."""
        for doc_id in self.doc_ids:
            self._cassette(doc_id, self._path(doc_id))
        for orphan in self._orphans():
            orphan.unlink()
        for name, cassette in self._cassettes.items():
            self._drop_stale(name, cassette)
            cassette.save()
        text = json.dumps(recording, ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / "recording.json").write_text(text + "\n", encoding="utf-8")

    def read(self) -> dict[str, Any]:
        """What a replay must know.

        :raises ReplayError: it is not there or is not JSON.
        """
        path = self.folder / "recording.json"
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ReplayError(f"{self.folder} is not a recording: {path.name} cannot be read ({error})") from error
        return data

    def check(self, whole: bool = True) -> None:
        """After a replay: nothing was asked that is not there, and nothing is there that was not asked.

        :param whole: False where only a part of the recording was to be played.
        :raises ReplayError: the first difference, and how many there are.
        """
        if self.misses:
            raise ReplayError(f"{self.misses[0]}{_more(self.misses)}")
        if not self.used or not whole:
            return
        unplayed = [line for doc_id in self.doc_ids for line in self._cassette(doc_id, self._path(doc_id)).unplayed]
        if unplayed:
            raise ReplayError(f"recorded and never asked for: {unplayed[0]}{_more(unplayed)}")

    def _cassette(self, name: str, path: Path) -> Cassette:
        if name not in self._cassettes:
            self._cassettes[name] = Cassette(path, self.mode)
            self._loaded[name] = len(self._cassettes[name])
        return self._cassettes[name]

    def _drop_stale(self, name: str, cassette: Cassette) -> None:
        """Drop exchanges of an earlier recording that this one did not ask for."""
        exchanges = cassette.vcr
        kept = [
            exchange
            for index, exchange in enumerate(exchanges.data)
            if index >= self._loaded[name] or exchanges.play_counts[index]
        ]
        exchanges.data = kept

    def _path(self, doc_id: str) -> Path:
        return self.folder / "reports" / f"{doc_id}.yaml"

    def _orphans(self) -> list[Path]:
        return sorted(path for path in (self.folder / "reports").glob("*.yaml") if path.stem not in self.doc_ids)

    def _check_complete(self) -> None:
        self.read()
        orphans = self._orphans()
        if orphans:
            raise ReplayError(f"{orphans[0]} belongs to no report of the data sets{_more(orphans)}")
        missing = [str(self._path(doc_id)) for doc_id in self.doc_ids if not self._path(doc_id).is_file()]
        if missing:
            raise ReplayError(f"there is no cassette {missing[0]}{_more(missing)}; record the run again")


class _NoNetwork(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise ReplayError(f"a replay was asked outside of any cassette: {request.method} {request.url.path}")


class _Watched(httpx2.AsyncBaseTransport):
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


def _more(found: list[Any]) -> str:
    return f" (and {len(found) - 1} more)" if len(found) > 1 else ""
