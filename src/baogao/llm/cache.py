"""Replies kept on disk, so that the same question is paid for once."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import diskcache
from diskcache.core import MODE_BINARY, MODE_RAW

from baogao.errors import UsageError
from baogao.llm.messages import Payload, Reply, TokenLogprob
from baogao.llm.places import cache_dir

_log = logging.getLogger(__name__)

CACHE_VERSION = 1
"""Part of every key: raise it when what is kept for a question changes its meaning."""

_DAMAGE = (sqlite3.Error, OSError, zlib.error, ValueError, KeyError, TypeError, diskcache.Timeout)
_T = TypeVar("_T")


def cache_key(endpoint: str, payload: Payload) -> str:
    """The digest of everything that may change a reply; the order of keys does not matter, an API key is not in it.

    :param endpoint: which service answers. A server on the same machine is just that, whatever its port today.
    """
    content = {"version": CACHE_VERSION, "endpoint": endpoint, "payload": payload}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class ReplyCache:
    """Good replies by question. A damaged cache is reported once and then done without."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or cache_dir() / "replies"
        self.damage: str | None = None
        """What is wrong with the files, in words; set when damage is first met."""
        self._store: Any = self._guarded(lambda: _open(self.directory), None)

    def get(self, key: str) -> Reply | None:
        """The reply kept under a key."""
        return self._guarded(lambda: _reply(self._store.get(key)), None)

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply; whether it is a good one is the caller's judgement."""
        self._guarded(lambda: self._store.set(key, asdict(reply)), None)

    def delete(self, key: str) -> None:
        """Forget a reply."""
        self._guarded(lambda: self._store.delete(key), None)

    def close(self) -> None:
        """Release the files."""
        if self._store is not None:
            self._store.close()

    def _guarded(self, action: Callable[[], _T], otherwise: _T) -> _T:
        if self.damage is not None:
            return otherwise
        try:
            return action()
        except _DAMAGE as error:
            self.damage = (
                f"the reply cache at {self.directory} cannot be used ({error}); going on without it; "
                "`baogao cache clear` makes a new one"
            )
            _log.warning("%s", self.damage)
            return otherwise


class _InertDisk(diskcache.JSONDisk):  # type: ignore[misc]
    """Keeps JSON and loads nothing else.

    JSONDisk alone still unpickles an entry that is marked as pickled, and opens or removes whatever file an entry names
    (CVE-2025-69872): whoever can write to the cache could run code in it.
    """

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise ValueError("a key in it is pickled")
        return super().get(key, raw)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        if mode not in (MODE_RAW, MODE_BINARY) or not self._is_own(filename):
            raise ValueError("an entry in it is not one of baogao's")
        return super().fetch(mode, filename, value, read)

    def remove(self, file_path: str) -> None:
        if self._is_own(file_path):
            super().remove(file_path)

    def _is_own(self, filename: str | None) -> bool:
        place = Path(self._directory).resolve()
        return filename is None or (place / filename).resolve().is_relative_to(place)


def _open(directory: Path) -> Any:
    return diskcache.Cache(str(directory), disk=_InertDisk, eviction_policy="least-recently-stored", timeout=30)


def _reply(kept: dict[str, Any] | None) -> Reply | None:
    if kept is None:
        return None
    logprobs = kept.pop("logprobs")
    tokens = None if logprobs is None else tuple(TokenLogprob(**token) for token in logprobs)
    return Reply(**kept | {"cached": True}, logprobs=tokens)


@dataclass(frozen=True)
class CacheStats:
    """What the cache holds."""

    directory: Path
    replies: int
    bytes: int


def cache_stats(directory: Path | None = None) -> CacheStats:
    """Count the replies of a cache.

    :raises UsageError: the cache is damaged.
    """
    place = directory or cache_dir() / "replies"
    if not place.is_dir():
        return CacheStats(place, 0, 0)
    cache = ReplyCache(place)
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    replies = cache._guarded(lambda: len(cache._store), 0)
    cache.close()
    if cache.damage:
        raise UsageError(cache.damage)
    return CacheStats(place, replies, size)


def cache_clear(directory: Path | None = None) -> int:
    """Remove the cache, damaged or not; returns how many bytes it took.

    :raises UsageError: it cannot be removed, or the folder holds something else.
    """
    place = directory or cache_dir() / "replies"
    if not place.is_dir():
        return 0
    if any(place.iterdir()) and not (place / "cache.db").exists():
        raise UsageError(f"{place} does not look like a reply cache; nothing was removed")
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    try:
        shutil.rmtree(place)
    except OSError as error:
        raise UsageError(f"the cache at {place} cannot be removed: {error}") from error
    return size
