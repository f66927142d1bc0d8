"""Replies kept on disk, so that the same question is paid for once."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import diskcache
from diskcache.core import DBNAME, MODE_BINARY, MODE_RAW
from filelock import FileLock
from pydantic import TypeAdapter

from baogao.errors import UsageError
from baogao.llm.failures import one_line
from baogao.llm.messages import Payload, Reply
from baogao.resources import cache_dir, make_folder

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

CACHE_VERSION = 1
"""Part of every key: raise it when what is kept for a question changes its meaning."""

TROUBLE = (sqlite3.Error, OSError, diskcache.Timeout)
"""What any use of the files may raise."""
BAD_ENTRY = (zlib.error, ValueError, TypeError, LookupError, AttributeError, RuntimeError)
"""What reading one entry may raise, when it is not one that was kept whole; nesting without end is a RuntimeError."""

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""SQLite's words for files that are not what they should be; ERROR is a table or a column that is not there."""
_PATIENCE = 30
"""Seconds to wait for another process that writes."""
_MOST_BYTES = 32_000_000
"""Of one entry, packed or unpacked: far more than any reply with its log-probabilities."""
_KEPT = TypeAdapter(Reply)
_ABSENT = object()
_SHOWN = 120
"""Characters of what is wrong with an entry."""


class InertDisk(diskcache.JSONDisk):  # type: ignore[misc]
    """Keeps JSON and loads nothing else.

    JSONDisk alone still unpickles an entry that is marked as pickled, and opens or removes whatever file an entry names
    (CVE-2025-69872): whoever can write to the cache could run code in it.
    """

    def get(self, key: Any, raw: bool) -> Any:
        """The key of an entry."""
        if not raw:
            raise ValueError("a key in it is pickled")
        return super().get(key, raw)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """The value of an entry."""
        if mode not in (MODE_RAW, MODE_BINARY) or not self._is_own(filename):
            raise ValueError("an entry in it is not one of baogao's")
        if filename is not None and (Path(self._directory) / filename).stat().st_size > _MOST_BYTES:
            raise ValueError("an entry in it is too large")
        packed = diskcache.Disk.fetch(self, mode, filename, value, read)
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(packed, _MOST_BYTES)
        if not unpacking.eof:
            raise ValueError("an entry in it is cut, or too large")
        return json.loads(unpacked)

    def remove(self, file_path: str) -> None:
        """Remove the file that holds an entry's value."""
        if self._is_own(file_path):
            super().remove(file_path)

    def _is_own(self, filename: str | None) -> bool:
        if filename is None:
            return True
        place = Path(self._directory).resolve()
        try:
            return (place / filename).resolve().is_relative_to(place)
        except (ValueError, TypeError, OSError, RuntimeError):  # a name that no file can have, links in a circle
            return False


def open_store(directory: Path) -> Any:
    """Open the cache of a folder, making it where there is none.

    :raises sqlite3.Error, OSError, diskcache.Timeout: it cannot be opened; :func:`is_damage` says whether it is broken.
    """
    # Nothing is evicted: a reply that was paid for goes when its owner says so.
    make_folder(directory, "work")
    try:
        return diskcache.Cache(str(directory), disk=InertDisk, eviction_policy="none", timeout=_PATIENCE)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        # The library trips over damaged settings of its own, which it reads as it opens.
        damaged = sqlite3.DatabaseError(f"its settings are damaged: {error}")
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damaged from error


def is_damage(error: BaseException) -> bool:
    """Whether an error means that the files are broken, rather than full, locked, or not ours to write."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def identity(directory: Path) -> int | None:
    """What tells the database of a folder from one that took its place; None where there is none."""
    try:
        return int((directory / DBNAME).stat().st_ino)
    except OSError:
        return None


def set_aside(directory: Path, opened: int | None) -> Path | None:
    """Move a damaged cache out of the way.

    :param opened: the ``identity`` of the database that was found damaged.
    :returns: where it is now; None where another process has moved it already.
    :raises OSError: it cannot be moved.
    """
    with FileLock(directory.with_name(f"{directory.name}.lock")):
        if identity(directory) != opened:
            return None
        names = (directory.with_name(f"{directory.name}.damaged-{number}") for number in count(1))
        return directory.rename(next(name for name in names if not name.exists()))


def cache_key(endpoint: str, payload: Payload) -> str:
    """The digest of everything that may change a reply; the order of keys does not matter, an API key is not in it.

    :param endpoint: which service answers: two servers may call different models by one name.
    """
    content = {"version": CACHE_VERSION, "endpoint": endpoint, "payload": payload}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class ReplyCache:
    """Good replies by question, shared by any number of processes.

    Trouble with its files is said once and never stops a run. Damaged files are set aside, and new ones begun; a
    damaged entry is forgotten; where the files cannot be had at all, nothing is kept.

    :param mend: whether it does so; otherwise damage is left as it is, and a damaged entry is not found.
    """

    def __init__(self, directory: Path | None = None, *, mend: bool = True) -> None:
        self.directory = directory or cache_dir() / "replies"
        self.damage: str | None = None
        """What was wrong with the files, in words; set when trouble is first met."""
        self._mend = mend
        self._opened: int | None = None
        self._store: Any = None
        self._open()

    def get(self, key: str) -> Reply | None:
        """The reply kept under a key."""
        try:
            found = self._use(lambda store: [store.get(key, _ABSENT)])
            if not found or found[0] is _ABSENT:
                return None
            return replace(_KEPT.validate_json(json.dumps(found[0]), strict=True), cached=True)
        except BAD_ENTRY as error:
            if not self._mend:
                return None
            what = f"a reply in the cache at {self.directory} is damaged"
            self._say(f"{what} ({type(error).__name__}: {one_line(str(error))[:_SHOWN]}); it is asked for again")
            self._use(lambda store: store.delete(key))
            return None

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply, so that it outlives the process; whether it is a good one is the caller's judgement."""
        kept = reply.kept()
        self._use(lambda store: store.set(key, kept))

    def count(self) -> int:
        """How many replies are kept."""
        return self._use(len) or 0

    def close(self) -> None:
        """Release the files."""
        if self._store is not None:
            self._store.close()

    def _use(self, action: Callable[[Any], _T]) -> _T | None:
        """Do something with the files; where others took their place, once more with those."""
        for _ in range(2):
            if self._store is not None and identity(self.directory) != self._opened:
                # Another process cleared the cache or set it aside: what goes to files without a name is lost.
                self.close()
                self._store = None
                self._open()
            used = self._store
            if used is None:
                return None
            try:
                return action(used)
            except TROUBLE as error:
                self._meet(error)
                if self._store is used:
                    return None
        return None

    def _open(self) -> None:
        for _ in range(2):
            self._opened = identity(self.directory)
            try:
                self._store = open_store(self.directory)
                self._opened = identity(self.directory)
            except TROUBLE as error:
                self._meet(error)
            if self._store is not None:
                return

    def _meet(self, error: BaseException) -> None:
        """Say what is wrong; damaged files are set aside, and so new ones can be begun."""
        words = f"the reply cache at {self.directory} cannot be used ({error})"
        if not self._mend or not is_damage(error):
            self._say(f"{words}; going on without it")
            return
        opening = self._store is None
        self.close()
        self._store = None
        try:
            aside = set_aside(self.directory, self._opened)
        except OSError as trouble:
            self._say(f"{words}, nor set aside ({trouble}); going on without it; `baogao cache clear` removes it")
            return
        if aside is not None:
            self._say(f"{words}; it is set aside as {aside}, and a new one is begun")
        if not opening:
            self._open()

    def _say(self, words: str) -> None:
        if self.damage is None:
            self.damage = words
            _log.warning("%s", words)


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
    cache = ReplyCache(place, mend=False)
    size = _size(place)
    replies = cache.count()
    cache.close()
    if cache.damage:
        raise UsageError(cache.damage)
    return CacheStats(place, replies, size)


def cache_clear(directory: Path | None = None) -> int:
    """Remove the cache, damaged or not, and what was set aside of it; returns how many bytes it took.

    :raises UsageError: it cannot be removed, or the folder holds something else.
    """
    place = directory or cache_dir() / "replies"
    aside = sorted(place.parent.glob(f"{place.name}.damaged-*"))
    folders = [folder for folder in (place, *aside) if folder.is_dir()]
    for folder in folders:
        if any(folder.iterdir()) and not (folder / DBNAME).exists():
            raise UsageError(f"{folder} does not look like a reply cache; nothing was removed")
    size = sum(map(_size, folders))
    try:
        for folder in folders:
            shutil.rmtree(folder)
    except OSError as error:
        raise UsageError(f"the cache at {place} cannot be removed: {error}") from error
    return size


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
